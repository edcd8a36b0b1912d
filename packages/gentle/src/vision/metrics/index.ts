/** How good predictions are: of detection as COCO measures it, of segmentation from counts of pixels. */
export { type AveragePrecisionOptions, averagePrecision, type DetectionReport } from './average-precision.ts'
export {
  type DetectionCounts,
  type FalsePositiveKind,
  type FalsePositiveOptions,
  type FalsePositives,
  falsePositiveKinds,
  falsePositives,
} from './false-positives.ts'
export { cocoBox, type DetectedObject, type SizedBox, type TruthObject } from './objects.ts'
export {
  type PrecisionRecallCurve,
  type PrecisionRecallOptions,
  precisionRecallCurve,
} from './precision-recall-curve.ts'
export { addToConfusion, type ClassOverlap, type SegmentationReport, segmentationMetrics } from './segmentation.ts'
