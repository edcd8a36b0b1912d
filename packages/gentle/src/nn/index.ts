export {
  type BinaryPrecisionRecallCurve,
  type BinaryRocCurve,
  type BinaryScores,
  binaryPrecisionRecallCurve,
  binaryRocCurve,
  oneVsRest,
} from './binary-curves.ts'
export {
  type CalibrationBin,
  type CalibrationCurve,
  type CalibrationOptions,
  calibrationCurve,
} from './calibration-curve.ts'
export { type ClassAverageOptions, f1, kappa, matthews, precision, recall } from './classification-metrics.ts'
export {
  type AverageReport,
  type ClassificationReport,
  type ClassReport,
  classificationReport,
} from './classification-report.ts'
export { type CtcLossOptions, type CtcOptions, ctc, ctcLoss } from './ctc-loss.ts'
export { type DecoderStep, type DecodingLayer, decodes } from './decoding-layer.ts'
export { type BuildInputsLayer, type InputsLayer, ofInput, registerInputsLayer, type Tensors } from './inputs-layer.ts'
export { expectLabels } from './labels.ts'
export { type BuildLayer, type Layer, type LayerDescription, registerLayer } from './layer.ts'
export {
  ELU,
  GELU,
  LeakyReLU,
  LogSoftmax,
  ReLU,
  ReLU6,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Step,
  Tanh,
} from './layers/activation.ts'
export { AdaptiveAvgPool2d, AdaptiveMaxPool2d } from './layers/adaptive-pooling.ts'
export { AdditiveAttention, type AttentionMemory } from './layers/attention/additive.ts'
export {
  MultiHeadAttention,
  type MultiHeadAttentionLayer,
  type MultiHeadAttentionOptions,
} from './layers/attention/multi-head.ts'
export { Auxiliary } from './layers/auxiliary.ts'
export { BatchNorm, type BatchNormOptions } from './layers/batch-norm.ts'
export { Concat } from './layers/concat.ts'
export {
  Conv1d,
  type Conv1dLayerOptions,
  Conv2d,
  type Conv2dLayerOptions,
  DepthwiseConv2d,
  type DepthwiseConv2dOptions,
} from './layers/convolution.ts'
export { Dropout, Dropout2d } from './layers/dropout.ts'
export { Embedding, type EmbeddingOptions } from './layers/embedding.ts'
export { GroupNorm, type GroupNormOptions } from './layers/group-norm.ts'
export { LayerNorm, type LayerNormOptions } from './layers/layer-norm.ts'
export { Linear, type LinearOptions } from './layers/linear.ts'
export { LocalResponseNorm } from './layers/local-response-norm.ts'
export {
  AvgPool1d,
  AvgPool2d,
  GlobalAvgPool1d,
  GlobalAvgPool2d,
  MaxPool1d,
  MaxPool2d,
} from './layers/pooling.ts'
export { type ActivationRange, Quantized, type QuantizedOptions } from './layers/quantized.ts'
export type { CellOptions } from './layers/recurrent/cell.ts'
export { GRU, GRUCell, type GRUCellOptions, type GRUOptions } from './layers/recurrent/gru.ts'
export { LSTM, LSTMCell, type LSTMCellOptions, type LSTMOptions } from './layers/recurrent/lstm.ts'
export type { RecurrentLayer } from './layers/recurrent/recurrent-layer.ts'
export type { RecurrentOptions } from './layers/recurrent/recurrent-options.ts'
export { RNN, RNNCell, type RNNCellOptions, type RNNOptions } from './layers/recurrent/rnn.ts'
export { SequenceBatchNorm } from './layers/recurrent/sequence-batch-norm.ts'
export { Remat } from './layers/remat.ts'
export { Residual, type ResidualOptions } from './layers/residual.ts'
export { RowConv } from './layers/row-convolution.ts'
export { type NamedLayers, Sequential } from './layers/sequential.ts'
export { Flatten, Identity } from './layers/shape.ts'
export { Standardize, type StandardizeOptions } from './layers/standardize.ts'
export { PadChannels, Subsample } from './layers/subsample.ts'
export { ConvTranspose2d, type ConvTranspose2dLayerOptions } from './layers/transposed-convolution.ts'
export { Upsample2d, type Upsample2dLayerOptions } from './layers/upsampling.ts'
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
  type WeightValues,
  weightsOf,
  writeWeights,
} from './model.ts'
export { headParameters, parameterShapes } from './parameter-shapes.ts'
export { absoluteError, type R2Options, r2, rootMeanSquaredError } from './regression-metrics.ts'
export { type InitialValues, type Parameters, Scope, type ScopeOptions } from './scope.ts'
export { type AucOptions, auc, calibrationError } from './score-metrics.ts'
export {
  type ClassScores,
  classCount,
  classProbabilities,
  classScores,
  type OutputKind,
  outputKind,
} from './scores.ts'
export { selectParameters } from './select-parameters.ts'
export type {
  CellState,
  RecurrentCell,
  SequenceLayer,
  SequenceOptions,
  SequenceResult,
  SequenceState,
} from './sequence-layer.ts'
export {
  type SequenceCrossEntropyOptions,
  sequenceAccuracy,
  sequenceCrossEntropy,
  tokenAccuracy,
} from './sequence-losses.ts'
