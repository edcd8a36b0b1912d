/** What decides which epoch of a training is the best: --monitor. */
import {
  accuracy,
  auc,
  type ClassAverageOptions,
  calibrationError,
  f1,
  kappa,
  type Metric,
  matthews,
  precision,
  recall,
  topKAccuracy,
} from 'gentle-dl'
import { UsageError, unknownChoice } from '../terminal/usage.ts'

/** What decides, and how it is told. */
export interface Monitor {
  /** As it stands in an evaluation. */
  readonly monitor: string
  readonly scoreName: string
  readonly isShare: boolean
  /** What is counted beside the task's own metrics. */
  readonly metric?: Metric
}

interface NamedMetric {
  readonly label: string
  /** Whether it is told in percent; true unless given. */
  readonly isShare?: boolean
  /** The metric of all classes, or of some; those without it are of all alone. */
  readonly ofClasses?: (of: ClassAverageOptions) => Metric
  readonly metric: Metric
}

const averagePrecision = ({ class: label }: ClassAverageOptions): Metric =>
  auc({ curve: 'precisionRecall', class: label })

/** Metrics of classifiers by the names that --monitor takes. */
const classifierMetrics: Readonly<Record<string, NamedMetric>> = {
  accuracy: { label: 'accuracy', metric: accuracy },
  top5: { label: 'top-5 accuracy', metric: topKAccuracy(5) },
  precision: { label: 'precision', metric: precision(), ofClasses: precision },
  recall: { label: 'recall', metric: recall(), ofClasses: recall },
  f1: { label: 'F1', metric: f1(), ofClasses: f1 },
  auc: { label: 'AUC', metric: auc(), ofClasses: ({ class: label }) => auc({ class: label }) },
  averagePrecision: { label: 'average precision', metric: averagePrecision({}), ofClasses: averagePrecision },
  kappa: { label: 'kappa', isShare: false, metric: kappa },
  matthews: { label: 'Matthews', isShare: false, metric: matthews },
  calibrationError: { label: 'calibration error', metric: calibrationError() },
}

/** Metrics of regression by the same names, which all are counted anyway. */
const regressionMonitors: Readonly<Record<string, { readonly monitor: string; readonly scoreName: string }>> = {
  r2: { monitor: 'r2', scoreName: 'R²' },
  mae: { monitor: 'meanAbsoluteError', scoreName: 'MAE' },
  rmse: { monitor: 'rootMeanSquaredError', scoreName: 'RMSE' },
}

const loss: Monitor = { monitor: 'loss', scoreName: 'loss', isShare: false }

/** All that --monitor takes, but for what stands behind a colon. */
export const monitorNames = [...Object.keys(classifierMetrics), ...Object.keys(regressionMonitors), 'loss']

/**
 * What decides in classification: a name, or `f1:CLASS` of one class; of precision, recall and F1 also `f1:weighted`.
 * @throws UsageError for what there is not.
 */
export function classificationMonitor(text: string | undefined, classes: readonly string[]): Monitor {
  const [name, of] = text === undefined ? ['accuracy'] : partsOf(text)
  if (name === 'loss' && of === undefined) return loss
  const known = Object.hasOwn(classifierMetrics, name) ? classifierMetrics[name] : undefined
  if (known === undefined) throw unknownChoice('--monitor', text!, [...Object.keys(classifierMetrics), 'loss'])
  if (name === 'top5' && classes.length <= 5)
    throw new UsageError(
      `--monitor top5: of ${classes.length} classes the label is always among the likeliest five; expected more classes`,
    )
  const { label, isShare = true, metric: ofAll, ofClasses } = known
  if (of === undefined)
    return { monitor: ofAll.name, scoreName: label, isShare, ...(name === 'accuracy' ? {} : { metric: ofAll }) }
  const place = classes.indexOf(of)
  const takesAverages = ['precision', 'recall', 'f1'].includes(name)
  if (ofClasses === undefined)
    throw new UsageError(`--monitor ${text}: ${name} is of all classes; expected --monitor ${name} alone`)
  if (place < 0 && !(takesAverages && of === 'weighted'))
    throw unknownChoice(`--monitor ${name}`, of, [...classes, ...(takesAverages ? ['weighted'] : [])])
  const metric = ofClasses(place < 0 ? { average: 'weighted' } : { class: place })
  return { monitor: metric.name, scoreName: place < 0 ? `weighted ${label}` : `${label} of ${of}`, isShare, metric }
}

/** A name, and what stands behind its first colon. */
const partsOf = (text: string): [string, string?] => {
  const colon = text.indexOf(':')
  return colon < 0 ? [text] : [text.slice(0, colon), text.slice(colon + 1)]
}

/** What decides in regression. @throws UsageError for what there is not. */
export function regressionMonitor(text = 'r2'): Monitor {
  if (text === 'loss') return loss
  if (!Object.hasOwn(regressionMonitors, text))
    throw unknownChoice('--monitor', text, [...Object.keys(regressionMonitors), 'loss'])
  return { ...regressionMonitors[text], isShare: false }
}
