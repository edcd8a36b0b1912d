import { ShapeError } from '../../core/errors.ts'
import { formatShape } from '../../core/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { type Conv1dOptions, conv1d as conv1dOp, conv1dOptions } from '../../ops/conv1d.ts'
import { type Conv2dOptions, conv2dAttributes, conv2d as conv2dOp } from '../../ops/conv2d.ts'
import { add } from '../../ops/elementwise.ts'
import { reshape } from '../../ops/structure.ts'
import { type Pair, toPair } from '../../ops/window.ts'
import { constants, type Initialization, initializerFrom } from '../initializers.ts'
import {
  checkCount,
  checkFinite,
  checkFlag,
  checkOptions,
  inLayer,
  type Layer,
  type LayerDescription,
  type LayerTypes,
} from '../layer.ts'

interface WeightOptions {
  /** Whether each channel adds a number of its own; true unless given. */
  readonly bias?: boolean
  /** How filters begin, such as 'heNormal' or { normal: 0.01 }; 'glorotUniform' unless given. */
  readonly weightInit?: Initialization
  /** First value of every bias; 0 unless given. */
  readonly biasInit?: number
}

export interface DepthwiseConv2dOptions extends WeightOptions {
  readonly stride?: Pair
  readonly padding?: Pair
  readonly dilation?: Pair
}

export interface Conv2dLayerOptions extends DepthwiseConv2dOptions {
  /** Channels are cut into this many groups that do not see each other; 1 unless given. */
  readonly groups?: number
}

export interface Conv1dLayerOptions extends Conv1dOptions, WeightOptions {}

const depthwiseOptions = ['stride', 'padding', 'dilation', 'bias', 'weightInit', 'biasInit']

/** What a layer convolves, and how. */
interface Form {
  /** What it takes, in words. */
  readonly input: string
  /** Taps of a filter along each axis behind the channels. */
  readonly size: readonly number[]
  readonly convolve: (x: Tensor, weight: Tensor, groups: number) => Tensor
}

/** A layer that convolves; `divide` gives the channels and groups of its output for those of the input. */
function convolution(
  description: LayerDescription,
  { input, size, convolve }: Form,
  options: WeightOptions,
  divide: (channels: number) => { readonly channels: number; readonly groups: number },
): Layer {
  const { type } = description
  const { bias = true, weightInit = 'glorotUniform', biasInit = 0 } = options
  checkFlag(bias, `${type}: bias`)
  checkFinite(biasInit, `${type}: biasInit`)
  const initialize = initializerFrom(weightInit)
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        if (x.shape.length !== size.length + 2) throw new ShapeError(`expected ${input}, not ${formatShape(x.shape)}`)
        const { channels, groups } = divide(x.shape[1])
        if (x.shape[1] % groups !== 0)
          throw new ShapeError(
            `expected ${input} with a number of channels that ${groups} groups divide, not ${formatShape(x.shape)}`,
          )
        const weight = scope.parameter('weight', [channels, x.shape[1] / groups, ...size], initialize)
        const y = convolve(x, weight, groups)
        if (!bias) return y
        const shape = [channels, ...size.map(() => 1)]
        return add(y, reshape(scope.parameter('bias', [channels], constants(biasInit)), shape))
      }),
  }
}

/** @throws ArgumentError for numbers out of range. */
function onImages(type: string, kernel: Pair, { stride, padding, dilation }: DepthwiseConv2dOptions): Form {
  const sliding: Conv2dOptions = { stride, padding, dilation }
  conv2dAttributes(sliding)
  return {
    input: 'images [N, C, H, W]',
    size: toPair(kernel, 1, `${type}: kernel`),
    convolve: (x, weight, groups) => conv2dOp(x, weight, { ...sliding, groups }),
  }
}

/**
 * Slides `channels` learned filters over images [N, C, H, W]: parameters `weight` [channels, C / groups, KH, KW] and `bias`
 * [channels]. Strides, paddings and kernels are one number or [vertical, horizontal].
 * @throws ArgumentError for numbers out of range and unknown options.
 */
export function Conv2d(channels: number, kernel: Pair, options: Conv2dLayerOptions = {}): Layer {
  checkOptions(options, [...depthwiseOptions, 'groups'], 'conv2d')
  checkCount(channels, 'conv2d: channels')
  const { groups = 1 } = options
  checkCount(groups, 'conv2d: groups')
  const description = { type: 'conv2d', channels, kernel, options }
  return convolution(description, onImages('conv2d', kernel, options), options, () => ({ channels, groups }))
}

/**
 * Slides `channels` learned filters over sequences [N, C, L], such as sound: parameters `weight` [channels, C / groups, K] and `bias`
 * [channels].
 * @throws ArgumentError for numbers out of range and unknown options.
 */
export function Conv1d(channels: number, kernel: number, options: Conv1dLayerOptions = {}): Layer {
  checkOptions(options, [...depthwiseOptions, 'groups'], 'conv1d')
  checkCount(channels, 'conv1d: channels')
  const { stride, padding, dilation, groups = 1 } = options
  const sliding: Conv1dOptions = { stride, padding, dilation, groups }
  conv1dOptions(sliding)
  const form: Form = {
    input: 'sequences [N, C, L]',
    size: [checkCount(kernel, 'conv1d: kernel')],
    convolve: (x, weight) => conv1dOp(x, weight, sliding),
  }
  return convolution({ type: 'conv1d', channels, kernel, options }, form, options, () => ({ channels, groups }))
}

/**
 * Slides one learned filter over each channel of images [N, C, H, W] alone (Howard et al., "MobileNets", 2017, section 3.1): parameters
 * `weight` [C, 1, KH, KW] and `bias` [C]. A convolution of 1 x 1 after it mixes the channels.
 * @throws ArgumentError for numbers out of range and unknown options.
 */
export function DepthwiseConv2d(kernel: Pair, options: DepthwiseConv2dOptions = {}): Layer {
  checkOptions(options, depthwiseOptions, 'depthwiseConv2d')
  const description = { type: 'depthwiseConv2d', kernel, options }
  const form = onImages('depthwiseConv2d', kernel, options)
  return convolution(description, form, options, (channels) => ({ channels, groups: channels }))
}

/** What builds these layers from their descriptions. */
export const convolutionTypes: LayerTypes = {
  conv1d: ({ channels, kernel, options }) =>
    Conv1d(channels as number, kernel as number, (options ?? {}) as Conv1dLayerOptions),
  conv2d: ({ channels, kernel, options }) =>
    Conv2d(channels as number, kernel as Pair, (options ?? {}) as Conv2dLayerOptions),
  depthwiseConv2d: ({ kernel, options }) => DepthwiseConv2d(kernel as Pair, (options ?? {}) as DepthwiseConv2dOptions),
}
