/** Filters on the mel scale, on which steps sound equal. */

import { ArgumentError } from '../../core/errors.ts'
import * as portableMath from '../../core/portable-math.ts'

/**
 * HTK's is 2595 log10(1 + f / 700) (Young et al., "The HTK Book", section 5.4, equation 5.13). Slaney's goes straight up to 1,000 Hz and then by the
 * logarithm (Slaney, "Auditory Toolbox", 1998), as in librosa unless it is told otherwise.
 */
export type MelScale = 'htk' | 'slaney'

export interface MelOptions {
  /** How many filters. */
  readonly filters: number
  /** 'htk' unless given. */
  readonly scale?: MelScale
  /** The first filter begins and the last one ends there, in Hz; 0 and half of the sampling rate unless given. */
  readonly low?: number
  readonly high?: number
  /** Whether filters reach 1 at their middle, or all have the same area, 1 over Hz, as Slaney's; 'height' unless given. */
  readonly normalization?: 'height' | 'area'
}

/** Slaney's scale: 15 mels at 1,000 Hz, and from there on 27 more for a factor of 6.4. */
const [linearHz, breakHz, breakMel, logStep] = [200 / 3, 1000, 15, portableMath.log(6.4) / 27]

/** A frequency in mel. */
export const toMel = (hertz: number, scale: MelScale): number =>
  scale === 'htk'
    ? 2595 * portableMath.log10(1 + hertz / 700)
    : hertz < breakHz
      ? hertz / linearHz
      : breakMel + portableMath.log(hertz / breakHz) / logStep

/** The frequency of a mel. */
export const fromMel = (mel: number, scale: MelScale): number =>
  scale === 'htk'
    ? 700 * (portableMath.pow(10, mel / 2595) - 1)
    : mel < breakMel
      ? mel * linearHz
      : breakHz * portableMath.exp(logStep * (mel - breakMel))

/** Filters as weights of a spectrum's frequencies. */
export interface MelFilters {
  /** [filters, bins], row-major. */
  readonly weights: Float64Array<ArrayBuffer>
  /** The middle of each filter, in Hz. */
  readonly centres: readonly number[]
  /** Each filter's first frequency with a weight, and that behind its last. */
  readonly starts: Int32Array
  readonly ends: Int32Array
}

/**
 * Triangles whose corners are equally far from each other in mel: each rises from the middle of the one before to its own, and falls to that of the next.
 * @param bins frequencies of the spectrum, from 0 to half of the sampling rate
 * @param length samples that were transformed: of an odd number the last frequency lies below half of the sampling rate. An even number unless given
 * @throws ArgumentError for numbers out of range, and for so many filters that one would catch no frequency: it would always be silent.
 */
export function melFilters(options: MelOptions, bins: number, sampleRate: number, length = 2 * (bins - 1)): MelFilters {
  const { filters, scale = 'htk', low = 0, high = sampleRate / 2, normalization = 'height' } = options
  if (!Number.isInteger(filters) || filters < 1)
    throw new ArgumentError(`mel filters: their number is ${filters}; expected a whole number of at least 1`)
  if (scale !== 'htk' && scale !== 'slaney')
    throw new ArgumentError(`mel filters: the scale is '${scale}'; expected htk or slaney`)
  if (normalization !== 'height' && normalization !== 'area')
    throw new ArgumentError(`mel filters: the normalization is '${normalization}'; expected height or area`)
  if (!(low >= 0 && low < high && high <= sampleRate / 2))
    throw new ArgumentError(
      `mel filters: from ${low} to ${high} Hz; expected a range within 0 and ${sampleRate / 2} Hz, half of the sampling rate`,
    )
  const [from, to] = [toMel(low, scale), toMel(high, scale)]
  const corners = Array.from({ length: filters + 2 }, (_, i) =>
    fromMel(from + ((to - from) * i) / (filters + 1), scale),
  )
  const weights = new Float64Array(filters * bins)
  const [starts, ends] = [new Int32Array(filters), new Int32Array(filters)]
  const step = sampleRate / length
  for (let f = 0; f < filters; f++) {
    const [left, middle, right] = corners.slice(f, f + 3)
    const height = normalization === 'area' ? 2 / (right - left) : 1
    starts[f] = bins
    for (let bin = 0; bin < bins; bin++) {
      const hertz = bin * step
      const weight =
        height * Math.max(0, Math.min((hertz - left) / (middle - left), (right - hertz) / (right - middle)))
      if (weight === 0) continue
      weights[f * bins + bin] = weight
      starts[f] = Math.min(starts[f], bin)
      ends[f] = bin + 1
    }
    if (ends[f] === 0)
      throw new ArgumentError(
        `mel filters: the filter ${f + 1} of ${filters}, around ${middle.toFixed(0)} Hz, lies between two frequencies of the spectrum, ${step.toFixed(1)} Hz apart; take fewer filters or a larger fourierLength`,
      )
  }
  return { weights, centres: corners.slice(1, -1), starts, ends }
}
