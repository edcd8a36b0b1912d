/** Which labels a loss or a metric knows, so that others are refused by the example that has them. */
import type { Tensor } from '../graph/tensor.ts'
import { equal, greaterEqual, less, mul, where } from '../ops/elementwise.ts'

/** Labels from 0 to classes - 1, and one beside them, if any, that is ignored. */
export interface LabelRule {
  readonly classes: number
  readonly ignore?: number
}

const rules = /* @__PURE__ */ new WeakMap<Tensor, readonly LabelRule[]>()

/**
 * Says, while a loss or a metric is traced, that its int32 targets are labels from 0 to classes - 1, or `ignore`. Training and evaluation read that
 * off the targets and throw a DataError for others before they compute with them. It holds for targets as they are in the data set, also
 * reshaped; of what was computed from them nothing is known before the graph runs. The library's own losses and metrics say it themselves.
 */
export function expectLabels(labels: Tensor, classes: number, ignore?: number): void {
  let source = labels
  while (source.op.name === 'reshape') [source] = source.inputs
  const known = rules.get(source) ?? []
  const isKnown = known.some((rule) => rule.classes === classes && rule.ignore === ignore)
  if (!isKnown) rules.set(source, [...known, { classes, ignore }])
}

/** What is expected of a tensor of labels. */
export const labelRulesOf = (labels: Tensor): readonly LabelRule[] => rules.get(labels) ?? []

/** How labels count, of which `expectLabels` is said, too: 1, and 0 for `ignore`; NaN for any other, so that no number comes of it that looks right. */
export function countedLabels(labels: Tensor, classes: number, ignore?: number): Tensor {
  expectLabels(labels, classes, ignore)
  const counted = where(mul(greaterEqual(labels, 0), less(labels, classes)), 1, Number.NaN)
  return ignore === undefined ? counted : where(equal(labels, ignore), 0, counted)
}
