/** --overfit-batches: whether a few batches are learned by heart, which any sound network, loss and data allow. */
import type { EpochReport } from 'gentle-dl'
import type { Recipe } from 'gentle-dl/models'
import type { NamedSettings, Preparation } from '../tasks/task.ts'
import { batchOf } from '../tasks/used-examples.ts'
import { lossText, scoreFormat } from '../terminal/terminal.ts'
import type { Settings } from './settings.ts'

/** Steps that a few batches are learned in, unless epochs are given. */
const steps = 300

/** A validation loss of less than this share of the first training loss is about zero. */
const aboutZero = 0.01

/** What the settings are, whatever recipe, preset and task would choose. */
export const overfitSettings = (settings: NamedSettings, recipe: Recipe): Settings => ({
  batchSize: batchOf(settings, recipe),
  epochs: settings.epochs ?? Math.ceil(steps / settings.overfitBatches!),
  schedule: settings.schedule ?? 'constant',
  augment: undefined,
  patience: undefined,
})

/** Whether the batches were learned by heart, and what to look at where not. */
export function overfitText(
  history: readonly EpochReport[],
  { monitor, monitorBetter, scoreName, isShare = true }: Preparation,
): string {
  const first = history[0].train.loss
  const best = history.reduce((a, b) => (b.validation!.loss < a.validation!.loss ? b : a)).validation!
  const score = best[monitor]
  const isPerfect = isShare && score !== undefined && (monitorBetter === 'less' ? score === 0 : score === 1)
  const told = score === undefined || monitor === 'loss' ? '' : `, ${scoreName} ${scoreFormat(isShare)(score)}`
  const course = `the loss of the batches went from ${lossText(first)} to ${lossText(best.loss)}${told}`
  if (best.loss <= aboutZero * first) return `learned by heart: ${course}, about zero`
  if (isPerfect) return `learned by heart: ${course}; more --epochs would bring the loss on towards zero`
  return `NOT learned by heart: ${course}; try more --epochs and other rates (gentle lr-find); if it stays so, look for a fault in labels, loss or network`
}
