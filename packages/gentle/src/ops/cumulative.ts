/** Sums of all that comes before, along an axis. */
import { ShapeError } from '../core/errors.ts'
import { normalizeAxes, sizeOf } from '../core/shape.ts'
import { defineOp, type Reference } from '../graph/op.ts'
import { apply, type Tensor } from '../graph/tensor.ts'

export interface CumsumAttributes {
  readonly axis: number
  /** From the end to the beginning. */
  readonly reverse: boolean
  /** Whether an element is left out of its own sum. */
  readonly exclusive: boolean
}

export const cumsumOp = defineOp({
  name: 'cumsum',
  infer: ([x], _: CumsumAttributes) => ({ shape: x.shape, dtype: x.dtype }),
  gradient: ({ attributes: { axis, reverse, exclusive } }, dy) => [cumsum(dy, axis, { reverse: !reverse, exclusive })],
})

export const cumsumReference: Reference<typeof cumsumOp> = ([x], { axis, reverse, exclusive }, y) => {
  const length = x.shape[axis]
  const inner = sizeOf(x.shape.slice(axis + 1))
  for (let row = 0; row < x.data.length; row += length * inner)
    for (let j = 0; j < inner; j++) {
      let total = 0
      for (let k = 0; k < length; k++) {
        const at = row + (reverse ? length - 1 - k : k) * inner + j
        const next = total + x.data[at]
        y.data[at] = exclusive ? total : next
        total = next
      }
    }
}

/**
 * Of each element, the sum of all up to it along an axis, with itself: from the end with `reverse`, without itself with `exclusive`. Of int32 it
 * wraps around at 32 bits.
 * @throws ShapeError for a scalar or an axis outside the rank.
 */
export function cumsum(x: Tensor, axis = 0, { reverse = false, exclusive = false } = {}): Tensor {
  if (x.shape.length === 0) throw new ShapeError('cumsum: a scalar [] has no axis')
  return apply(cumsumOp, [x], { axis: normalizeAxes(axis, x.shape.length, 'cumsum')[0], reverse, exclusive })
}
