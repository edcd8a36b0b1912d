/** Another sampling rate, by a windowed sinc in phases (Crochiere and Rabiner, "Multirate Digital Signal Processing", 1983). */

import { greatestCommonDivisor } from '../core/divisor.ts'
import { ArgumentError } from '../core/errors.ts'
import * as portableMath from '../core/portable-math.ts'
import { kaiser, kaiserBeta, kaiserWidth } from './kaiser.ts'

/** What would fold into the sound lies so many decibels below it. */
const attenuation = 100
/** Frequencies up to this share of half the lower rate stay as they are; those above half of it are gone. */
const passBand = 0.9

interface Filter {
  /** Phases, and the samples by which the input moves on while the phases go round. */
  readonly up: number
  readonly down: number
  /** Taps of one phase. */
  readonly taps: number
  /** Taps before a sample's own place, and behind it. */
  readonly half: number
  /** [up, taps]. */
  readonly values: Float32Array
}

/** Filters that were made, the newest last. */
const filters = new Map<string, Filter>()
const maxFilters = 64

/** More values are not kept in a table. */
const maxValues = 2 ** 24

function filterOf(from: number, to: number): Filter {
  const divisor = greatestCommonDivisor(from, to)
  const [up, down] = [to / divisor, from / divisor]
  const key = `${up}/${down}`
  const known = filters.get(key)
  if (known !== undefined) return known
  // In samples of the input: the sinc is as wide as the lower of the two rates asks for.
  const share = Math.min(1, up / down)
  const half = Math.ceil(kaiserWidth(attenuation, (1 - passBand) * share) / 2)
  const taps = 2 * half + 1
  if (up * taps > maxValues)
    throw new ArgumentError(
      `resample: from ${from} to ${to} samples per second takes ${up} phases of ${taps} taps; give rates with a greater common divisor`,
    )
  // The middle of the transition, from 0.9 to 1 of half of the lower rate.
  const cutoff = ((1 + passBand) / 2) * share
  const window = kaiser(kaiserBeta(attenuation))
  const values = new Float32Array(up * taps)
  for (let phase = 0; phase < up; phase++) {
    const row = values.subarray(phase * taps, (phase + 1) * taps)
    let sum = 0
    const exact = Float64Array.from(row, (_, tap) => {
      const place = tap - half - phase / up
      const angle = Math.PI * cutoff * place
      const value =
        Math.abs(place) > half ? 0 : (place === 0 ? 1 : portableMath.sin(angle) / angle) * window(place / half)
      sum += value
      return value
    })
    // Each phase keeps a constant as it is, so that none of them is louder than the others.
    row.set(exact.map((value) => value / sum))
  }
  const filter = { up, down, taps, half, values }
  if (filters.size >= maxFilters) filters.delete(filters.keys().next().value!)
  filters.set(key, filter)
  return filter
}

/** @throws ArgumentError for rates that are not whole numbers of at least 1. */
export function checkRates(from: number, to: number): void {
  for (const [what, rate] of Object.entries({ from, to }))
    if (!Number.isInteger(rate) || rate < 1)
      throw new ArgumentError(`resample: the rate ${what} which is ${rate}; expected a whole number of at least 1`)
}

/** How many samples another rate takes: as long as the sound, rounded up. */
export const resampledLength = (length: number, from: number, to: number): number => Math.ceil((length * to) / from)

/**
 * Samples at another rate. A low-pass filter of linear phase comes with it, without delay: what the lower rate cannot hold is gone (100 dB below) instead
 * of being folded into what is heard, and up to 0.9 of half the lower rate nothing changes (within 0.001 dB). Outside of its samples the sound is silent.
 *
 * ```ts
 * const telephone = resample(samples, 44100, 8000)
 * ```
 * @throws ArgumentError for rates that are not whole numbers of at least 1, or too far from each other's multiples.
 */
export function resample(samples: Float32Array<ArrayBuffer>, from: number, to: number): Float32Array<ArrayBuffer> {
  checkRates(from, to)
  if (from === to) return samples
  const { up, down, taps, half, values } = filterOf(from, to)
  const { length } = samples
  const result = new Float32Array(resampledLength(length, from, to))
  let [base, phase] = [0, 0]
  const [whole, rest] = [Math.floor(down / up), down % up]
  for (let m = 0; m < result.length; m++) {
    const first = base - half
    const start = Math.max(0, -first)
    const end = Math.min(taps, length - first)
    const row = phase * taps
    // Four sums at a time: none waits for the one before.
    let sum = 0
    let second = 0
    let third = 0
    let fourth = 0
    let tap = start
    for (; tap + 3 < end; tap += 4) {
      sum += samples[first + tap] * values[row + tap]
      second += samples[first + tap + 1] * values[row + tap + 1]
      third += samples[first + tap + 2] * values[row + tap + 2]
      fourth += samples[first + tap + 3] * values[row + tap + 3]
    }
    for (; tap < end; tap++) sum += samples[first + tap] * values[row + tap]
    result[m] = sum + second + (third + fourth)
    base += whole
    phase += rest
    if (phase >= up) {
      phase -= up
      base++
    }
  }
  return result
}
