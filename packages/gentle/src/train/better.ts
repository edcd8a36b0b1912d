import { ArgumentError } from '../core/errors.ts'
import type { Metric } from '../nn/metrics.ts'
import type { Evaluation } from './evaluation.ts'

/**
 * Whether a validation is better than the best so far: by the metric of this name, or 'loss', ties by loss. Any number is better than NaN, which is what a metric is where there is nothing to
 * measure.
 * @throws ArgumentError where the validation does not tell it.
 */
export function isBetter(
  validation: Evaluation,
  best: Evaluation | undefined,
  monitor: string,
  metrics: readonly Metric[],
  better: 'more' | 'less' = metrics.find(({ name }) => name === monitor)?.better ?? 'more',
): boolean {
  const value = validation[monitor]
  if (value === undefined)
    throw new ArgumentError(
      `training: the best epoch is chosen by '${monitor}', but validation reports ${Object.keys(validation).join(', ')}; set monitor to one of these`,
    )
  const before = best?.[monitor]
  if (best === undefined || before === undefined) return true
  if (Object.is(value, before) || value === before) return validation.loss < best.loss
  if (Number.isNaN(before)) return true
  return monitor === 'loss' || better === 'less' ? value < before : value > before
}
