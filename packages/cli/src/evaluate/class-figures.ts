/** All figures of a classifier on a set, of each class and of all, and how they are told. */
import {
  binaryPrecisionRecallCurve,
  binaryRocCurve,
  type ClassReport,
  type Confusion,
  calibrationCurve,
  classificationReport,
  oneVsRest,
} from 'gentle-dl'
import { percent, table, thousands } from '../terminal/terminal.ts'

/** NaN, which JSON has as null, is a figure of which there was nothing to measure. */
interface ClassFigures extends ClassReport {
  /** Area under the ROC curve of the class against the rest. */
  readonly auc: number
  readonly averagePrecision: number
}

type Shares = Omit<ClassFigures, 'support' | 'predicted'>

export interface AllFigures {
  /** By name, in the order of the labels. */
  readonly perClass: Readonly<Record<string, ClassFigures>>
  /** Each class counts alike. */
  readonly macro: Shares
  /** Each class counts by its examples. */
  readonly weighted: Shares
  readonly kappa: number
  readonly matthews: number
  /** Expected calibration error, of 15 bins. */
  readonly calibrationError: number
}

/** @param classes names of all classes of the model */
export function figuresOfClasses(matrix: Confusion, classes: readonly string[]): AllFigures {
  const { counts, predicted, labels, confidence, probabilities } = matrix
  const { perClass, macro, weighted, kappa, matthews } = classificationReport(counts)
  const listed = perClass.map((own, label): ClassFigures => {
    const { scores, positive } = oneVsRest(probabilities, labels, label)
    const { averagePrecision } = binaryPrecisionRecallCurve(scores, positive)
    return { ...own, auc: binaryRocCurve(scores, positive).area, averagePrecision }
  })
  const areas = (weightOf: (each: ClassFigures) => number): Pick<Shares, 'auc' | 'averagePrecision'> => ({
    auc: meanOf(listed, 'auc', weightOf),
    averagePrecision: meanOf(listed, 'averagePrecision', weightOf),
  })
  const right = predicted.map((label, i) => Number(label === labels[i]))
  return {
    perClass: Object.fromEntries(classes.map((name, i) => [name, listed[i]])),
    macro: { ...macro, ...areas(() => 1) },
    weighted: { ...weighted, ...areas(({ support }) => support) },
    kappa,
    matthews,
    calibrationError: calibrationCurve(confidence, right).error,
  }
}

/** Of the classes for which there is something to measure. */
function meanOf(
  listed: readonly ClassFigures[],
  figure: 'auc' | 'averagePrecision',
  weightOf: (each: ClassFigures) => number,
): number {
  const known = listed.filter((each) => !Number.isNaN(each[figure]))
  const total = known.reduce((sum, each) => sum + weightOf(each), 0)
  return known.reduce((sum, each) => sum + weightOf(each) * each[figure], 0) / total
}

const share = (value: number): string => (Number.isNaN(value) ? '-' : percent(value))

const cellsOf = ({ precision, recall, f1, auc, averagePrecision }: Shares): string[] =>
  [precision, recall, f1, auc, averagePrecision].map(share)

/** A row for each class, the averages, and what is of all. */
export function figuresText({ perClass, macro, weighted, kappa, matthews, calibrationError }: AllFigures): string {
  const listed = Object.entries(perClass)
  const total = listed.reduce((sum, [, { support }]) => sum + support, 0)
  const number = (value: number): string => (Number.isNaN(value) ? 'none' : value.toFixed(4))
  return [
    table([
      ['class', 'precision', 'recall', 'F1', 'AUC', 'AP', 'examples'],
      ...listed.map(([name, own]) => [
        name,
        // Of no examples and no predictions nothing is told.
        ...cellsOf({
          ...own,
          precision: own.predicted === 0 ? Number.NaN : own.precision,
          recall: own.support === 0 ? Number.NaN : own.recall,
        }),
        thousands(own.support),
      ]),
      ['mean (macro)', ...cellsOf(macro), thousands(total)],
      ['weighted', ...cellsOf(weighted), thousands(total)],
    ]),
    '',
    `Cohen's kappa ${number(kappa)}, Matthews ${number(matthews)}, calibration error ${share(calibrationError)}`,
  ].join('\n')
}
