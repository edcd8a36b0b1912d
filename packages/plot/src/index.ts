/** Charts of networks and of their training, each a string of SVG: the package `gentle-dl-plot`. In Node and in pages. */
export { type AttentionPlotOptions, plotAttention } from './attention.ts'
export { plotConfusionMatrix } from './confusion-matrix.ts'
export { type HistoryOptions, plotHistory } from './history.ts'
export {
  accuracyAxis,
  type Line,
  type LinePanel,
  legendEntry,
  linePanel,
  lossAxis,
  powersAxis,
  type VerticalAxis,
} from './lines.ts'
export { type NetworkPlotOptions, plotNetwork } from './network.ts'
export { type PrecisionRecallLine, plotPrecisionRecall } from './precision-recall.ts'
export { type Axis, type Mark, plotScatter, type ScatterPlot } from './scatter.ts'
export { faint, ink, muted, page, text } from './svg.ts'
export { ticks } from './ticks.ts'
export { plotTranscript, type TranscriptPlotOptions } from './transcript.ts'
