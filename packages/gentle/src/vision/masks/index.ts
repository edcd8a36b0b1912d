/** Masks in the forms that files have: runs and outlines, as COCO keeps them. */
export { compressCounts, parseCounts } from './compressed-counts.ts'
export { fillPolygons, type Polygon } from './polygon.ts'
export {
  compressRunLengths,
  decodeRunLengths,
  encodeRunLengths,
  type RunLengthMask,
  runLengthArea,
  runLengthBox,
} from './run-length.ts'
