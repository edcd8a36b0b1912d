/** Pictures: the public entry `gentle-dl/vision`. */

export { type Background, edgeBrightness, looksInverted } from './background.ts'
export {
  type Box,
  boxArea,
  clipBox,
  generalizedIntersectionOverUnion,
  intersectionOverUnion,
  largestBox,
  mapBox,
  mapPoints,
} from './boxes.ts'
export {
  black,
  Canvas,
  type CanvasText,
  type Colour,
  cutText,
  type Strip,
  textHeight,
  textWidth,
  white,
} from './canvas.ts'
export { classColour, maskColour, textColourOn } from './class-colours.ts'
export { type DrawnBox, drawBoxes } from './draw-boxes.ts'
export { elasticField } from './elastic.ts'
export { type FeatureMaps, featureMaps, spatialLayers } from './explain/feature-maps.ts'
export { gradCam } from './explain/grad-cam.ts'
export { type OcclusionOptions, occlusion } from './explain/occlusion.ts'
export { type ExplainedChannel, explainFilter, type FilterExplanation } from './explain-filter.ts'
export { type FilterPreset, filterPreset, filterPresets, type PresetSettings } from './filter-presets.ts'
export { type FilterOptions, filterOperations, filterPaddings, filterShapes } from './filter-window.ts'
export { filter2d } from './filter2d.ts'
export { fittedBox, fittedMask, unfittedBox, unfittedMask } from './fitted.ts'
export {
  composeMaps,
  horizontalFlipMap,
  identityMap,
  invertMap,
  isAffine,
  mapPoint,
  type PlaneMap,
  type Point,
  rotationMap,
  shearMap,
  shiftMap,
  verticalFlipMap,
  zoomMap,
} from './geometry.ts'
export { contrasted, heated, heatOver, signed, signedColours, warmed } from './heat.ts'
export { type Image, image, toGrey } from './image.ts'
export { type Kernel, kernelOf, parseKernel } from './kernel.ts'
export * from './masks/index.ts'
export * from './metrics/index.ts'
export { type OverlayOptions, overlayMask } from './overlay-mask.ts'
export { type Corners, perspectiveCoefficients, randomCorners } from './perspective.ts'
export * from './photometric/index.ts'
export {
  imagenetPreprocessing,
  normalizePixels,
  type Preprocessing,
  type PreprocessOptions,
  plainPreprocessing,
  preprocessImage,
  preprocessingFrom,
  preprocessingMetadata,
  withoutNormalization,
} from './preprocessing.ts'
export { type Fit, fits, type ResizeOptions, resizeImage, type Size } from './resize.ts'
export { type SheetOptions, sheet, type Tile } from './sheet.ts'
export {
  nonMaximumSuppression,
  type ScoredBox,
  type SuppressionMethod,
  type SuppressionOptions,
} from './suppression.ts'
export { type DetectionOptions, detection } from './tasks/detection.ts'
export { type LocalizationOptions, localization } from './tasks/localization.ts'
export { type SegmentationOptions, segmentation, segmentationLosses } from './tasks/segmentation.ts'
export type { TargetEncoding, Task, Truth } from './tasks/task.ts'
export { type ModelTask, modelTaskNames, type TaskName, taskNames } from './tasks/task-names.ts'
export { type Displacements, Warp } from './warp.ts'
