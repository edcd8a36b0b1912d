import { describe, expect, it } from 'vitest'
import { resample } from '../../src/speech/index.ts'
import golden from '../goldens/sounds.json' with { type: 'json' }

const tone = (hertz: number, rate: number, length: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate))

/** The largest value away from the ends, where the sound begins and ends at once. */
const largest = (values: ArrayLike<number>, margin: number): number => {
  let max = 0
  for (let i = margin; i < values.length - margin; i++) max = Math.max(max, Math.abs(values[i]))
  return max
}
const decibels = (ratio: number): number => 20 * Math.log10(ratio)

const rates = [
  [16000, 8000],
  [44100, 8000],
  [8000, 16000],
  [22050, 16000],
  [16000, 17600],
] as const

describe('resample', () => {
  it.each(golden.resampled)('agrees with scipy at $up / $down', ({ up, down, samples }) => {
    const result = resample(Float32Array.from(golden.noise), down * 100, up * 100)
    expect(result).toHaveLength(samples.length)
    expect(
      largest(
        result.map((value, i) => value - samples[i]),
        0,
      ),
    ).toBeLessThan(2e-5)
  })

  it.each(rates)(
    'keeps tones up to 0.9 of half the lower rate within 0.001 dB, in place, from %i to %i',
    (from, to) => {
      for (const share of [0.01, 0.3, 0.6, 0.9]) {
        const hertz = (share * Math.min(from, to)) / 2
        const result = resample(tone(hertz, from, from / 5), from, to)
        const expected = tone(hertz, to, result.length)
        const error = result.map((value, i) => value - expected[i])
        // 0.001 dB are 1.2e-4 of the amplitude.
        expect(largest(error, to / 20)).toBeLessThan(1.2e-4)
      }
    },
  )

  it.each([
    [16000, 8000],
    [44100, 8000],
    [22050, 16000],
  ])('folds nothing back: tones above half of the lower rate are 95 dB below, from %i to %i', (from, to) => {
    for (const share of [1.001, 1.2, 1.5, 1.9].filter((each) => each * to < from)) {
      const result = resample(tone((share * to) / 2, from, from / 5), from, to)
      expect(decibels(largest(result, to / 20))).toBeLessThan(-95)
    }
  })

  it('keeps a constant as it is, and gives as many samples as the time takes', () => {
    const result = resample(new Float32Array(2001).fill(0.5), 44100, 8000)
    expect(result).toHaveLength(Math.ceil((2001 * 8000) / 44100))
    expect(result.subarray(80, 280).every((value) => Math.abs(value - 0.5) < 1e-6)).toBe(true)
  })

  it('gives the same samples at the same rate, and refuses rates that are none', () => {
    const samples = Float32Array.of(1, 2)
    expect(resample(samples, 8000, 8000)).toBe(samples)
    expect(() => resample(samples, 8000, 0)).toThrow(/rate to which is 0/)
    expect(() => resample(samples, 192001, 191999)).toThrow(/greater common divisor/)
  })
})
