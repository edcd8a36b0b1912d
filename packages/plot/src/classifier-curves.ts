/** What a classifier's scores are worth at every threshold, as SVG. */
import { type PrecisionRecallLine, precisionRecallBlocks } from './precision-recall.ts'
import { type RocLine, rocBlocks } from './roc.ts'
import { gap, stacked } from './stack.ts'

/** `plotRoc` above `plotPrecisionRecall`, in one picture. */
export const plotClassifierCurves = (curves: {
  readonly roc: readonly RocLine[]
  readonly precisionRecall: readonly PrecisionRecallLine[]
}): string => stacked([...rocBlocks(curves.roc), gap(20), ...precisionRecallBlocks(curves.precisionRecall)])
