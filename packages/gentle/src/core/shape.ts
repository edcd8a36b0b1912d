import { ShapeError } from './errors.ts'

/** Sizes of a tensor's axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[]

/** Number of elements of a tensor of this shape. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, n) => product * n, 1)

/** `[2, 3]` as text, for messages. */
export const formatShape = (shape: Shape): string => `[${shape.join(', ')}]`

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, i) => n === b[i])

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis]
  }
  return strides
}

/**
 * The shape two operands take together by NumPy's rule: axes are aligned from the right; sizes must be equal or 1.
 * @throws ShapeError when they do not fit.
 */
export function broadcastShapes(a: Shape, b: Shape, where: string): number[] {
  const rank = Math.max(a.length, b.length)
  const result = new Array<number>(rank)
  for (let i = 1; i <= rank; i++) {
    const m = a.at(-i) ?? 1
    const n = b.at(-i) ?? 1
    if (m !== n && m !== 1 && n !== 1)
      throw new ShapeError(
        `${where}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast; aligned from the right, sizes must be equal or 1`,
      )
    result[rank - i] = m === 1 ? n : m
  }
  return result
}

/**
 * Strides, in elements, that walk a tensor of `shape` as if it had the broadcast shape `target`: 0 along repeated axes.
 */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const strides = stridesOf(shape)
  const offset = target.length - shape.length
  return target.map((_, axis) => (axis < offset || shape[axis - offset] === 1 ? 0 : strides[axis - offset]))
}

/**
 * Axes as sorted, distinct, non-negative numbers; `undefined` means all.
 * @throws ShapeError for an axis outside the rank.
 */
export function normalizeAxes(axes: number | readonly number[] | undefined, rank: number, where: string): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis)
  const list = typeof axes === 'number' ? [axes] : axes
  const normal = list.map((axis) => {
    if (!Number.isInteger(axis) || axis < -rank || axis >= rank)
      throw new ShapeError(
        `${where}: axis ${axis} is outside a tensor of rank ${rank}; expected ${-rank} to ${rank - 1}`,
      )
    return axis < 0 ? axis + rank : axis
  })
  return [...new Set(normal)].sort((a, b) => a - b)
}
