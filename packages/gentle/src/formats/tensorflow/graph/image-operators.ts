/** Ops of graphs on images, and products of matrices. */
import type { Tensor } from '../../../graph/tensor.ts'
import { elu, leakyRelu, logSoftmax, relu, relu6, sigmoid, softmax, tanh } from '../../../ops/activations.ts'
import { einsum } from '../../../ops/einsum.ts'
import { add, div, mul, sqrt, sub } from '../../../ops/elementwise.ts'
import { matmul } from '../../../ops/matmul.ts'
import { localResponseNorm } from '../../../ops/normalize.ts'
import { reshape, transpose } from '../../../ops/structure.ts'
import type { Both } from '../../../ops/window.ts'
import { combine, Placed } from '../placed.ts'
import { type PixelPlaces, resizeBilinear, resizeNearest } from '../resizing.ts'
import {
  convolve,
  convolveDepthwise,
  convolveTransposed,
  type Padding,
  poolMax,
  poolMean,
  type Window,
} from '../sliding.ts'
import type { GraphCall, GraphOperator } from './call.ts'
import { prelu, selu } from './elementwise-operators.ts'

/** Rows and columns of a list for all four axes, of which the others are 1. */
function rowsAndColumns(call: GraphCall, name: string, otherwise: readonly number[] = []): Both {
  const list = call.list(name)
  const [batch, rows, columns, channels] = list.length === 0 ? otherwise : list
  if (batch !== 1 || channels !== 1 || rows === undefined || columns === undefined)
    return call.fail(`has ${name} [${list}]; expected four numbers, the first and the last 1`)
  return [rows, columns]
}

function expectChannelsLast(call: GraphCall): void {
  const format = call.text('data_format', 'NHWC')
  if (format !== 'NHWC') call.fail(`has data_format ${format}; expected NHWC`)
}

function paddingOf(call: GraphCall): Padding {
  const padding = call.text('padding', 'VALID')
  const pixels = call.list('explicit_paddings')
  if (padding === 'SAME') return 'same'
  if (padding === 'VALID') return 'valid'
  if (padding !== 'EXPLICIT' || pixels.length !== 8)
    return call.fail(`has padding ${padding} with ${pixels.length} explicit_paddings; expected SAME, VALID or EXPLICIT`)
  return { before: [pixels[2], pixels[4]], after: [pixels[3], pixels[5]] }
}

function windowOf(call: GraphCall): Window {
  expectChannelsLast(call)
  return {
    stride: rowsAndColumns(call, 'strides'),
    dilation: rowsAndColumns(call, 'dilations', [1, 1, 1, 1]),
    padding: paddingOf(call),
  }
}

function images(call: GraphCall, index = 0): Tensor {
  const x = call.placed(index)
  return x.shape.length === 4
    ? x.channelsFirst
    : call.fail(`takes a tensor of ${x.shape.length} axes; expected images [N, H, W, C]`)
}

const convolution =
  (of: typeof convolve): GraphOperator =>
  (call) => {
    const y = Placed.channelsFirst(of(images(call), call.tensor(1), windowOf(call)))
    return [fused(call, y, 2)]
  }

/** What an op does to its result at once: a bias that is added, then a function. */
function fused(call: GraphCall, y: Placed, first: number): Placed {
  const steps = call.texts('fused_ops')
  call.attributeNumber('epsilon', 0)
  const alpha = call.attributeNumber('leakyrelu_alpha', 0.2)
  let next = first
  return steps.reduce((x, step) => {
    switch (step) {
      case 'BiasAdd':
        return combine([x, call.placed(next++)], add)
      case 'Prelu':
        return combine([x, call.placed(next++)], prelu)
      case 'LeakyRelu':
        return x.map((tensor) => leakyRelu(tensor, alpha))
      case 'Relu':
        return x.map(relu)
      case 'Relu6':
        return x.map(relu6)
      case 'Elu':
        return x.map((tensor) => elu(tensor))
      case 'Selu':
        return x.map(selu)
      case 'Sigmoid':
        return x.map(sigmoid)
      case 'Tanh':
        return x.map(tanh)
      case 'Linear':
        return x
      default:
        return call.fail(`is fused with ${step}, which is not supported`)
    }
  }, y)
}

const transposedConvolution: GraphOperator = (call) => {
  const [, height, width] = call.numbers(0)
  const window = windowOf(call)
  // TensorFlow.js passes over them.
  if (window.dilation.some((n) => n !== 1)) call.fail('has dilations other than 1, which are not supported')
  return [Placed.channelsFirst(convolveTransposed(images(call, 2), call.tensor(1), [height, width], window))]
}

const pooling =
  (of: typeof poolMax): GraphOperator =>
  (call) => {
    expectChannelsLast(call)
    const kernel = rowsAndColumns(call, 'ksize')
    const window = { stride: rowsAndColumns(call, 'strides'), padding: paddingOf(call) }
    return [Placed.channelsFirst(of(images(call), kernel, window))]
  }

