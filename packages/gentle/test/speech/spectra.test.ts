import { describe, expect, it } from 'vitest'
import {
  Frames,
  fromMel,
  type MelScale,
  melFilters,
  RealFourier,
  Spectrogram,
  spectrogramImage,
  toMel,
  type WindowKind,
  type WindowName,
  windowSamples,
} from '../../src/speech/index.ts'
import golden from '../goldens/sounds.json' with { type: 'json' }

/** The largest difference, beside 1 or the size of what is expected. */
const largestError = (values: ArrayLike<number>, expected: ArrayLike<number>): number => {
  expect(values.length).toBe(expected.length)
  let max = 0
  for (let i = 0; i < values.length; i++)
    max = Math.max(max, Math.abs(values[i] - expected[i]) / Math.max(1, Math.abs(expected[i])))
  return max
}

const sampleRate = 8000
const sound = Float32Array.from(golden.sound)

describe('RealFourier', () => {
  it.each([1, 2, 3, 4, 5, 8, 12, 15, 16, 30, 49, 64, 97, 160, 320])(
    'is the sum that defines it, for length %i',
    (length) => {
      const fourier = new RealFourier(length)
      const numbers = Float64Array.from({ length }, (_, i) => Math.sin(i * i + 1))
      // Twice, because its memory is used again.
      for (let turn = 0; turn < 2; turn++) {
        fourier.input.set(numbers)
        fourier.transform()
      }
      for (let k = 0; k < fourier.bins; k++) {
        let [real, imaginary] = [0, 0]
        numbers.forEach((value, n) => {
          real += value * Math.cos((2 * Math.PI * k * n) / length)
          imaginary -= value * Math.sin((2 * Math.PI * k * n) / length)
        })
        expect(fourier.real[k]).toBeCloseTo(real, 10)
        expect(fourier.imaginary[k]).toBeCloseTo(imaginary, 10)
      }
    },
  )

  it('refuses lengths that are none', () => {
    expect(() => new RealFourier(0)).toThrow(/length is 0/)
  })
})

describe('windowSamples', () => {
  it('is periodic or symmetric, as it is told', () => {
    expect([...windowSamples('hann', 4, 'periodic')].map((value) => value.toFixed(6))).toEqual([
      '0.000000',
      '0.500000',
      '1.000000',
      '0.500000',
    ])
    const symmetric = windowSamples('hamming', 5, 'symmetric')
    expect(symmetric[0]).toBeCloseTo(0.08, 12)
    expect(symmetric[4]).toBeCloseTo(0.08, 12)
    expect(symmetric[2]).toBeCloseTo(1, 12)
    expect([...windowSamples('rectangular', 2, 'periodic')]).toEqual([1, 1])
  })

  it('refuses what it does not know', () => {
    expect(() => windowSamples('welch' as WindowName, 4, 'periodic')).toThrow(/'welch'.*hann, hamming/)
    expect(() => windowSamples('hann', 4, 'odd' as WindowKind)).toThrow(/periodic or symmetric/)
  })
})

describe('Spectrogram', () => {
  it.each(golden.spectra)('has the power of torch.stft: $window, $kind, padding $padding', (golden) => {
    const spectrogram = new Spectrogram({
      sampleRate,
      frameLength: (golden.length * 1000) / sampleRate,
      frameStep: (golden.step * 1000) / sampleRate,
      fourierLength: golden.fourier,
      window: golden.window as WindowName,
      windowKind: golden.kind as WindowKind,
      padding: golden.padding as 'none' | 'zeros' | 'reflect',
      scale: 'none',
      normalization: 'none',
    })
    expect(spectrogram.frames(sound.length)).toBe(golden.frames)
    const power = spectrogram.of(sound)
    const kept = power.filter((_, i) => (i % spectrogram.features) % 3 === 0)
    expect(largestError(kept, golden.power)).toBeLessThan(1e-5)
  })

  it('is the logarithm, brought to mean 0 and variance 1', () => {
    const plain = new Spectrogram({ sampleRate, scale: 'none', normalization: 'none' }).of(sound)
    const logs = new Spectrogram({ sampleRate, normalization: 'none', floor: 0.5 }).of(sound)
    expect(
      largestError(
        logs,
        plain.map((value) => Math.log(value + 0.5)),
      ),
    ).toBeLessThan(1e-5)
    const spread = (values: ArrayLike<number>) => {
      const all = Array.from(values)
      const mean = all.reduce((a, b) => a + b) / all.length
      return { mean, deviation: Math.sqrt(all.reduce((a, b) => a + (b - mean) ** 2, 0) / all.length) }
    }
    const whole = spread(new Spectrogram({ sampleRate }).of(sound))
    expect(whole.mean).toBeCloseTo(0, 5)
    expect(whole.deviation).toBeCloseTo(1, 5)
    const each = new Spectrogram({ sampleRate, normalization: 'frequency' })
    const values = each.of(sound)
    const column = spread(values.filter((_, i) => i % each.features === 7))
    expect(column.mean).toBeCloseTo(0, 5)
    expect(column.deviation).toBeCloseTo(1, 5)
  })

  it('hears nothing in silence, whatever is normalised', () => {
    for (const normalization of ['utterance', 'frequency'] as const)
      expect(
        new Spectrogram({ sampleRate, normalization }).of(new Float32Array(400)).every((value) => value === 0),
      ).toBe(true)
  })

  it('tells its frequencies and its time', () => {
    const linear = new Spectrogram({ sampleRate })
    expect([linear.features, linear.frequencies[1], linear.frequencies.at(-1), linear.frameStep]).toEqual([
      81, 50, 4000, 0.01,
    ])
    const mel = new Spectrogram({ sampleRate, mel: { filters: 20 } })
    expect([mel.features, mel.frequencies.length]).toEqual([20, 20])
    expect(mel.frequencies.every((hertz, i) => i === 0 || hertz > mel.frequencies[i - 1])).toBe(true)
  })

  it('filters power by mel before the logarithm', () => {
    const options = { sampleRate, normalization: 'none', scale: 'none' } as const
    const power = new Spectrogram(options).of(sound)
    const mel = new Spectrogram({ ...options, mel: { filters: 12, scale: 'slaney', normalization: 'area' } }).of(sound)
    const { weights } = melFilters({ filters: 12, scale: 'slaney', normalization: 'area' }, 81, sampleRate)
    const expected = mel.map((_, i) => {
      const [frame, filter] = [Math.floor(i / 12), i % 12]
      let sum = 0
      for (let k = 0; k < 81; k++) sum += weights[filter * 81 + k] * power[frame * 81 + k]
      return sum
    })
    expect(largestError(mel, expected)).toBeLessThan(1e-5)
  })

  it('refuses sounds shorter than a frame, and numbers out of range', () => {
    const spectrogram = new Spectrogram({ sampleRate })
    expect(spectrogram.frames(159)).toBe(0)
    expect(() => spectrogram.of(new Float32Array(159))).toThrow(/159 samples are shorter than a frame of 160/)
    expect(() => spectrogram.of(sound, new Float32Array(3))).toThrow(/room for 3 values/)
    expect(() => new Frames({ sampleRate, frameLength: 0 })).toThrow(/frameLength is 0 ms/)
    expect(() => new Frames({ sampleRate, fourierLength: 100 })).toThrow(/fourierLength is 100/)
    expect(() => new Spectrogram({ sampleRate, floor: 0 })).toThrow(/floor is 0/)
  })
})

