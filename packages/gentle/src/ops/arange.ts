/** Numbers at equal distances. */
import type { DType } from '../core/dtype.ts'
import { ArgumentError } from '../core/errors.ts'
import { constant, type Tensor } from '../graph/tensor.ts'

/**
 * The numbers from 0, or from `start`, to before `stop`, one `step` apart, as a vector: int32 where all three are whole, else float32, unless a
 * type is given. Element i is start + i step.
 * @throws ArgumentError where there would be none, infinitely many, or numbers that the type cannot hold.
 */
export function arange(stop: number): Tensor
export function arange(start: number, stop: number, step?: number, dtype?: DType): Tensor
export function arange(first: number, second?: number, step = 1, dtype?: DType): Tensor {
  const [start, stop] = second === undefined ? [0, first] : [first, second]
  const count = Math.ceil((stop - start) / step)
  if (!Number.isFinite(step) || step === 0 || !(count >= 1 && count < 2 ** 31))
    throw new ArgumentError(
      `arange: from ${start} up to ${stop}, exclusive, in steps of ${step} there are no numbers, or too many; expected at least one`,
    )
  const isInteger = (value: number): boolean => value === (value | 0)
  const type = dtype ?? ([start, stop, step].every(isInteger) ? 'int32' : 'float32')
  if (type === 'int32' && ![start, step, start + (count - 1) * step].every(isInteger))
    throw new ArgumentError(
      `arange: from ${start} up to ${stop}, exclusive, in steps of ${step} are not int32; expected whole numbers of 32 bits`,
    )
  const values = Float64Array.from({ length: count }, (_, i) => start + i * step)
  return constant(values, [count], type)
}
