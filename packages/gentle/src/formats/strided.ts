/** Elements that lie anywhere in a storage, a stride for each axis, put in row-major order. */
import { type Shape, sameShape, sizeOf, stridesOf } from '../core/shape.ts'

/**
 * The bytes of a tensor's elements in row-major order: in place where they lie so, else a copy. Element [i, j, ...] is number
 * i * strides[0] + j * strides[1] + ... of `bytes`, each of `width` bytes; all of them must lie within.
 */
export function rowMajor(bytes: Uint8Array, width: number, shape: Shape, strides: readonly number[]): Uint8Array {
  const size = sizeOf(shape)
  if (size === 0 || isRowMajor(shape, strides)) return bytes.subarray(0, size * width)
  const gathered = new Uint8Array(size * width)
  const position = new Array<number>(shape.length).fill(0)
  let from = 0
  for (let to = 0; to < gathered.length; ) {
    for (const end = to + width; to < end; ) gathered[to++] = bytes[from++]
    from -= width
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis] * width
      if (++position[axis] < shape[axis]) break
      from -= strides[axis] * shape[axis] * width
      position[axis] = 0
    }
  }
  return gathered
}

/** An axis of one element has no stride to speak of. */
function isRowMajor(shape: Shape, strides: readonly number[]): boolean {
  const usual = stridesOf(shape)
  return sameShape(
    strides.filter((_, axis) => shape[axis] !== 1),
    usual.filter((_, axis) => shape[axis] !== 1),
  )
}
