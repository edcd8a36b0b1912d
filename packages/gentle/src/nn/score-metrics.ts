/** Metrics of the probabilities that a classifier tells classes with: they take those of all examples, which no sum holds. */
import { cast, equal, mul } from '../ops/elementwise.ts'
import { argmax, max } from '../ops/reduce.ts'
import { concat, reshape } from '../ops/structure.ts'
import { type BinaryScores, binaryPrecisionRecallCurve, binaryRocCurve } from './binary-curves.ts'
import { type CalibrationOptions, calibrationCurve, checkBins } from './calibration-curve.ts'
import { checkHas, checkLabel, classAnswers } from './class-answers.ts'
import type { Metric } from './metrics.ts'
import { classProbabilities } from './scores.ts'

/** Which area is taken, and of which classes. */
export interface AucOptions {
  /**
   * 'roc' for the area under the ROC curve; 'precisionRecall' for the average precision, which tells more where positives are rare. 'roc' unless given.
   */
  readonly curve?: 'roc' | 'precisionRecall'
  /** One class against the rest, by its label; the mean over all classes that can be told of unless given. */
  readonly class?: number
}

/**
 * The area under a curve of all thresholds, 0 to 1: of the probability of each class against the rest, the mean over the classes, which for a ROC curve of two classes
 * is that of either. Classes of which a set has no example, for a ROC curve also those of which all examples are, are left out; it is NaN where none is left. As `roc_auc_score` with
 * `multi_class='ovr'` and `average_precision_score` of scikit-learn. It takes the scores of all examples, so it is of evaluations alone, not of the epoch under way. In an
 * evaluation it is `auc` or `averagePrecision`, or `aucClass1`, `averagePrecisionClass1`.
 * @throws ArgumentError for a class that is no label; `count` throws it for one that the model does not have, and a ShapeError for predictions that are not of classes.
 */
export function auc({ curve = 'roc', class: label }: AucOptions = {}): Metric {
  if (label !== undefined) checkLabel(label, 'auc')
  const areaOf = ({ scores, positive }: BinaryScores): number =>
    curve === 'roc'
      ? binaryRocCurve(scores, positive).area
      : binaryPrecisionRecallCurve(scores, positive).averagePrecision
  return {
    name: `${curve === 'roc' ? 'auc' : 'averagePrecision'}${label === undefined ? '' : `Class${label}`}`,
    collects: true,
    count(prediction, target) {
      const { scores, labels, counts, classes } = classAnswers(prediction, target, 'auc')
      checkHas(label, classes, 'auc')
      const column = reshape(cast(labels, 'float32'), [labels.shape[0], 1])
      return mul(concat([classProbabilities(scores), column], 1), counts)
    },
    value(rows, examples) {
      if (rows.some(Number.isNaN)) return Number.NaN
      const classes = rows.length / examples - 1
      const listed = label === undefined ? Array.from({ length: classes }, (_, i) => i) : [label]
      const labels = columnOf(rows, examples, classes)
      const areas = listed
        .map((at) =>
          areaOf({ scores: columnOf(rows, examples, at), positive: Uint8Array.from(labels, (l) => Number(l === at)) }),
        )
        .filter((area) => !Number.isNaN(area))
      return areas.reduce((sum, area) => sum + area, 0) / areas.length
    },
  }
}

/**
 * Expected calibration error, 0 to 1: how far the probability of the likeliest class is from how often it is right, by bins of like probabilities
 * (`calibrationCurve`). It is of evaluations alone, not of the epoch under way. In an evaluation it is `calibrationError`.
 * @throws ArgumentError for bins that are not a whole number of at least 1; `count` throws a ShapeError for predictions that are not of classes.
 */
export function calibrationError({ bins = 15 }: CalibrationOptions = {}): Metric {
  checkBins(bins)
  return {
    name: 'calibrationError',
    better: 'less',
    collects: true,
    count(prediction, target) {
      const { scores, labels, counts } = classAnswers(prediction, target, 'calibrationError')
      const [examples] = labels.shape
      const confidence = max(classProbabilities(scores), 1)
      const right = equal(argmax(scores.logits), labels)
      return mul(concat([reshape(confidence, [examples, 1]), reshape(right, [examples, 1])], 1), counts)
    },
    value(rows, examples) {
      if (rows.some(Number.isNaN)) return Number.NaN
      return calibrationCurve(columnOf(rows, examples, 0), columnOf(rows, examples, 1), { bins }).error
    },
  }
}

/** One of the numbers of each example. */
const columnOf = (rows: Float64Array, examples: number, at: number): Float64Array => {
  const width = rows.length / examples
  return Float64Array.from({ length: examples }, (_, i) => rows[i * width + at])
}
