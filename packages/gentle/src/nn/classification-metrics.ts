/** Metrics of the classes that a classifier tells, beside accuracy. */
import { mul } from '../ops/elementwise.ts'
import { oneHot } from '../ops/indexing.ts'
import { argmax } from '../ops/reduce.ts'
import { concat } from '../ops/structure.ts'
import { checkHas, checkLabel, classAnswers } from './class-answers.ts'
import { type AverageReport, type ClassificationReport, reportOfCounts } from './classification-report.ts'
import type { Metric } from './metrics.ts'

/** Which classes a figure is of. */
export interface ClassAverageOptions {
  /**
   * How classes are put together: 'macro', each counting alike; 'weighted', each by its examples; 'micro', all examples as one, which for one label an example is the
   * accuracy. 'macro' unless given, of two classes, too.
   */
  readonly average?: 'macro' | 'weighted' | 'micro'
  /** One class alone, by its label, such as 1 for the positive one of two. */
  readonly class?: number
}

/**
 * Share of the examples taken for a class that are of it, 0 to 1; of a class that nothing is taken for 0, as in scikit-learn. In an evaluation it is `precision`, or
 * `precisionWeighted`, `precisionMicro`, `precisionClass1`.
 * @throws ArgumentError for a class that is no label; `count` throws it for one that the model does not have, and a ShapeError for predictions that are not of classes.
 */
export const precision = (options?: ClassAverageOptions): Metric => reportedFigure('precision', options)

/**
 * Share of the examples of a class that are taken for it, 0 to 1; of a class that is predicted and never occurs 0, as in scikit-learn. Where all classes occur, the
 * macro average is the balanced accuracy. In an evaluation it is `recall`, or `recallWeighted`, `recallMicro`, `recallClass1`.
 * @throws as `precision`
 */
export const recall = (options?: ClassAverageOptions): Metric => reportedFigure('recall', options)

/**
 * Harmonic mean of precision and recall, 0 to 1. In an evaluation it is `f1`, or `f1Weighted`, `f1Micro`, `f1Class1`.
 *
 * ```ts
 * await fit(network, train, { metrics: [f1(), accuracy], monitor: 'f1', validation, optimizer: adam(), epochs: 10 })
 * ```
 * @throws as `precision`
 */
export const f1 = (options?: ClassAverageOptions): Metric => reportedFigure('f1', options)

/**
 * Cohen's kappa, -1 to 1: how much of what chance leaves is right (A coefficient of agreement for nominal scales, 1960). NaN where all examples and all predictions are
 * of one class. In an evaluation it is `kappa`.
 */
export const kappa: Metric = { name: 'kappa', ...reported(({ kappa }) => kappa) }

/**
 * Matthews' correlation of predictions and truth, -1 to 1, of any number of classes (Gorodkin, Comparing two K-category assignments by a K-category correlation
 * coefficient, 2004); 0 where all predictions, or all examples, are of one class. In an evaluation it is `matthews`.
 */
export const matthews: Metric = { name: 'matthews', ...reported(({ matthews }) => matthews) }

function reportedFigure(
  figure: keyof AverageReport,
  { average = 'macro', class: label }: ClassAverageOptions = {},
): Metric {
  if (label !== undefined) {
    checkLabel(label, figure)
    return { name: `${figure}Class${label}`, ...reported(({ perClass }) => perClass[label][figure], label) }
  }
  if (average === 'micro') return { name: `${figure}Micro`, ...reported(({ accuracy }) => accuracy) }
  const name = average === 'macro' ? figure : `${figure}Weighted`
  return { name, ...reported((report) => report[average][figure]) }
}

/** A figure of the report on what is counted of each class: examples of it, taken for it, and both. @param label that the model has to have */
function reported(figureOf: (report: ClassificationReport) => number, label?: number): Pick<Metric, 'count' | 'value'> {
  return {
    count(prediction, target) {
      const { scores, labels, counts, classes } = classAnswers(prediction, target, 'metrics of classes')
      checkHas(label, classes, 'metrics of classes')
      const [own, told] = [oneHot(labels, classes), oneHot(argmax(scores.logits), classes)]
      return mul(concat([own, told, mul(own, told)], 1), counts)
    },
    value(sums) {
      const classes = sums.length / 3
      const [support, predicted, right] = [0, 1, 2].map((i) => sums.subarray(i * classes, (i + 1) * classes))
      return figureOf(reportOfCounts({ support, predicted, right }))
    },
  }
}
