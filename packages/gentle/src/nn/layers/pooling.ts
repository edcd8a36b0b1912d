import {
  avgPool2d as avgPool2dOp,
  globalAvgPool2d as globalAvgPool2dOp,
  maxPool2d as maxPool2dOp,
  type Pool2dOptions,
  pool2dAttributes,
} from '../../ops/pool2d.ts'
import type { Pair } from '../../ops/window.ts'
import { checkOptions, inLayer, type Layer, registerLayer } from '../layer.ts'

const pooling =
  (type: string, op: typeof avgPool2dOp) =>
  (size: Pair, options: Pool2dOptions = {}): Layer => {
    checkOptions(options, ['stride', 'padding'], type)
    pool2dAttributes(size, options)
    const description = { type, size, options }
    return { description, apply: (x, scope) => inLayer(scope, description, x, () => op(x, size, options)) }
  }

/** The mean of each window of images [N, C, H, W]. @throws ArgumentError for sizes out of range. */
export const avgPool2d = pooling('avgPool2d', avgPool2dOp)

/** The largest pixel of each window of images [N, C, H, W]. @throws ArgumentError for sizes out of range. */
export const maxPool2d = pooling('maxPool2d', maxPool2dOp)

/** The mean of each channel: [N, C, H, W] becomes [N, C]. */
export function globalAvgPool2d(): Layer {
  const description = { type: 'globalAvgPool2d' }
  return { description, apply: (x, scope) => inLayer(scope, description, x, () => globalAvgPool2dOp(x)) }
}

registerLayer('avgPool2d', ({ size, options }) => avgPool2d(size as Pair, (options ?? {}) as Pool2dOptions))
registerLayer('maxPool2d', ({ size, options }) => maxPool2d(size as Pair, (options ?? {}) as Pool2dOptions))
registerLayer('globalAvgPool2d', globalAvgPool2d)
