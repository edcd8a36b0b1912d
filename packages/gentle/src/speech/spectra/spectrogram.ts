/** What a network hears: a sound's power by time and frequency. */

import { ArgumentError } from '../../core/errors.ts'
import * as portableMath from '../../core/portable-math.ts'
import { type FrameOptions, Frames } from './frames.ts'
import { type MelFilters, type MelOptions, melFilters } from './mel.ts'

export interface SpectrogramOptions extends FrameOptions {
  /** Filters on the mel scale; all frequencies of the transform unless given. */
  readonly mel?: MelOptions
  /** 'log', unless given: the natural logarithm of power + floor. 'none': the power itself. */
  readonly scale?: 'log' | 'none'
  /** What is added to the power before the logarithm, for silence; 1e-8 unless given, about what rounding to 16 bits adds. */
  readonly floor?: number
  /**
   * What is brought to mean 0 and variance 1: all numbers of an utterance together ('utterance', unless given), as recordings are louder and quieter; each
   * frequency of an utterance by itself ('frequency'), as microphones and rooms differ, too; or nothing ('none').
   */
  readonly normalization?: 'utterance' | 'frequency' | 'none'
}

/** Brings numbers, `step` apart from each other, to mean 0 and variance 1; all equal ones to 0. */
function normalize(values: Float32Array, first: number, step: number): void {
  let [sum, count] = [0, 0]
  for (let i = first; i < values.length; i += step, count++) sum += values[i]
  const mean = sum / count
  let squares = 0
  for (let i = first; i < values.length; i += step) squares += (values[i] - mean) * (values[i] - mean)
  const std = Math.sqrt(squares / count)
  // What rounding leaves of equal numbers is not a spread.
  const scale = std > 1e-6 * (1 + Math.abs(mean)) ? 1 / std : 0
  for (let i = first; i < values.length; i += step) values[i] = (values[i] - mean) * scale
}

/**
 * Spectrograms by one set of options: Deep Speech 2's (Amodei et al. 2016, section 3: of windows of 20 ms)
 * by default.
 *
 * ```ts
 * const spectrogram = new Spectrogram({ sampleRate: 16000, mel: { filters: 80 } })
 * const features = spectrogram.of(samples) // [frames, 80], row-major
 * ```
 */
export class Spectrogram {
  readonly options: SpectrogramOptions
  /** Numbers a frame: the mel filters, or frequencies from 0 to half of the sampling rate. */
  readonly features: number
  /** The frequency of each of them, in Hz. */
  readonly frequencies: readonly number[]
  /** From one frame to the next, in seconds. */
  readonly frameStep: number
  readonly #frames: Frames
  readonly #mel: MelFilters | undefined
  readonly #power: Float64Array

  /** @throws ArgumentError for numbers out of range. */
  constructor(options: SpectrogramOptions) {
    const { mel, scale = 'log', floor = 1e-8, normalization = 'utterance' } = options
    if (!(floor > 0 && Number.isFinite(floor)))
      throw new ArgumentError(`spectrogram: floor is ${floor}; expected a number above 0`)
    if (scale !== 'log' && scale !== 'none')
      throw new ArgumentError(`spectrogram: scale is '${scale}'; expected log or none`)
    if (!['utterance', 'frequency', 'none'].includes(normalization))
      throw new ArgumentError(`spectrogram: normalization is '${normalization}'; expected utterance, frequency or none`)
    this.options = options
    this.#frames = new Frames(options)
    const { sampleRate, spectrum, frameStep } = this.#frames
    const { bins, length } = spectrum
    this.#mel = mel && melFilters(mel, bins, sampleRate, length)
    this.#power = new Float64Array(bins)
    this.features = mel?.filters ?? bins
    this.frequencies = this.#mel?.centres ?? Array.from({ length: bins }, (_, k) => (k * sampleRate) / length)
    this.frameStep = frameStep / sampleRate
  }

  /** How many frames a sound of this many samples has; 0 where it is shorter than one. */
  frames(samples: number): number {
    return this.#frames.count(samples)
  }

  /**
   * The spectrogram of a sound, [frames, features], row-major.
   * @param samples of one channel, at the rate of the options
   * @param result where it goes; new memory unless given
   * @throws ArgumentError for a sound shorter than a frame, and a result of another size.
   */
  of(samples: Float32Array, result?: Float32Array): Float32Array {
    const { floor = 1e-8, scale = 'log', normalization = 'utterance' } = this.options
    const { features } = this
    const frames = this.frames(samples.length)
    const { frameLength, spectrum } = this.#frames
    if (frames === 0)
      throw new ArgumentError(`spectrogram: ${samples.length} samples are shorter than a frame of ${frameLength}`)
    const values = result ?? new Float32Array(frames * features)
    if (values.length !== frames * features)
      throw new ArgumentError(
        `spectrogram: there is room for ${values.length} values, but ${frames} frames of ${features} are ${frames * features}`,
      )
    const { real, imaginary, bins } = spectrum
    const power = this.#power
    for (let frame = 0; frame < frames; frame++) {
      this.#frames.transform(samples, frame)
      for (let k = 0; k < bins; k++) power[k] = real[k] * real[k] + imaginary[k] * imaginary[k]
      const row = values.subarray(frame * features, (frame + 1) * features)
      if (this.#mel === undefined) row.set(power)
      else this.#filter(this.#mel, row)
      if (scale === 'log') for (let f = 0; f < features; f++) row[f] = portableMath.log(row[f] + floor)
    }
    if (normalization === 'utterance') normalize(values, 0, 1)
    if (normalization === 'frequency') for (let f = 0; f < features; f++) normalize(values, f, features)
    return values
  }

  #filter({ weights, starts, ends }: MelFilters, row: Float32Array): void {
    const power = this.#power
    const bins = power.length
    for (let f = 0; f < row.length; f++) {
      let sum = 0
      for (let k = starts[f]; k < ends[f]; k++) sum += weights[f * bins + k] * power[k]
      row[f] = sum
    }
  }
}
