import { ShapeError } from '../../core/errors.ts'
import { formatShape } from '../../core/shape.ts'
import { constant, type Tensor } from '../../graph/tensor.ts'
import { mul } from '../../ops/elementwise.ts'
import {
  avgPool2d as avgPool2dOp,
  globalAvgPool2d as globalAvgPool2dOp,
  maxPool2d as maxPool2dOp,
  type Pool2dAttributes,
  pool2dAttributes,
} from '../../ops/pool2d.ts'
import { pad } from '../../ops/structure.ts'
import type { Pair } from '../../ops/window.ts'
import { checkFlag, checkOptions, inLayer, type Layer, registerLayer } from '../layer.ts'

export interface MaxPool2dOptions {
  /** Step of the window; its size unless given, so that windows tile the image. */
  readonly stride?: Pair
  /** Rows and columns around the image that windows may reach into; at most half the window. 0 unless given. */
  readonly padding?: Pair
  /** Whether windows that begin within the image may end outside; false unless given. */
  readonly ceil?: boolean
}

export interface AvgPool2dOptions extends MaxPool2dOptions {
  /** Whether zeros of the padding count; true unless given. */
  readonly countPadding?: boolean
}

/** Rows or columns that the last windows lack along axis 0 or 1 of images of this length. */
function lacking(length: number, axis: number, { size, stride, padding }: Pool2dAttributes): number {
  const room = length + 2 * padding[axis] - size[axis]
  const rest = room % stride[axis]
  const begin = room - rest + stride[axis] - padding[axis]
  return room < 0 || rest === 0 || begin >= length ? 0 : stride[axis] - rest
}

const requireImages = (x: Tensor): void => {
  if (x.shape.length !== 4) throw new ShapeError(`expected images [N, C, H, W], not ${formatShape(x.shape)}`)
}

/** The largest pixel of each window of images [N, C, H, W]. @throws ArgumentError for sizes out of range. */
export function maxPool2d(size: Pair, options: MaxPool2dOptions = {}): Layer {
  checkOptions(options, ['stride', 'padding', 'ceil'], 'maxPool2d')
  const { ceil = false, ...sliding } = options
  checkFlag(ceil, 'maxPool2d: ceil')
  const attributes = pool2dAttributes(size, sliding)
  const description = { type: 'maxPool2d', size, options }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        requireImages(x)
        const after = ceil
          ? [0, 0, ...[0, 1].map((axis) => lacking(x.shape[axis + 2], axis, attributes))]
          : [0, 0, 0, 0]
        return maxPool2dOp(pad(x, [0, 0, 0, 0], after, Number.NEGATIVE_INFINITY), size, sliding)
      }),
  }
}

/** The mean of each window of images [N, C, H, W]. @throws ArgumentError for sizes out of range. */
export function avgPool2d(size: Pair, options: AvgPool2dOptions = {}): Layer {
  checkOptions(options, ['stride', 'padding', 'ceil', 'countPadding'], 'avgPool2d')
  const { ceil = false, countPadding = true, ...sliding } = options
  checkFlag(ceil, 'avgPool2d: ceil')
  checkFlag(countPadding, 'avgPool2d: countPadding')
  const attributes = pool2dAttributes(size, sliding)
  const description = { type: 'avgPool2d', size, options }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        requireImages(x)
        const after = ceil ? [0, 1].map((axis) => lacking(x.shape[axis + 2], axis, attributes)) : [0, 0]
        const y = avgPool2dOp(pad(x, [0, 0, 0, 0], [0, 0, ...after]), size, sliding)
        const { stride, padding } = attributes
        // Of each window, the share of rows or columns that counts: what lies beyond image and padding never does.
        const shares = [0, 1].map((axis) => {
          const around = countPadding ? padding[axis] : 0
          return Array.from({ length: y.shape[axis + 2] }, (_, i) => {
            const begin = i * stride[axis] - padding[axis]
            const end = Math.min(begin + attributes.size[axis], x.shape[axis + 2] + around)
            return (end - Math.max(begin, -around)) / attributes.size[axis]
          })
        })
        if (shares.flat().every((share) => share === 1)) return y
        const factors = shares[0].flatMap((row) => shares[1].map((column) => 1 / (row * column)))
        return mul(y, constant(factors, y.shape.slice(2)))
      }),
  }
}

/** The mean of each channel: [N, C, H, W] becomes [N, C]. */
export function globalAvgPool2d(): Layer {
  const description = { type: 'globalAvgPool2d' }
  return { description, apply: (x, scope) => inLayer(scope, description, x, () => globalAvgPool2dOp(x)) }
}

registerLayer('avgPool2d', ({ size, options }) => avgPool2d(size as Pair, (options ?? {}) as AvgPool2dOptions))
registerLayer('maxPool2d', ({ size, options }) => maxPool2d(size as Pair, (options ?? {}) as MaxPool2dOptions))
registerLayer('globalAvgPool2d', globalAvgPool2d)
