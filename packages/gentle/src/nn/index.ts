export type { LocalResponseNormOptions } from '../ops/normalize.ts'
export type { AvgPool2dOptions, Pool2dOptions } from '../ops/pool2d.ts'
export {
  boxIoU,
  type FocalLossOptions,
  focalLoss,
  generalizedIoU,
  giouLoss,
  type SmoothL1Options,
  smoothL1,
} from './box-losses.ts'
export * from './initializers.ts'
export { type InputsLayer, ofInput, type Tensors } from './inputs-layer.ts'
export { type Layer, type LayerDescription, layerFrom, registerLayer } from './layer.ts'
export * from './layers/activation.ts'
export { adaptiveAvgPool2d, adaptiveMaxPool2d } from './layers/adaptive-pooling.ts'
export { auxiliary } from './layers/auxiliary.ts'
export { type BatchNormOptions, batchNorm } from './layers/batch-norm.ts'
export { type Conv2dLayerOptions, conv2d, type DepthwiseConv2dOptions, depthwiseConv2d } from './layers/convolution.ts'
export { dropout, dropout2d } from './layers/dropout.ts'
export { type EmbeddingOptions, embedding } from './layers/embedding.ts'
export { type GroupNormOptions, groupNorm } from './layers/group-norm.ts'
export { type LayerNormOptions, layerNorm } from './layers/layer-norm.ts'
export { type LinearOptions, linear } from './layers/linear.ts'
export { localResponseNorm } from './layers/local-response-norm.ts'
export { parallel } from './layers/parallel.ts'
export {
  avgPool2d,
  globalAvgPool2d,
  maxPool2d,
} from './layers/pooling.ts'
export { type ResidualOptions, residual } from './layers/residual.ts'
export { type NamedLayers, sequential } from './layers/sequential.ts'
export { flatten, identity } from './layers/shape.ts'
export { padChannels, subsample } from './layers/subsample.ts'
export { type ConvTranspose2dOptions, convTranspose2d } from './layers/transposed-convolution.ts'
export { type Upsample2dOptions, upsample2d } from './layers/upsampling.ts'
export * from './losses.ts'
export { accuracy, type Metric, topKAccuracy } from './metrics.ts'
export {
  type AnyModel,
  countParameters,
  createModel,
  type InputsModel,
  type Model,
  type ModelOptions,
  readWeights,
  traceInference,
  type WeightValues,
  weightsOf,
  writeWeights,
} from './model.ts'
export { type NetworkGraph, type NetworkNode, networkGraph } from './network-graph.ts'
export { type FirstValues, type Parameters, Scope, type ScopeOptions } from './scope.ts'
export {
  diceLoss,
  type PixelCrossEntropyOptions,
  type PixelFocalLossOptions,
  type PixelLossOptions,
  pixelCrossEntropy,
  pixelFocalLoss,
} from './segmentation-losses.ts'
export { type LayerSummary, type NetworkSummary, type SummaryOptions, summarize } from './summary.ts'
