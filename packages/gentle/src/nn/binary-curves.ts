/** What comes of each threshold at which scores are taken for a yes: the ROC curve, and precision against recall. */
import { ArgumentError } from '../core/errors.ts'

/** A point for each threshold, highest first; before all of them, that of none. */
export interface BinaryRocCurve {
  /** Share of the negative examples that are taken for positive, 0 to 1, rising from 0 to 1. NaN where there are none. */
  readonly falsePositiveRate: Float64Array
  /** Share of the positive examples that are found, 0 to 1, rising from 0 to 1. NaN where there are none. */
  readonly truePositiveRate: Float64Array
  /** An example counts as positive whose score is at least as high; from Infinity down to the lowest score. */
  readonly thresholds: Float64Array
  /**
   * The area under the curve, 0 to 1: how likely a positive example has a higher score than a negative one, ties counted half. 0.5 for scores that know nothing; NaN
   * where all examples are alike.
   */
  readonly area: number
}

/** A point for each threshold, highest first. */
export interface BinaryPrecisionRecallCurve {
  /** Share of the positive examples that are found, 0 to 1, rising to 1. NaN where there are none. */
  readonly recall: Float64Array
  /** Share of the examples taken for positive that are, 0 to 1. */
  readonly precision: Float64Array
  /** An example counts as positive whose score is at least as high. */
  readonly thresholds: Float64Array
  /** The mean of the precisions, each by the recall that it adds, 0 to 1; nothing is interpolated. NaN where there is nothing to find. */
  readonly averagePrecision: number
}

/** The examples of both kinds by their scores, highest first. */
interface Counted {
  /** Scores that occur. */
  readonly thresholds: number[]
  /** Examples of each kind with at least that score. */
  readonly positives: number[]
  readonly negatives: number[]
}

/** @throws ArgumentError */
function counted(scores: ArrayLike<number>, positive: ArrayLike<number | boolean>, where: string): Counted {
  if (scores.length !== positive.length || scores.length === 0)
    throw new ArgumentError(
      `${where}: ${scores.length} scores of ${positive.length} examples; expected one an example, and at least one`,
    )
  const kinds = [new Float64Array(scores.length), new Float64Array(scores.length)]
  const sizes = [0, 0]
  for (let i = 0; i < scores.length; i++) {
    const kind = Number(positive[i])
    if (kind !== 0 && kind !== 1)
      throw new ArgumentError(
        `${where}: example ${i} is ${positive[i]}; expected 1 or true where it is positive, else 0 or false`,
      )
    if (Number.isNaN(scores[i]))
      throw new ArgumentError(`${where}: the score of example ${i} is NaN; expected a number`)
    kinds[kind][sizes[kind]++] = scores[i]
  }
  // Each kind by itself: numbers are sorted ten times as fast without the examples that they belong to.
  const [no, yes] = kinds.map((values, kind) => values.subarray(0, sizes[kind]).sort())
  const curve: Counted = { thresholds: [], positives: [], negatives: [] }
  let [positives, negatives] = [0, 0]
  while (positives + negatives < scores.length) {
    const [nextYes, nextNo] = [yes.at(-1 - positives), no.at(-1 - negatives)]
    const threshold = Math.max(nextYes ?? Number.NEGATIVE_INFINITY, nextNo ?? Number.NEGATIVE_INFINITY)
    while (positives < yes.length && yes[yes.length - 1 - positives] === threshold) positives++
    while (negatives < no.length && no[no.length - 1 - negatives] === threshold) negatives++
    curve.thresholds.push(threshold)
    curve.positives.push(positives)
    curve.negatives.push(negatives)
  }
  return curve
}

/**
 * The receiver operating characteristic of scores, larger where an example is likelier positive: logits or probabilities, of one class against the rest. As
 * scikit-learn's `roc_curve` and `roc_auc_score` (Fawcett, An introduction to ROC analysis, 2006), with every threshold.
 *
 * ```ts
 * binaryRocCurve([0.9, 0.6, 0.6, 0.1], [1, 0, 1, 0]).area // → 0.875
 * ```
 * @param positive 1 or true for positive examples, 0 or false for others
 * @throws ArgumentError for another number of examples than scores, none at all, and scores that are NaN.
 */
export function binaryRocCurve(scores: ArrayLike<number>, positive: ArrayLike<number | boolean>): BinaryRocCurve {
  const { thresholds, positives, negatives } = counted(scores, positive, 'binaryRocCurve')
  const [yes, no] = [positives.at(-1)!, negatives.at(-1)!]
  let [twice, before, found] = [0, 0, 0]
  for (const [i, all] of negatives.entries()) {
    twice += (all - before) * (positives[i] + found)
    before = all
    found = positives[i]
  }
  return {
    falsePositiveRate: Float64Array.from([0, ...negatives], (count) => count / no),
    truePositiveRate: Float64Array.from([0, ...positives], (count) => count / yes),
    thresholds: Float64Array.from([Number.POSITIVE_INFINITY, ...thresholds]),
    area: twice / (2 * yes * no),
  }
}

/**
 * Precision and recall of scores, larger where an example is likelier positive: logits or probabilities, of one class against the rest. As scikit-learn's
 * `precision_recall_curve` and `average_precision_score`, from the highest threshold down and without the point of none; without positive examples, where
 * scikit-learn warns and gives 0, recall and average precision are NaN. `precisionRecallCurve` of `gentle-dl/vision` is that of a detector.
 * @param positive 1 or true for positive examples, 0 or false for others
 * @throws ArgumentError for another number of examples than scores, none at all, and scores that are NaN.
 */
export function binaryPrecisionRecallCurve(
  scores: ArrayLike<number>,
  positive: ArrayLike<number | boolean>,
): BinaryPrecisionRecallCurve {
  const { thresholds, positives, negatives } = counted(scores, positive, 'binaryPrecisionRecallCurve')
  const precision = Float64Array.from(positives, (count, i) => count / (count + negatives[i]))
  const yes = positives.at(-1)!
  const areas = positives.map((count, i) => (count - (positives[i - 1] ?? 0)) * precision[i])
  return {
    recall: Float64Array.from(positives, (count) => count / yes),
    precision,
    thresholds: Float64Array.from(thresholds),
    averagePrecision: areas.reduce((sum, area) => sum + area, 0) / yes,
  }
}

/** Scores of examples, and which of them are positive. */
export interface BinaryScores {
  readonly scores: Float64Array
  readonly positive: Uint8Array
}

/**
 * One class against the rest: its probability for each example, and which examples are of it, as the two functions of curves take them.
 * @param probabilities row-major [examples, classes]
 * @param labels of the examples
 * @throws ArgumentError for probabilities that are not a whole number of classes, and a label that is none of them.
 */
export function oneVsRest(probabilities: ArrayLike<number>, labels: ArrayLike<number>, label: number): BinaryScores {
  const classes = probabilities.length / labels.length
  if (!Number.isInteger(classes))
    throw new ArgumentError(
      `oneVsRest: ${probabilities.length} probabilities of ${labels.length} examples; expected as many of each as there are classes`,
    )
  if (!Number.isInteger(label) || label < 0 || label >= classes)
    throw new ArgumentError(`oneVsRest: the label is ${label}; expected a class, 0 to ${classes - 1}`)
  const scores = new Float64Array(labels.length)
  const positive = new Uint8Array(labels.length)
  for (let i = 0; i < labels.length; i++) {
    scores[i] = probabilities[i * classes + label]
    positive[i] = Number(labels[i] === label)
  }
  return { scores, positive }
}
