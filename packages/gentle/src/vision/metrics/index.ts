/** How good predictions are: of detection as COCO measures it, of segmentation from counts of pixels. */
export { addToConfusion, type ClassOverlap, type SegmentationReport, segmentationMetrics } from './segmentation.ts'
