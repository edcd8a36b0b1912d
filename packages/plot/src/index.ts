/**
 * Charts of networks and of their training, each a string of SVG: the package `gentle-dl-plot`. In Node and in pages.
 * @module gentle-dl-plot
 */
export { type AttentionPlotOptions, plotAttention } from './attention.ts'
export { type Axes, type Axis, axes, type Frame, type PanelOptions, panel, percentText } from './axes.ts'
export { plotClassifierCurves } from './classifier-curves.ts'
export type { PlaneRange } from './coloured-plane.ts'
export { colourOf, faint, ink, muted, paper } from './colours.ts'
export { type Comparison, type ComparisonPanel, plotComparison } from './comparison.ts'
export { type ConfusionMatrixOptions, plotConfusionMatrix } from './confusion-matrix.ts'
export { type DecisionBoundary, plotDecisionBoundary } from './decision-boundary.ts'
export { type HistoryOptions, plotHistory } from './history.ts'
export { type LabelledPoint, placedLabels } from './labels.ts'
export { plotLearningRates } from './learning-rates.ts'
export { accuracyAxis, type Line, type LinePanel, linePanel, lossAxis, powersAxis } from './lines.ts'
export { type NetworkPlotOptions, plotNetwork } from './network.ts'
export { type PrecisionRecallLine, plotPrecisionRecall } from './precision-recall.ts'
export {
  type FittedCurve,
  type FittedSurface,
  type PredictedNumbers,
  plotFittedCurve,
  plotFittedSurface,
  plotPredictedNumbers,
} from './regression.ts'
export { plotReliability, type ReliabilityBin } from './reliability.ts'
export { plotRoc, type RocLine } from './roc.ts'
export { type Mark, plotScatter, type ScatterAxis, type ScatterPlot } from './scatter.ts'
export { type Block, chartWidth, gap, heading, type LegendEntry, legend, margin, notes, stacked } from './stack.ts'
export { line, page, polyline, text } from './svg.ts'
export { plotSweep, type SweepPlot, type SweptSetting } from './sweep.ts'
export { cutText, textWidth, wrappedText } from './text-width.ts'
export { plotTranscript, type TranscriptPlotOptions } from './transcript.ts'