const resizing =
  (of: typeof resizeBilinear): GraphOperator =>
  (call) => {
    const [height, width] = call.numbers(1)
    const aligned = call.flag('align_corners')
    const places: PixelPlaces = aligned ? 'alignCorners' : call.flag('half_pixel_centers') ? 'halfPixel' : 'asymmetric'
    if (aligned && call.flag('half_pixel_centers'))
      call.fail('aligns corners and has half_pixel_centers; expected one of the two')
    return [Placed.channelsFirst(of(images(call), [height, width], places))]
  }

const batchNormalization: GraphOperator = (call) => {
  expectChannelsLast(call)
  const x = call.placed(0)
  const epsilon = call.attributeNumber('epsilon', 1e-3)
  const isTraining = call.node.attributes.is_training === true
  call.flag('is_training')
  call.attributeNumber('exponential_avg_factor', 1)
  if (isTraining) call.fail('uses the statistics of its batch, is_training; expected those of the file')
  const [scale, offset, mean, variance] = [1, 2, 3, 4].map((i) => call.tensor(i))
  const factor = div(scale, sqrt(add(variance, epsilon)))
  const rest = sub(offset, mul(mean, factor))
  return [combine([x, Placed.written(factor), Placed.written(rest)], (a, b, c) => add(mul(a, b), c))]
}

const matrixProduct: GraphOperator = (call) => {
  const options = { transposeA: call.flag('transpose_a'), transposeB: call.flag('transpose_b') }
  return [fused(call, Placed.written(matmul(call.tensor(0), call.tensor(1), options)), 2)]
}

const batchedProduct: GraphOperator = (call) => {
  const options = { transposeA: call.flag('adj_x'), transposeB: call.flag('adj_y') }
  return [Placed.written(matmul(call.tensor(0), call.tensor(1), options))]
}

const alongChannels =
  (of: (x: Tensor, axis: number) => Tensor): GraphOperator =>
  (call) => {
    const x = call.placed(0)
    const axis = x.axisAsItLies(x.shape.length - 1)
    return [x.map((tensor) => of(tensor, axis))]
  }

/** TensorFlow's alpha is PyTorch's over the number of channels in the window. */
const responseNormalization: GraphOperator = (call) => {
  const size = 2 * call.attributeNumber('depth_radius', 5) + 1
  const alpha = call.attributeNumber('alpha', 1) * size
  const [k, beta] = [call.attributeNumber('bias', 1), call.attributeNumber('beta', 0.5)]
  return [Placed.channelsFirst(localResponseNorm(images(call), { size, alpha, beta, k }))]
}

/** Channels become pixels: [N, H, W, b b C] becomes [N, b H, b W, C]. */
const depthToSpace: GraphOperator = (call) => {
  expectChannelsLast(call)
  const block = call.attributeNumber('block_size', 1)
  const [batch, height, width, channels] = call.shape(0)
  const parts = reshape(call.tensor(0), [batch, height, width, block, block, channels / block ** 2])
  const shape = [batch, height * block, width * block, channels / block ** 2]
  return [Placed.written(reshape(transpose(parts, [0, 1, 3, 2, 4, 5]), shape))]
}

/** Pixels become channels, the other way round. */
const spaceToDepth: GraphOperator = (call) => {
  expectChannelsLast(call)
  const block = call.attributeNumber('block_size', 1)
  const [batch, height, width, channels] = call.shape(0)
  const parts = reshape(call.tensor(0), [batch, height / block, block, width / block, block, channels])
  const shape = [batch, height / block, width / block, channels * block ** 2]
  return [Placed.written(reshape(transpose(parts, [0, 1, 3, 2, 4, 5]), shape))]
}

export const imageOperators: Readonly<Record<string, GraphOperator>> = {
  AvgPool: pooling(poolMean),
  BatchMatMul: batchedProduct,
  BatchMatMulV2: batchedProduct,
  Conv2D: convolution(convolve),
  Conv2DBackpropInput: transposedConvolution,
  DepthToSpace: depthToSpace,
  DepthwiseConv2dNative: convolution(convolveDepthwise),
  Einsum: (call) => [Placed.written(einsum(call.text('equation', ''), ...call.operands.map((_, i) => call.tensor(i))))],
  FusedBatchNorm: batchNormalization,
  FusedBatchNormV2: batchNormalization,
  FusedBatchNormV3: batchNormalization,
  FusedDepthwiseConv2dNative: convolution(convolveDepthwise),
  LogSoftmax: alongChannels(logSoftmax),
  LRN: responseNormalization,
  MatMul: matrixProduct,
  MaxPool: pooling(poolMax),
  ResizeBilinear: resizing(resizeBilinear),
  ResizeNearestNeighbor: resizing(resizeNearest),
  Softmax: alongChannels(softmax),
  SpaceToDepth: spaceToDepth,
  _FusedConv2D: convolution(convolve),
  _FusedMatMul: matrixProduct,
}
