/** How good predictions of classes are, by how often each class was taken for each. */
import { ShapeError } from '../core/errors.ts'

/** How well one class is found. */
export interface ClassReport {
  /** Share of the examples taken for the class that are of it, 0 to 1. */
  readonly precision: number
  /** Share of the examples of the class that are taken for it, 0 to 1. */
  readonly recall: number
  /** Harmonic mean of precision and recall, 0 to 1. */
  readonly f1: number
  /** Examples of the class. */
  readonly support: number
  /** Examples taken for the class. */
  readonly predicted: number
}

/** Of several classes in one. */
export type AverageReport = Pick<ClassReport, 'precision' | 'recall' | 'f1'>

export interface ClassificationReport {
  readonly examples: number
  /** Share of the examples that are right, 0 to 1: where each has one class, also the micro average of precision, of recall and of F1. */
  readonly accuracy: number
  /** In the order of the labels. */
  readonly perClass: readonly ClassReport[]
  /** The mean over the classes, each of which counts alike. */
  readonly macro: AverageReport
  /** The mean over the classes by how many examples each has. */
  readonly weighted: AverageReport
  /** Cohen's kappa, -1 to 1: how much of what chance leaves is right; 0 for predictions that know nothing. NaN where all is of one class. */
  readonly kappa: number
  /** Matthews' correlation of predictions and truth, -1 to 1; 0 where either is all of one class. */
  readonly matthews: number
}

/** Class by class, how many examples are of it, are taken for it, and both. */
export interface ClassCounts {
  readonly support: ArrayLike<number>
  readonly predicted: ArrayLike<number>
  readonly right: ArrayLike<number>
}

/**
 * Precision, recall and F1 of each class and on average, Cohen's kappa (1960) and Matthews' correlation (of several classes: Gorodkin, 2004), as
 * scikit-learn's `classification_report`, `cohen_kappa_score` and `matthews_corrcoef` give them. Precision of a class that nothing is taken for, and recall of
 * one that nothing is of, is 0, as in scikit-learn, which warns. A class that neither occurs nor is predicted has NaN, and no part in any average.
 * @param counts the confusion matrix row by row, [classes, classes], as `confusion` gives it: rows are the true classes, columns the predicted ones
 * @throws ShapeError for what is not square.
 */
export function classificationReport(counts: ArrayLike<number>): ClassificationReport {
  const classes = Math.round(Math.sqrt(counts.length))
  if (classes ** 2 !== counts.length)
    throw new ShapeError(`classificationReport: ${counts.length} counts; expected classes x classes of them`)
  const [support, predicted, right] = [0, 1, 2].map(() => new Float64Array(classes))
  for (let i = 0; i < counts.length; i++) {
    const [row, column] = [Math.floor(i / classes), i % classes]
    support[row] += counts[i]
    predicted[column] += counts[i]
    if (row === column) right[row] = counts[i]
  }
  return reportOfCounts({ support, predicted, right })
}

/** As `classificationReport`, of the sums that it depends on. */
export function reportOfCounts(counts: ClassCounts): ClassificationReport {
  const perClass = Array.from({ length: counts.support.length }, (_, label) => classReport(counts, label))
  const examples = sumOf(perClass.map(({ support }) => support))
  const right = sumOf(Array.from(counts.right))
  return {
    examples,
    accuracy: right / examples,
    perClass,
    macro: averageOf(perClass, () => 1),
    weighted: averageOf(perClass, ({ support }) => support),
    ...agreement(perClass, right, examples),
  }
}

function classReport({ support: ofClass, predicted: forClass, right: both }: ClassCounts, label: number): ClassReport {
  const [support, predicted, right] = [ofClass[label], forClass[label], both[label]]
  const isThere = support + predicted > 0
  const share = (of: number): number => (of > 0 ? right / of : isThere ? 0 : Number.NaN)
  return {
    precision: share(predicted),
    recall: share(support),
    f1: share((support + predicted) / 2),
    support,
    predicted,
  }
}

/** Over the classes that occur or are predicted. */
function averageOf(perClass: readonly ClassReport[], weightOf: (each: ClassReport) => number): AverageReport {
  const known = perClass.filter(({ support, predicted }) => support + predicted > 0)
  const total = sumOf(known.map(weightOf))
  const mean = (figure: keyof AverageReport): number =>
    sumOf(known.map((each) => weightOf(each) * each[figure])) / total
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') }
}

/** Kappa and Matthews' correlation: how far predictions and truth go together beyond what their frequencies alone would give. */
function agreement(
  perClass: readonly ClassReport[],
  right: number,
  examples: number,
): Pick<ClassificationReport, 'kappa' | 'matthews'> {
  const products = (of: (each: ClassReport) => number): number => sumOf(perClass.map(of))
  const expected = products(({ support, predicted }) => support * predicted)
  const beyond = right * examples - expected
  const apart = Math.sqrt(
    (examples ** 2 - products(({ predicted }) => predicted ** 2)) *
      (examples ** 2 - products(({ support }) => support ** 2)),
  )
  return { kappa: beyond / (examples ** 2 - expected), matthews: apart === 0 ? 0 : beyond / apart }
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
