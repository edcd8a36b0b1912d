/** A sound in frames, each of them in its frequencies. */
import { ArgumentError } from '../../core/errors.ts'
import { RealFourier } from './fourier.ts'
import { type WindowKind, type WindowName, windowSamples } from './windows.ts'

export interface FrameOptions {
  /** Samples a second. */
  readonly sampleRate: number
  /** How long a frame is, in milliseconds; 20 unless given, as in Deep Speech 2. */
  readonly frameLength?: number
  /** From one frame's beginning to the next one's, in milliseconds; 10 unless given. */
  readonly frameStep?: number
  /** 'hann' unless given. */
  readonly window?: WindowName
  /** 'periodic' unless given. */
  readonly windowKind?: WindowKind
  /**
   * Samples that are transformed: those of a frame, with zeros on both sides of it as PyTorch does, where this is more. The frame's own length unless
   * given.
   */
  readonly fourierLength?: number
  /**
   * What stands before the first sample and behind the last one. 'none', unless given: frames lie within the sound, and what is left at its end is in none.
   * With 'zeros' (librosa) and 'reflect' (PyTorch) a frame's middle is on its sample: the first one is on sample 0.
   */
  readonly padding?: 'none' | 'zeros' | 'reflect'
}

/** A sample beyond an end, as in a mirror that stands on the last one. */
function mirrored(place: number, length: number): number {
  if (length === 1) return 0
  const period = 2 * (length - 1)
  const within = ((place % period) + period) % period
  return within < length ? within : period - within
}

/** The short-time Fourier transform, frame by frame. */
export class Frames {
  readonly sampleRate: number
  /** In samples. */
  readonly frameLength: number
  readonly frameStep: number
  readonly #padding: 'none' | 'zeros' | 'reflect'
  readonly #window: Float64Array
  /** The spectrum of the frame that was transformed last. */
  readonly spectrum: RealFourier

  /** @throws ArgumentError for numbers out of range. */
  constructor(options: FrameOptions) {
    const {
      sampleRate,
      frameLength = 20,
      frameStep = 10,
      window = 'hann',
      windowKind = 'periodic',
      padding = 'none',
    } = options
    if (!Number.isInteger(sampleRate) || sampleRate < 1)
      throw new ArgumentError(`spectrogram: sampleRate is ${sampleRate}; expected a whole number of at least 1`)
    const samples = (what: string, milliseconds: number): number => {
      const count = Math.round((milliseconds * sampleRate) / 1000)
      if (!(count >= 1 && Number.isFinite(count)))
        throw new ArgumentError(
          `spectrogram: ${what} is ${milliseconds} ms; expected at least one sample of ${sampleRate} a second`,
        )
      return count
    }
    this.sampleRate = sampleRate
    this.frameLength = samples('frameLength', frameLength)
    this.frameStep = samples('frameStep', frameStep)
    const { fourierLength = this.frameLength } = options
    if (!Number.isInteger(fourierLength) || fourierLength < this.frameLength)
      throw new ArgumentError(
        `spectrogram: fourierLength is ${fourierLength}; expected a whole number from ${this.frameLength}, the samples of a frame`,
      )
    if (!['none', 'zeros', 'reflect'].includes(padding))
      throw new ArgumentError(`spectrogram: padding is '${padding}'; expected none, zeros or reflect`)
    this.#padding = padding
    this.#window = windowSamples(window, this.frameLength, windowKind)
    this.spectrum = new RealFourier(fourierLength)
  }

  /** How many frames a sound of this many samples has; 0 where it is shorter than one. */
  count(samples: number): number {
    if (this.#padding !== 'none') return samples === 0 ? 0 : 1 + Math.floor(samples / this.frameStep)
    return Math.max(0, 1 + Math.floor((samples - this.frameLength) / this.frameStep))
  }

  /** Puts the spectrum of a frame into `spectrum`. */
  transform(samples: Float32Array, frame: number): void {
    const { spectrum, frameLength, frameStep } = this
    const { input, length } = spectrum
    const window = this.#window
    const behind = Math.floor((length - frameLength) / 2)
    const start = frame * frameStep - (this.#padding === 'none' ? 0 : Math.floor(length / 2) - behind)
    if (start >= 0 && start + frameLength <= samples.length)
      for (let i = 0; i < frameLength; i++) input[behind + i] = samples[start + i] * window[i]
    else
      for (let i = 0; i < frameLength; i++) {
        const at = start + i
        const inside = at >= 0 && at < samples.length
        const value = inside ? samples[at] : this.#padding === 'reflect' ? samples[mirrored(at, samples.length)] : 0
        input[behind + i] = value * window[i]
      }
    spectrum.transform()
  }
}
