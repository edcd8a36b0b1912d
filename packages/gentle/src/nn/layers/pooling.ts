import { ShapeError } from '../../core/errors.ts'
import { formatShape } from '../../core/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import {
  type AvgPool2dOptions,
  avgPool2d as avgPool2dOp,
  globalAvgPool2d as globalAvgPool2dOp,
  maxPool2d as maxPool2dOp,
  type Pool2dOptions,
  pool2dAttributes,
} from '../../ops/pool2d.ts'
import type { Pair } from '../../ops/window.ts'
import { checkFlag, checkOptions, inLayer, type Layer, type LayerTypes } from '../layer.ts'

const requireImages = (x: Tensor): void => {
  if (x.shape.length !== 4) throw new ShapeError(`expected images [N, C, H, W], not ${formatShape(x.shape)}`)
}

/** A layer that pools by an op with these options. */
function pooling<Options extends Pool2dOptions>(
  type: string,
  op: (x: Tensor, size: Pair, options: Options) => Tensor,
  known: readonly string[],
  flags: readonly (keyof Options & string)[],
): (size: Pair, options?: Options) => Layer {
  return (size, options = {} as Options) => {
    checkOptions(options, known, type)
    for (const flag of flags) if (options[flag] !== undefined) checkFlag(options[flag] as boolean, `${type}: ${flag}`)
    pool2dAttributes(size, options)
    const description = { type, size, options }
    return {
      description,
      apply: (x, scope) =>
        inLayer(scope, description, x, () => {
          requireImages(x)
          return op(x, size, options)
        }),
    }
  }
}

/** The largest pixel of each window of images [N, C, H, W]. @throws ArgumentError for sizes out of range. */
export const maxPool2d: (size: Pair, options?: Pool2dOptions) => Layer = pooling<Pool2dOptions>(
  'maxPool2d',
  maxPool2dOp,
  ['stride', 'padding', 'ceil'],
  ['ceil'],
)

/** The mean of each window of images [N, C, H, W]. @throws ArgumentError for sizes out of range. */
export const avgPool2d: (size: Pair, options?: AvgPool2dOptions) => Layer = pooling<AvgPool2dOptions>(
  'avgPool2d',
  avgPool2dOp,
  ['stride', 'padding', 'ceil', 'countPadding'],
  ['ceil', 'countPadding'],
)

/** The mean of each channel: [N, C, H, W] becomes [N, C]. */
export function globalAvgPool2d(): Layer {
  const description = { type: 'globalAvgPool2d' }
  return {
    description,
    endsFeatures: true,
    apply: (x, scope) => inLayer(scope, description, x, () => globalAvgPool2dOp(x)),
  }
}

/** What builds these layers from their descriptions. */
export const poolingTypes: LayerTypes = {
  avgPool2d: ({ size, options }) => avgPool2d(size as Pair, (options ?? {}) as AvgPool2dOptions),
  maxPool2d: ({ size, options }) => maxPool2d(size as Pair, (options ?? {}) as Pool2dOptions),
  globalAvgPool2d,
}
