import { expect, it } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { Random } from '../../src/core/random.ts'
import { ResampleStream, resample, Spectrogram, SpectrogramStream } from '../../src/speech/index.ts'

const random = new Random(3)
const samples = Float32Array.from({ length: 5000 }, () => random.normal())

/** What a stream gives of samples that come in pieces of these sizes, in turn. */
function streamed(push: (piece: Float32Array) => Float32Array, sizes: readonly number[]): number[] {
  const all: number[] = []
  for (let [at, turn] = [0, 0]; at < samples.length; at += sizes[turn++ % sizes.length])
    all.push(...push(samples.subarray(at, at + sizes[turn % sizes.length])))
  return all
}

it('samples that come bit by bit are resampled as all of them at once', () => {
  for (const [from, to] of [
    [8000, 8000],
    [16000, 8000],
    [44100, 8000],
    [8000, 16000],
    [48000, 11025],
  ])
    for (const sizes of [[1000], [7, 1, 900], [5000]]) {
      const stream = new ResampleStream(from, to)
      const pieces = [...streamed((piece) => stream.push(piece), sizes), ...stream.end()]
      const whole = resample(samples, from, to)
      expect(pieces).toHaveLength(whole.length)
      const worst = pieces.reduce((max, value, i) => Math.max(max, Math.abs(value - whole[i])), 0)
      expect(worst).toBeLessThan(1e-6)
    }
})

it('rates that are none are refused at once', () => {
  for (const rate of [0, -8000, 8000.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => new ResampleStream(8000, rate)).toThrow(ArgumentError)
    expect(() => new ResampleStream(rate, 8000)).toThrow(ArgumentError)
  }
})

it('a spectrogram of samples that come bit by bit has the same frames', () => {
  const spectrogram = new Spectrogram({
    sampleRate: 8000,
    normalization: 'none',
    mel: { filters: 10 },
    fourierLength: 256,
  })
  const whole = [...spectrogram.of(samples)]
  for (const sizes of [[1000], [7, 1, 900], [5000]]) {
    const stream = new SpectrogramStream(spectrogram)
    expect(streamed((piece) => stream.push(piece), sizes)).toEqual(whole)
  }
  expect(() => new SpectrogramStream(new Spectrogram({ sampleRate: 8000 }))).toThrow(ArgumentError)
})

it('frames further apart than they are long are the same bit by bit, too', () => {
  const spectrogram = new Spectrogram({ sampleRate: 8000, normalization: 'none', frameLength: 2, frameStep: 5 })
  const whole = [...spectrogram.of(samples)]
  for (const sizes of [[1000], [7, 1, 90], [16], [5000]]) {
    const stream = new SpectrogramStream(spectrogram)
    expect(streamed((piece) => stream.push(piece), sizes)).toEqual(whole)
  }
})
