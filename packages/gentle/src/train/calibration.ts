/** Ranges for activations, from how often which values come in a sample. */
import { ArgumentError } from '../core/errors.ts'
import { type ActivationRange, activationNumbers } from '../nn/layers/quantized.ts'

/**
 * How a range is chosen from the values of a sample: `minMax` holds all of them; `percentile` leaves out one of 10,000 at each end; `mse` has the least mean squared error of
 * rounding and cutting off together.
 */
export type Calibration = 'minMax' | 'percentile' | 'mse'

export const calibrations: readonly Calibration[] = ['minMax', 'percentile', 'mse']

/** @throws ArgumentError for another name. */
export function checkCalibration(name: string): Calibration {
  if (!(calibrations as readonly string[]).includes(name))
    throw new ArgumentError(`calibration is ${JSON.stringify(name)}; choose from ${calibrations.join(', ')}`)
  return name as Calibration
}

const bins = 2048

/** The share of values that `percentile` leaves out at each end. */
const leftOut = 1e-4

/** Shares of the whole range that `mse` tries. */
const tried = Array.from({ length: 80 }, (_, i) => 1 - i / 100)

/** The values of one tensor: their ends first, then how many lie where between them. */
export class Histogram {
  #lowest = 0
  #highest = 0
  #counts: Float64Array | undefined

  /** Widens the ends to these values. @returns whether all are finite */
  widen(values: Float32Array): boolean {
    let [low, high] = [this.#lowest, this.#highest]
    let total = 0
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      total += value
      if (value < low) low = value
      if (value > high) high = value
    }
    ;[this.#lowest, this.#highest] = [low, high]
    return Number.isFinite(total)
  }

  /** Counts values, all of which lie between the ends. */
  count(values: Float32Array): void {
    this.#counts ??= new Float64Array(bins)
    const width = this.#width
    if (width === 0) return
    for (let i = 0; i < values.length; i++)
      this.#counts[Math.min(bins - 1, Math.floor((values[i] - this.#lowest) / width))]++
  }

  /** A range of 7 bits, in which 0 has a number of its own. */
  range(calibration: Calibration): ActivationRange {
    if (calibration === 'minMax') return rangeBetween(this.#lowest, this.#highest)
    return calibration === 'percentile' ? this.#percentile() : this.#leastError()
  }

  get #width(): number {
    return (this.#highest - this.#lowest) / bins
  }

  #percentile(): ActivationRange {
    const counts = this.#counts!
    const limit = leftOut * counts.reduce((a, b) => a + b, 0)
    const endFrom = (order: Iterable<number>): number => {
      let passed = 0
      for (const bin of order) {
        passed += counts[bin]
        if (passed > limit) return bin
      }
      return 0
    }
    const first = endFrom(counts.keys())
    const last = endFrom([...counts.keys()].reverse())
    const at = (edge: number): number => this.#lowest + edge * this.#width
    return rangeBetween(first === 0 ? this.#lowest : at(first), last === bins - 1 ? this.#highest : at(last + 1))
  }

  #leastError(): ActivationRange {
    const candidates = tried.map((share) => rangeBetween(this.#lowest * share, this.#highest * share))
    const errors = candidates.map((range) => this.#errorOf(range))
    return candidates[errors.indexOf(Math.min(...errors))]
  }

  /** The squared error of all values, each taken for the middle of its bin. */
  #errorOf({ scale, zeroPoint }: ActivationRange): number {
    const { low, high } = activationNumbers
    return this.#counts!.reduce((total, count, bin) => {
      if (count === 0) return total
      const value = this.#lowest + (bin + 0.5) * this.#width
      const q = Math.max(low, Math.min(Math.round(value / scale) + zeroPoint, high))
      return total + count * ((q - zeroPoint) * scale - value) ** 2
    }, 0)
  }
}

function rangeBetween(lowest: number, highest: number): ActivationRange {
  const { low, high } = activationNumbers
  const [from, to] = [Math.min(lowest, 0), Math.max(highest, 0)]
  const scale = Math.fround((to - from) / (high - low)) || 1
  return { scale, zeroPoint: Math.max(low, Math.min(Math.round(-from / scale), high)) }
}
