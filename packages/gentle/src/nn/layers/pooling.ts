import { ShapeError } from '../../core/errors.ts'
import { formatShape } from '../../core/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import {
  avgPool2d as avgPool2dOp,
  globalAvgPool2d as globalAvgPool2dOp,
  maxPool2d as maxPool2dOp,
  type Pool2dOptions,
  pool2dAttributes,
} from '../../ops/pool2d.ts'
import { mean } from '../../ops/reduce.ts'
import { concat, pad, slice } from '../../ops/structure.ts'
import { type Pair, toPair } from '../../ops/window.ts'
import { checkFlag, checkOptions, inLayer, type Layer, registerLayer } from '../layer.ts'

/** The mean of each window of images [N, C, H, W]. @throws ArgumentError for sizes out of range. */
export function avgPool2d(size: Pair, options: Pool2dOptions = {}): Layer {
  checkOptions(options, ['stride', 'padding'], 'avgPool2d')
  pool2dAttributes(size, options)
  const description = { type: 'avgPool2d', size, options }
  return { description, apply: (x, scope) => inLayer(scope, description, x, () => avgPool2dOp(x, size, options)) }
}

export interface MaxPool2dOptions extends Pool2dOptions {
  /** Whether a window that begins within the image may end outside; false unless given. */
  readonly ceil?: boolean
}

/** The largest pixel of each window of images [N, C, H, W]. @throws ArgumentError for sizes out of range. */
export function maxPool2d(size: Pair, options: MaxPool2dOptions = {}): Layer {
  checkOptions(options, ['stride', 'padding', 'ceil'], 'maxPool2d')
  const { ceil = false, ...sliding } = options
  checkFlag(ceil, 'maxPool2d: ceil')
  const attributes = pool2dAttributes(size, sliding)
  const description = { type: 'maxPool2d', size, options }
  const widened = (x: Tensor): Tensor => {
    const after = [2, 3].map((axis, i) => {
      const room = (x.shape[axis] ?? 0) + 2 * attributes.padding[i] - attributes.size[i]
      const rest = room % attributes.stride[i]
      const begins = room - rest + attributes.stride[i] - attributes.padding[i]
      return rest === 0 || begins >= x.shape[axis] ? 0 : attributes.stride[i] - rest
    })
    return pad(x, [0, 0, 0, 0], [0, 0, ...after], Number.NEGATIVE_INFINITY)
  }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => maxPool2dOp(ceil && x.shape.length === 4 ? widened(x) : x, size, sliding)),
  }
}

/** The mean of each channel: [N, C, H, W] becomes [N, C]. */
export function globalAvgPool2d(): Layer {
  const description = { type: 'globalAvgPool2d' }
  return { description, apply: (x, scope) => inLayer(scope, description, x, () => globalAvgPool2dOp(x)) }
}

/**
 * The mean of each of `size` parts, one number or [rows, columns], that images are cut into: [N, C, H, W] becomes [N, C, ...size]. Part i
 * of n along an axis of length L is floor(i L / n) to ceil((i + 1) L / n), as in PyTorch: parts overlap where n does not divide L.
 * @throws ArgumentError for sizes out of range.
 */
export function adaptiveAvgPool2d(size: Pair): Layer {
  const parts = toPair(size, 1, 'adaptiveAvgPool2d: size')
  const description = { type: 'adaptiveAvgPool2d', size }
  const along = (x: Tensor, axis: number, count: number): Tensor => {
    const length = x.shape[axis]
    if (length === count) return x
    const means = Array.from({ length: count }, (_, i) => {
      const from = Math.floor((i * length) / count)
      const to = Math.ceil(((i + 1) * length) / count)
      const only = (n: number, other: number) => x.shape.map((m, a) => (a === axis ? n : other * m))
      return mean(slice(x, only(from, 0), only(to - from, 1)), axis, { keepAxes: true })
    })
    return concat(means, axis)
  }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        if (x.shape.length !== 4) throw new ShapeError(`expected images [N, C, H, W], not ${formatShape(x.shape)}`)
        return parts[0] === 1 && parts[1] === 1
          ? mean(x, [2, 3], { keepAxes: true })
          : along(along(x, 2, parts[0]), 3, parts[1])
      }),
  }
}

registerLayer('avgPool2d', ({ size, options }) => avgPool2d(size as Pair, (options ?? {}) as Pool2dOptions))
registerLayer('maxPool2d', ({ size, options }) => maxPool2d(size as Pair, (options ?? {}) as MaxPool2dOptions))
registerLayer('globalAvgPool2d', globalAvgPool2d)
registerLayer('adaptiveAvgPool2d', ({ size }) => adaptiveAvgPool2d(size as Pair))
