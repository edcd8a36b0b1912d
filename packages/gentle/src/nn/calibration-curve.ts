/** Whether a model is as often right as it says. */
import { ArgumentError } from '../core/errors.ts'

/** Predictions of like confidence. */
export interface CalibrationBin {
  /** Confidences above `from`, up to `to`; in the first bin 0 too. */
  readonly from: number
  readonly to: number
  /** Predictions with such a confidence. */
  readonly count: number
  /** Their mean confidence, 0 to 1; NaN where there are none. */
  readonly confidence: number
  /** Share of them that is right, 0 to 1; NaN where there are none. */
  readonly accuracy: number
}

export interface CalibrationCurve {
  /** From no confidence to full one, of equal width: what a reliability diagram shows. */
  readonly bins: readonly CalibrationBin[]
  /** Expected calibration error, 0 to 1: how far confidence and accuracy are apart, the mean over the predictions. */
  readonly error: number
  /** The same of the bin that is the furthest off. */
  readonly maximumError: number
}

export interface CalibrationOptions {
  /** How many bins; 15 unless given. The error depends on it: more bins of few examples each tell a larger one. */
  readonly bins?: number
}

/**
 * How far a model's confidence is from how often it is right: Naeini, Cooper and Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning,
 * 2015; Guo et al., On calibration of modern neural networks, 2017, section 2. Bins are those of scikit-learn's `calibration_curve`, which leaves out empty ones.
 *
 * ```ts
 * const { confidence, predicted, labels } = await confusion(model, test)
 * calibrationCurve(confidence, predicted.map((label, i) => Number(label === labels[i]))).error
 * ```
 * @param confidence the probability of each predicted class, 0 to 1
 * @param right 1 or true where the prediction is right, else 0 or false
 * @throws ArgumentError for another number of predictions, none at all, confidences outside 0 to 1, and options out of range.
 */
export function calibrationCurve(
  confidence: ArrayLike<number>,
  right: ArrayLike<number | boolean>,
  { bins = 15 }: CalibrationOptions = {},
): CalibrationCurve {
  checkBins(bins)
  const examples = confidence.length
  if (examples !== right.length || examples === 0)
    throw new ArgumentError(
      `calibrationCurve: ${examples} confidences of ${right.length} predictions; expected one each, and at least one`,
    )
  const [counts, confidences, rights] = [0, 1, 2].map(() => new Float64Array(bins))
  for (let i = 0; i < examples; i++) {
    const value = confidence[i]
    if (!(value >= 0 && value <= 1))
      throw new ArgumentError(`calibrationCurve: the confidence of example ${i} is ${value}; expected 0 to 1`)
    const at = binOf(value, bins)
    counts[at]++
    confidences[at] += value
    rights[at] += Number(right[i])
  }
  const listed = Array.from(counts, (count, i): CalibrationBin => {
    const [sure, isRight] = [confidences[i] / count, rights[i] / count]
    return { from: i / bins, to: (i + 1) / bins, count, confidence: sure, accuracy: isRight }
  })
  const filled = listed.filter(({ count }) => count > 0)
  const apart = (bin: CalibrationBin): number => Math.abs(bin.confidence - bin.accuracy)
  return {
    bins: listed,
    error: filled.reduce((sum, bin) => sum + (bin.count / examples) * apart(bin), 0),
    maximumError: Math.max(...filled.map(apart)),
  }
}

/** @throws ArgumentError for anything but a whole number of at least 1. */
export function checkBins(bins: number): void {
  if (!Number.isInteger(bins) || bins < 1)
    throw new ArgumentError(`calibration: bins is ${bins}; expected a whole number of at least 1`)
}

/** The bin whose lower edge a confidence is above and whose upper edge it is not, also where their product was rounded. */
function binOf(value: number, bins: number): number {
  const near = Math.min(bins - 1, Math.max(0, Math.ceil(value * bins) - 1))
  if (near > 0 && value <= near / bins) return near - 1
  return near < bins - 1 && value > (near + 1) / bins ? near + 1 : near
}
