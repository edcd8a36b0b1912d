import { ShapeError } from '../../core/errors.ts'
import { formatShape } from '../../core/shape.ts'
import { conv2dAttributes, conv2d as conv2dOp } from '../../ops/conv2d.ts'
import { add } from '../../ops/elementwise.ts'
import { reshape } from '../../ops/structure.ts'
import { type Pair, toPair } from '../../ops/window.ts'
import { constants, type Initialization, initializerFrom } from '../initializers.ts'
import { checkCount, checkFinite, checkFlag, checkOptions, inLayer, type Layer, registerLayer } from '../layer.ts'

export interface Conv2dLayerOptions {
  readonly stride?: Pair
  readonly padding?: Pair
  readonly dilation?: Pair
  readonly groups?: number
  /** Whether each channel adds a number of its own; true unless given. */
  readonly bias?: boolean
  /** How filters begin, such as 'heNormal' or { normal: 0.01 }; 'glorotUniform' unless given. */
  readonly initializer?: Initialization
  /** First value of every bias; 0 unless given. */
  readonly firstBias?: number
}

/**
 * Slides `channels` learned filters over images [N, C, H, W]: parameters `weight` [channels, C / groups, KH, KW] and `bias`
 * [channels]. Strides, paddings and kernels are one number or [vertical, horizontal].
 * @throws ArgumentError for numbers out of range and unknown options.
 */
export function conv2d(channels: number, kernel: Pair, options: Conv2dLayerOptions = {}): Layer {
  checkOptions(options, ['stride', 'padding', 'dilation', 'groups', 'bias', 'initializer', 'firstBias'], 'conv2d')
  const { bias = true, initializer = 'glorotUniform', firstBias = 0, ...sliding } = options
  checkCount(channels, 'conv2d: channels')
  checkFlag(bias, 'conv2d: bias')
  checkFinite(firstBias, 'conv2d: firstBias')
  const size = toPair(kernel, 1, 'conv2d: kernel')
  const attributes = conv2dAttributes(sliding)
  const initialize = initializerFrom(initializer)
  const description = { type: 'conv2d', channels, kernel, options }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        if (x.shape.length !== 4 || x.shape[1] % attributes.groups !== 0)
          throw new ShapeError(
            `expected images [N, C, H, W] with a number of channels that ${attributes.groups} groups divide, not ${formatShape(x.shape)}`,
          )
        const weight = scope.parameter('weight', [channels, x.shape[1] / attributes.groups, ...size], initialize)
        const y = conv2dOp(x, weight, sliding)
        return bias ? add(y, reshape(scope.parameter('bias', [channels], constants(firstBias)), [channels, 1, 1])) : y
      }),
  }
}

registerLayer('conv2d', ({ channels, kernel, options }) =>
  conv2d(channels as number, kernel as Pair, (options ?? {}) as Conv2dLayerOptions),
)