describe('melFilters', () => {
  it.each(golden.mel)(
    'are those of torchaudio: $scale, normalised by $normalization',
    ({ scale, normalization, weights }) => {
      const filters = melFilters(
        {
          filters: 12,
          scale: scale as MelScale,
          low: 60,
          high: 3800,
          normalization: normalization as 'height' | 'area',
        },
        81,
        sampleRate,
      )
      expect(largestError(filters.weights, weights)).toBeLessThan(2e-6)
    },
  )

  it('goes to mel and back', () => {
    for (const scale of ['htk', 'slaney'] as const)
      for (const hertz of [0, 100, 999, 1000, 1001, 7000])
        expect(fromMel(toMel(hertz, scale), scale)).toBeCloseTo(hertz, 8)
    // The published numbers: 1,000 Hz are 1,000 mel of HTK's, about, and 15 of Slaney's.
    expect(toMel(1000, 'htk')).toBeCloseTo(999.99, 2)
    expect(toMel(1000, 'slaney')).toBe(15)
    expect(toMel(6400, 'slaney')).toBeCloseTo(42, 10)
  })

  it('lie where they should for an odd number of samples, too, such as 20 ms at 22,050 Hz', () => {
    // 441 samples at 22,050 Hz have the frequencies of 442 at 22,100 Hz: multiples of 50 Hz.
    const mel = { filters: 12, low: 60, high: 10_000 }
    const { weights } = melFilters(mel, 222, 22_100)
    const options = { sampleRate: 22_050, normalization: 'none', scale: 'none' } as const
    const noise = Float32Array.from({ length: 441 }, (_, i) => Math.sin(i * i))
    const power = new Spectrogram(options).of(noise)
    const expected = Float32Array.from({ length: 12 }, (_, filter) =>
      power.reduce((sum, value, k) => sum + weights[filter * 222 + k] * value, 0),
    )
    expect(largestError(new Spectrogram({ ...options, mel }).of(noise), expected)).toBeLessThan(1e-4)
  })

  it('refuses filters that would catch no frequency, and ranges outside', () => {
    expect(() => melFilters({ filters: 80 }, 81, 8000)).toThrow(/between two frequencies/)
    expect(() => melFilters({ filters: 4, high: 5000 }, 81, 8000)).toThrow(/within 0 and 4000 Hz/)
  })
})

describe('spectrogramImage', () => {
  it('has low frequencies below, time to the right, and loud parts bright', () => {
    // Three frames of two frequencies: loud is the low one at the end.
    const { channels, height, width, data } = spectrogramImage(Float32Array.of(0, 0, 0, 0, 5, 0), 2)
    expect([channels, height, width]).toEqual([3, 2, 3])
    const brightness = Array.from({ length: 6 }, (_, i) => data[i] + data[6 + i] + data[12 + i])
    expect(brightness.indexOf(Math.max(...brightness))).toBe(5)
    expect(new Set(brightness.slice(0, 5)).size).toBe(1)
    expect(() => spectrogramImage(new Float32Array(3), 2)).toThrow(/not a whole number of frames/)
  })
})
