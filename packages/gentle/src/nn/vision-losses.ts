/** Losses of boxes and of pixels. */
export {
  boxIoU,
  type FocalLossOptions,
  focalLoss,
  generalizedIoU,
  giouLoss,
  type SmoothL1Options,
  smoothL1,
} from './box-losses.ts'
export {
  diceLoss,
  type PixelCrossEntropyOptions,
  type PixelFocalLossOptions,
  type PixelLossOptions,
  pixelCrossEntropy,
  pixelFocalLoss,
} from './segmentation-losses.ts'
