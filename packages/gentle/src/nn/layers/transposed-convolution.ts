import { ArgumentError, ShapeError } from '../../core/errors.ts'
import { formatShape } from '../../core/shape.ts'
import { convTranspose2d as convTranspose2dOp } from '../../ops/conv-transpose2d.ts'
import { conv2dAttributes } from '../../ops/conv2d.ts'
import { add } from '../../ops/elementwise.ts'
import { reshape } from '../../ops/structure.ts'
import { type Pair, toPair } from '../../ops/window.ts'
import { constants, type Initialization, initializerFrom } from '../initializers.ts'
import { checkCount, checkFinite, checkFlag, checkOptions, inLayer, type Layer, type LayerTypes } from '../layer.ts'

export interface ConvTranspose2dLayerOptions {
  readonly stride?: Pair
  readonly padding?: Pair
  /** Rows and columns more at the bottom and at the right, below the stride: several sizes shrink to the same one. 0 unless given. */
  readonly outputPadding?: Pair
  readonly dilation?: Pair
  readonly groups?: number
  /** Whether each channel adds a number of its own; true unless given. */
  readonly bias?: boolean
  /** How filters begin, such as 'heNormal' or { normal: 0.01 }; 'glorotUniform' unless given. */
  readonly weightInit?: Initialization
  /** First value of every bias; 0 unless given. */
  readonly biasInit?: number
}

/**
 * The transpose of a convolution, which makes images [N, C, H, W] larger: every pixel adds its multiple of a learned filter to the output,
 * whose height is (H - 1) stride - 2 padding + dilation (KH - 1) + outputPadding + 1 (Dumoulin and Visin, "A guide to convolution
 * arithmetic", 2016, chapter 4). Parameters `weight` [C, channels / groups, KH, KW] and `bias` [channels].
 * @throws ArgumentError for numbers out of range and unknown options.
 */
export function ConvTranspose2d(channels: number, kernel: Pair, options: ConvTranspose2dLayerOptions = {}): Layer {
  const sliding = ['stride', 'padding', 'outputPadding', 'dilation', 'groups']
  checkOptions(options, [...sliding, 'bias', 'weightInit', 'biasInit'], 'convTranspose2d')
  const { bias = true, weightInit = 'glorotUniform', biasInit = 0, outputPadding = 0 } = options
  const { stride, padding, dilation, groups = 1 } = options
  checkCount(channels, 'convTranspose2d: channels')
  checkCount(groups, 'convTranspose2d: groups')
  if (channels % groups !== 0)
    throw new ArgumentError(`convTranspose2d: ${groups} groups do not divide ${channels} channels`)
  checkFlag(bias, 'convTranspose2d: bias')
  checkFinite(biasInit, 'convTranspose2d: biasInit')
  const size = toPair(kernel, 1, 'convTranspose2d: kernel')
  const attributes = conv2dAttributes({ stride, padding, dilation, groups })
  const more = toPair(outputPadding, 0, 'convTranspose2d: outputPadding')
  if (more.some((n, axis) => n >= Math.max(attributes.stride[axis], attributes.dilation[axis])))
    throw new ArgumentError(
      `convTranspose2d: outputPadding ${formatShape(more)} is not below stride ${formatShape(attributes.stride)} or dilation ${formatShape(attributes.dilation)}`,
    )
  const initialize = initializerFrom(weightInit)
  const description = { type: 'convTranspose2d', channels, kernel, options }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        if (x.shape.length !== 4 || x.shape[1] % groups !== 0)
          throw new ShapeError(
            `expected images [N, C, H, W] with a number of channels that ${groups} groups divide, not ${formatShape(x.shape)}`,
          )
        const weight = scope.parameter('weight', [x.shape[1], channels / groups, ...size], initialize)
        const y = convTranspose2dOp(x, weight, { stride, padding, outputPadding, dilation, groups })
        if (!bias) return y
        return add(y, reshape(scope.parameter('bias', [channels], constants(biasInit)), [channels, 1, 1]))
      }),
  }
}

/** What builds these layers from their descriptions. */
export const transposedConvolutionTypes: LayerTypes = {
  convTranspose2d: ({ channels, kernel, options }) =>
    ConvTranspose2d(channels as number, kernel as Pair, (options ?? {}) as ConvTranspose2dLayerOptions),
}
