/** Convolutions and dense layers, and their gradients to the input, as problems for the register tile. */
import { sizeOf } from '../../../core/shape.ts'
import {
  type Conv2dAttributes,
  type Conv2dInputGradientAttributes,
  conv2dMultiplyAdds,
  conv2dSizes,
} from '../../../ops/conv2d.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { Kernel } from '../kernel.ts'
import { type AxisGeometry, forwardAxes, inputGradientAxes } from './sliding-axis.ts'
import { type Epilogue, laneSteps, type TileProblem, tileKernel } from './tile.ts'

function geometry(x: readonly number[], w: readonly number[], attributes: Conv2dAttributes) {
  const sizes = conv2dSizes(x, w, attributes)
  const axis = (size: number, outSize: number, direction: 0 | 1): AxisGeometry => ({
    size,
    outSize,
    kernel: sizes.kernel[direction],
    stride: attributes.stride[direction],
    padding: attributes.padding[direction],
    dilation: attributes.dilation[direction],
  })
  const [kernelHeight, kernelWidth] = sizes.kernel
  return {
    sizes,
    rows: axis(sizes.height, sizes.outHeight, 0),
    columns: axis(sizes.width, sizes.outWidth, 1),
    inPerGroup: sizes.inChannels / attributes.groups,
    outPerGroup: sizes.outChannels / attributes.groups,
    tapBytes: kernelHeight * kernelWidth * 4,
    kernelRowBytes: kernelWidth * 4,
    multiplyAdds: conv2dMultiplyAdds(sizes, attributes),
  }
}

/** y = x convolved with w. */
export function conv2dProblem(
  x: Buffer,
  w: Buffer,
  y: Buffer,
  attributes: Conv2dAttributes,
  epilogue?: Epilogue,
): TileProblem {
  const g = geometry(x.shape, w.shape, attributes)
  return {
    name: 'conv2d',
    source: x,
    weights: w,
    output: y,
    groups: attributes.groups,
    channels: g.inPerGroup,
    outChannels: g.outPerGroup,
    sourceSteps: laneSteps(g.sizes.height, g.sizes.width),
    outputSteps: laneSteps(g.sizes.outHeight, g.sizes.outWidth),
    weightSteps: {
      outChannel: g.inPerGroup * g.tapBytes,
      channel: g.tapBytes,
      row: g.kernelRowBytes,
      column: 4,
      group: g.outPerGroup * g.inPerGroup * g.tapBytes,
    },
    rowAxes: forwardAxes(g.rows),
    columnAxes: forwardAxes(g.columns),
    multiplyAdds: g.multiplyAdds,
    epilogue,
  }
}

/** dx from w and dy: every image position gathers from the output positions that read it. */
export function conv2dInputGradientProblem(
  w: Buffer,
  dy: Buffer,
  dx: Buffer,
  attributes: Conv2dInputGradientAttributes,
  epilogue?: Epilogue,
): TileProblem {
  const g = geometry(dx.shape, w.shape, attributes)
  return {
    name: 'conv2dInputGradient',
    source: dy,
    weights: w,
    output: dx,
    groups: attributes.groups,
    channels: g.outPerGroup,
    outChannels: g.inPerGroup,
    sourceSteps: laneSteps(g.sizes.outHeight, g.sizes.outWidth),
    outputSteps: laneSteps(g.sizes.height, g.sizes.width),
    weightSteps: {
      outChannel: g.tapBytes,
      channel: g.inPerGroup * g.tapBytes,
      row: g.kernelRowBytes,
      column: 4,
      group: g.outPerGroup * g.inPerGroup * g.tapBytes,
    },
    rowAxes: inputGradientAxes(g.rows),
    columnAxes: inputGradientAxes(g.columns),
    multiplyAdds: g.multiplyAdds,
    epilogue,
  }
}

/**
 * y = x w for x in lanes [N, ..., K] and row-major weights [K, M], or [M, K] when transposed: a convolution of one tap, whose
 * columns are the axes between.
 */
export function denseKernel(x: Buffer, w: Buffer, y: Buffer, transposed: boolean, epilogue?: Epilogue): Kernel {
  const inner = x.shape[x.shape.length - 1]
  const outer = y.shape[y.shape.length - 1]
  const positions = sizeOf(x.shape.slice(1, -1))
  const once = { kernel: 1, stride: 1, padding: 0, dilation: 1 }
  const problem: TileProblem = {
    name: 'matmul',
    source: x,
    weights: w,
    output: y,
    groups: 1,
    channels: inner,
    outChannels: outer,
    sourceSteps: { channel: laneBytes, row: 0, column: inner * laneBytes },
    outputSteps: { channel: laneBytes, row: 0, column: outer * laneBytes },
    weightSteps: transposed
      ? { outChannel: inner * 4, channel: 4, row: 0, column: 0, group: 0 }
      : { outChannel: 4, channel: outer * 4, row: 0, column: 0, group: 0 },
    rowAxes: forwardAxes({ ...once, size: 1, outSize: 1 }),
    columnAxes: forwardAxes({ ...once, size: positions, outSize: positions }),
    multiplyAdds: x.shape[0] * positions * inner * outer,
    epilogue,
  }
  return tileKernel(problem)
}
