/** Sounds that come bit by bit: the same numbers as those of the whole sound. */
import { greatestCommonDivisor } from '../core/divisor.ts'
import { ArgumentError } from '../core/errors.ts'
import { joined } from '../core/joined.ts'
import { checkRates, resample, resampledLength } from './resample.ts'
import type { Spectrogram } from './spectra/spectrogram.ts'

/** A filter of `resample` sees no more samples than these on either side, of the slower of the two rates. */
const reach = 160

/** Another sampling rate for samples as they come: what `resample` gives of all of them. */
export class ResampleStream {
  readonly #from: number
  readonly #to: number
  /** Samples between places at which both rates have one. */
  readonly #period: number
  /** Samples before and behind a stretch that its values depend on, whole periods. */
  readonly #margin: number
  /** Samples that are still needed; the first is the #first of all. */
  #samples: Float32Array<ArrayBuffer> = new Float32Array(0)
  #first = 0
  #told = 0

  /** @throws ArgumentError for rates that are not whole numbers of at least 1; `push` for those too far from each other's multiples, as `resample`. */
  constructor(from: number, to: number) {
    checkRates(from, to)
    this.#from = from
    this.#to = to
    this.#period = from / greatestCommonDivisor(from, to)
    this.#margin = Math.ceil((reach * Math.max(1, from / to)) / this.#period) * this.#period
  }

  /** Takes samples, and gives those of the other rate that are known by now. */
  push(samples: Float32Array): Float32Array<ArrayBuffer> {
    this.#samples = joined(Float32Array, [this.#samples, samples])
    if (this.#from === this.#to) return this.#all()
    const known = this.#first + this.#samples.length - this.#margin
    return this.#until(Math.floor(known / this.#period) * this.#period)
  }

  /** The rest. */
  end(): Float32Array<ArrayBuffer> {
    return this.#from === this.#to ? this.#all() : this.#until(Number.POSITIVE_INFINITY)
  }

  #all(): Float32Array<ArrayBuffer> {
    const all = this.#samples
    this.#samples = new Float32Array(0)
    return all
  }

  /** Values up to a place among the samples that came, a whole number of periods; to their end where it is infinite. */
  #until(place: number): Float32Array<ArrayBuffer> {
    const total = this.#first + this.#samples.length
    const ratio = this.#to / this.#from
    const end = Number.isFinite(place) ? Math.round(place * ratio) : resampledLength(total, this.#from, this.#to)
    if (end <= this.#told) return new Float32Array(0)
    const values = resample(this.#samples, this.#from, this.#to)
    const offset = Math.round(this.#first * ratio)
    const result = values.slice(this.#told - offset, end - offset)
    this.#told = end
    const kept = Math.max(this.#first, Math.min(total, place) - this.#margin)
    const dropped = Math.floor((kept - this.#first) / this.#period) * this.#period
    this.#samples = this.#samples.slice(dropped)
    this.#first += dropped
    return result
  }
}

/** A spectrogram of samples as they come: the frames that `of` gives of all of them. */
export class SpectrogramStream {
  readonly #spectrogram: Spectrogram
  readonly #step: number
  #samples: Float32Array<ArrayBuffer> = new Float32Array(0)
  /** Samples to come that lie between frames, which may be further apart than they are long. */
  #between = 0

  /** @throws ArgumentError for one that has to know the whole sound: that normalises utterances, or pads them. */
  constructor(spectrogram: Spectrogram) {
    const { normalization = 'utterance', padding = 'none', sampleRate } = spectrogram.options
    if (normalization !== 'none' || padding !== 'none')
      throw new ArgumentError(
        `SpectrogramStream: normalization is '${normalization}' and padding '${padding}'; expected 'none' for both, since the end of the sound is not known`,
      )
    this.#spectrogram = spectrogram
    this.#step = Math.round(spectrogram.frameStep * sampleRate)
  }

  /** Takes samples, and gives the frames that are whole by now, [frames, features]. */
  push(samples: Float32Array): Float32Array {
    const passed = Math.min(this.#between, samples.length)
    this.#between -= passed
    this.#samples = joined(Float32Array, [this.#samples, samples.subarray(passed)])
    const frames = this.#spectrogram.frames(this.#samples.length)
    if (frames === 0) return new Float32Array(0)
    const values = this.#spectrogram.of(this.#samples)
    const next = frames * this.#step
    this.#between = Math.max(0, next - this.#samples.length)
    this.#samples = this.#samples.slice(next)
    return values
  }
}
