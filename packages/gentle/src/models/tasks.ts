/** Networks that find and outline what is in a picture. */
export { type DetectorOptions, detector, levelsOf, type PyramidLevel } from './detector.ts'
export { type LocalizerOptions, localizer } from './localizer.ts'
export { segmenters } from './networks.ts'
export { fcn, type SegmenterOptions, unet } from './segmenters.ts'
