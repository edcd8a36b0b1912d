/** Elements that lie anywhere in a storage, a stride for each axis, put in row-major order. */
import { type Shape, sameShape, sizeOf, stridesOf } from '../core/shape.ts'

/**
 * The bytes of a tensor's elements in row-major order: in place where they lie so, else a copy. Element [i, j, ...] is number
 * i * strides[0] + j * strides[1] + ... of `bytes`, each of `width` bytes; all of them must lie within.
 */
export function rowMajor(bytes: Uint8Array, width: number, shape: Shape, strides: readonly number[]): Uint8Array {
  // An axis of one element has no stride to speak of.
  const axes = Array.from(shape.keys()).filter((axis) => shape[axis] !== 1)
  const sizes = axes.map((axis) => shape[axis])
  const steps = axes.map((axis) => strides[axis])
  const length = sizeOf(sizes) * width
  return length === 0 || sameShape(steps, stridesOf(sizes))
    ? bytes.subarray(0, length)
    : gathered(bytes, width, sizes, steps, new Uint8Array(length))
}

function gathered(
  bytes: Uint8Array,
  width: number,
  sizes: Shape,
  steps: readonly number[],
  result: Uint8Array,
): Uint8Array {
  const position = sizes.map(() => 0)
  let from = 0
  for (let to = 0; to < result.length; ) {
    for (const end = to + width; to < end; ) result[to++] = bytes[from++]
    from -= width
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis] * width
      if (++position[axis] < sizes[axis]) break
      from -= steps[axis] * sizes[axis] * width
      position[axis] = 0
    }
  }
  return result
}
