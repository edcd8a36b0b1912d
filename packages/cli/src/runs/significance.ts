/** Whether scores differ by more than chance gives. */
import { quantile, twoSided } from './student-t.ts'

export interface Difference {
  /** The second less the first. */
  readonly value: number
  /** It lies between these with a probability of 95 %. */
  readonly from: number
  readonly to: number
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** The variance of a mean, from the spread of its values. */
const varianceOfMean = (values: readonly number[], mean: number): number =>
  values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) / values.length

/**
 * Welch's t-test of two means, whose spreads may differ (Welch, The generalization of Student's problem when several different population variances are
 * involved, 1947).
 * @param a two values or more, as `b`
 * @returns with the probability of such a difference, or a larger one, where there is none; undefined where no value differs from the others of its own
 */
export function welch(a: readonly number[], b: readonly number[]): (Difference & { readonly p: number }) | undefined {
  const [meanA, meanB] = [meanOf(a), meanOf(b)]
  const [varianceA, varianceB] = [varianceOfMean(a, meanA), varianceOfMean(b, meanB)]
  const [value, variance] = [meanB - meanA, varianceA + varianceB]
  if (variance === 0) return undefined
  const freedom = variance ** 2 / (varianceA ** 2 / (a.length - 1) + varianceB ** 2 / (b.length - 1))
  const error = Math.sqrt(variance)
  const reach = quantile(0.05, freedom) * error
  return { value, from: value - reach, to: value + reach, p: twoSided(value / error, freedom) }
}

/** 95 % of a normal distribution lie so many standard deviations around its middle. */
const z = 1.959963984540054

/** Where the true share is, in 95 of 100 samples as large as this one, n: Wilson's interval (Wilson, Probable inference, the law of succession, and statistical inference, 1927). */
export function wilson(share: number, n: number): readonly [from: number, to: number] {
  const middle = share + z ** 2 / (2 * n)
  const reach = z * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2))
  return [Math.max(0, (middle - reach) / (1 + z ** 2 / n)), Math.min(1, (middle + reach) / (1 + z ** 2 / n))]
}

/**
 * The difference of two shares of examples that were drawn apart, between the limits of Newcombe's method 10 (Newcombe, Interval estimation for the difference
 * between independent proportions, 1998).
 */
export function unpaired(
  a: { readonly share: number; readonly n: number },
  b: { readonly share: number; readonly n: number },
): Difference {
  const value = b.share - a.share
  const [fromA, toA] = wilson(a.share, a.n)
  const [fromB, toB] = wilson(b.share, b.n)
  return {
    value,
    from: value - Math.hypot(b.share - fromB, toA - a.share),
    to: value + Math.hypot(toB - b.share, a.share - fromA),
  }
}
