import { ShapeError } from '../../core/errors.ts'
import { formatShape } from '../../core/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { max, mean } from '../../ops/reduce.ts'
import { concat, slice } from '../../ops/structure.ts'
import { type Pair, toPair } from '../../ops/window.ts'
import { inLayer, type Layer, registerLayer } from '../layer.ts'

/** Reduces each of `count` parts of an axis to one; parts overlap where their number does not divide the axis. */
function reduceParts(x: Tensor, axis: number, count: number, reduce: typeof mean): Tensor {
  const length = x.shape[axis]
  if (length === count) return x
  if (count === 1) return reduce(x, axis, { keepAxes: true })
  const parts = Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * length) / count)
    const to = Math.ceil(((i + 1) * length) / count)
    const starts = x.shape.map((_, a) => (a === axis ? from : 0))
    const sizes = x.shape.map((n, a) => (a === axis ? to - from : n))
    return reduce(slice(x, starts, sizes), axis, { keepAxes: true })
  })
  return concat(parts, axis)
}

function adaptivePool2d(type: string, size: Pair, reduce: typeof mean): Layer {
  const [rows, columns] = toPair(size, 1, `${type}: size`)
  const description = { type, size }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        if (x.shape.length !== 4) throw new ShapeError(`expected images [N, C, H, W], not ${formatShape(x.shape)}`)
        if (rows === 1 && columns === 1) return reduce(x, [2, 3], { keepAxes: true })
        return reduceParts(reduceParts(x, 2, rows, reduce), 3, columns, reduce)
      }),
  }
}

/**
 * The mean of each of `size` parts, one number or [rows, columns], that images are cut into: [N, C, H, W] becomes [N, C, ...size]. Part i
 * of n along an axis of length L is floor(i L / n) to ceil((i + 1) L / n), as in PyTorch: parts overlap where n does not divide L.
 * @throws ArgumentError for sizes out of range.
 */
export const adaptiveAvgPool2d = (size: Pair): Layer => adaptivePool2d('adaptiveAvgPool2d', size, mean)

/**
 * The largest pixel of each of the parts that `adaptiveAvgPool2d` averages.
 * @throws ArgumentError for sizes out of range.
 */
export const adaptiveMaxPool2d = (size: Pair): Layer => adaptivePool2d('adaptiveMaxPool2d', size, max)

registerLayer('adaptiveAvgPool2d', ({ size }) => adaptiveAvgPool2d(size as Pair))
registerLayer('adaptiveMaxPool2d', ({ size }) => adaptiveMaxPool2d(size as Pair))
