/** Labels that no class of a network has are refused before they are computed with. */
import { DataError } from '../core/errors.ts'
import { sizeOf } from '../core/shape.ts'
import type { AnyDataset } from '../data/dataset.ts'
import type { LabelRule } from '../nn/labels.ts'
import type { Batch } from './batches.ts'
import { exampleOf, placeIn } from './example-of.ts'

const isKnown = (label: number, { classes, ignore }: LabelRule): boolean =>
  (label >= 0 && label < classes) || label === ignore

const expected = ({ classes, ignore }: LabelRule): string =>
  `expected 0 to ${classes - 1} for ${classes} classes${ignore === undefined ? '' : `, or ${ignore}, which does not count`}; labels count from 0`

/** @throws DataError naming the first example of a batch with a label that a rule does not know. */
export function checkLabels(batch: Batch, dataset: AnyDataset, rules: readonly LabelRule[]): void {
  const { examples, targets, targetLengths } = batch
  const { shape } = dataset.target
  const row = targets.length / examples
  const size = sizeOf(shape)
  for (const rule of rules)
    for (let i = 0; i < examples; i++) {
      // What pads a sequence is not a label.
      const end = i * row + (targetLengths === undefined ? row : targetLengths[i] * size)
      for (let at = i * row; at < end; at++)
        if (!isKnown(targets[at], rule))
          throw new DataError(
            `${exampleOf(dataset, batch, i)} has label ${targets[at]}${placeIn(dataset.target, at - i * row)}; ${expected(rule)}`,
          )
    }
}

/** @throws DataError naming the first example of a set that lists its labels, with one that a rule does not know. */
export function checkListedLabels(dataset: AnyDataset, rules: readonly LabelRule[]): void {
  const { labels, target } = dataset
  if (labels === undefined || target.dtype !== 'int32' || target.shape.length > 0) return
  for (const rule of rules)
    for (let i = 0; i < labels.length; i++)
      if (!isKnown(labels[i], rule))
        throw new DataError(`${exampleOf(dataset, { indices: [i] }, 0)} has label ${labels[i]}; ${expected(rule)}`)
}
