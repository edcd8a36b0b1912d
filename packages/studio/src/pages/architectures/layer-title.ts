/** How a layer is called in a box: as papers write it. */
import type { LayerDescription } from 'gentle-dl'

/** The settings of a layer, one below the other; how its weights begin is not among them. */
export function optionsOf(description: LayerDescription | undefined): Readonly<Record<string, unknown>> {
  if (description === undefined) return {}
  const { type: _, options, ...rest } = description
  const { weightInit: __, biasInit: ___, ...others } = (options ?? {}) as Record<string, unknown>
  return { ...rest, ...others }
}

const kinds: Readonly<Record<string, string>> = {
  conv2d: 'conv',
  conv1d: 'conv',
  depthwiseConv2d: 'depthwise conv',
  convTranspose2d: 'transposed conv',
  maxPool2d: 'max pool',
  avgPool2d: 'average pool',
  globalAvgPool2d: 'global average pool',
  adaptiveAvgPool2d: 'average pool to',
  adaptiveMaxPool2d: 'max pool to',
  batchNorm: 'batch norm',
  sequenceNorm: 'sequence norm',
  linear: 'linear',
  add: 'sum',
  concat: 'concat',
  relu: 'ReLU',
  relu6: 'ReLU6',
  lstm: 'LSTM',
  gru: 'GRU',
  rnn: 'RNN',
  gnmt: 'LSTM with attention',
  // As ONNX and Keras call them.
  Conv: 'conv',
  Conv1D: 'conv',
  Conv2D: 'conv',
  DepthwiseConv2D: 'depthwise conv',
  ConvTranspose: 'transposed conv',
  Gemm: 'linear',
  Dense: 'linear',
  MatMul: 'product',
  MaxPool: 'max pool',
  MaxPooling2D: 'max pool',
  AveragePool: 'average pool',
  AveragePooling2D: 'average pool',
  GlobalAveragePool: 'global average pool',
  GlobalAveragePooling2D: 'global average pool',
  BatchNormalization: 'batch norm',
  Relu: 'ReLU',
  Add: 'sum',
  Concat: 'concat',
  Concatenate: 'concat',
}

/** What a layer is, whoever named its type. */
export const kindOf = (type: string): string => kinds[type] ?? type

const pair = (value: unknown): string => {
  const [a, b] = Array.isArray(value) ? value : [value, value]
  return `${a}×${b}`
}

/** `conv 3×3, 64, /2` */
export function layerTitle(type: string, description: LayerDescription | undefined): string {
  const { kernel, size, channels, units, count, stride, groups, bidirectional, ...others } = optionsOf(description)
  const window = kernel ?? size ?? others.kernel_shape
  const strides = stride ?? others.strides
  const step = !Array.isArray(strides) ? strides : strides.every((n) => n === strides[0]) ? strides[0] : pair(strides)
  return [
    `${kindOf(type)}${window === undefined ? '' : ` ${pair(window)}`}`,
    ...[channels, units, count].filter((value) => value !== undefined).map(String),
    ...(step === undefined || step === (size ?? 1) ? [] : [`/${step}`]),
    ...((groups ?? others.group ?? 1) === 1 ? [] : [`${groups ?? others.group} groups`]),
    ...(bidirectional === true ? ['both ways'] : []),
  ].join(', ')
}

export type BoxColour = 'input' | 'convolution' | 'linear' | 'pooling' | 'join' | 'recurrent' | 'other'

/** Which layers are drawn alike. */
export function colourOf(type: string): BoxColour {
  if (type === 'input') return type
  if (/^(linear|gemm|matmul|dense)$/i.test(type)) return 'linear'
  if (/conv/i.test(type)) return 'convolution'
  if (/pool/i.test(type)) return 'pooling'
  if (/^(add|concat|concatenate)$/i.test(type)) return 'join'
  return /^(lstm|gru|rnn|simplernn|gnmt)$/i.test(type) ? 'recurrent' : 'other'
}
