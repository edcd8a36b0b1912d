/** What numbers become when they are stored in few bits, as float32: for quantisation-aware training, and to mark what integers may compute. */
import { ArgumentError } from '../core/errors.ts'
import type { Tensor } from '../graph/tensor.ts'
import { apply } from '../graph/tensor.ts'
import {
  add,
  defineElementwise,
  div,
  greaterEqual,
  lessEqual,
  mul,
  toTensors,
  type Value,
  where,
} from './elementwise.ts'
import { round, roundHalfToEven } from './rounding.ts'

/** Whole numbers from `low` to `high` that stand for `scale` times their distance from `zeroPoint`, which stands for 0. */
export interface Quantization {
  /** Above 0. A tensor that broadcasts gives each channel one of its own. */
  readonly scale: Value
  /** A whole number; 0 unless given. */
  readonly zeroPoint?: number
  readonly low: number
  readonly high: number
}

/** The whole number that x becomes; NaN becomes the smallest. In float32 throughout, as kernels compute it. */
export function quantized(x: number, scale: number, zeroPoint: number, low: number, high: number): number {
  const q = roundHalfToEven(Math.fround(x * Math.fround(1 / scale))) + zeroPoint
  return q > low ? Math.min(q, high) : low
}

export const fakeQuantizeOp = defineElementwise({
  name: 'fakeQuantize',
  of: (x, scale, zeroPoint, low, high) => (quantized(x, scale, zeroPoint, low, high) - zeroPoint) * scale,
  gradient({ inputs: [x, scale, zeroPoint, low, high] }, dy) {
    const q = add(round(mul(x, div(1, scale))), zeroPoint)
    return [
      where(greaterEqual(q, low), where(lessEqual(q, high), dy, 0), 0),
      undefined,
      undefined,
      undefined,
      undefined,
    ]
  },
})

/**
 * x rounded to what whole numbers from `low` to `high` can stand for: (q - zeroPoint) scale, where q is the nearest such number to x / scale + zeroPoint, halves to
 * the even one. The gradient flows as if it were x where x is within the range, and is 0 outside of it: the straight-through estimator (Bengio, Léonard
 * and Courville, "Estimating or Propagating Gradients Through Stochastic Neurons for Conditional Computation", 2013), as PyTorch's `fake_quantize_per_tensor_affine`. None flows to the scale.
 *
 * ```ts
 * fakeQuantize(constant([-1, 0.26, 9], [3]), { scale: 0.1, low: 0, high: 15 }) // 0, 0.3, 1.5
 * ```
 * @throws ArgumentError for a range without numbers, or a zero point that is not a whole number in it; ShapeError where the scale does not broadcast.
 */
export function fakeQuantize(x: Tensor, { scale, zeroPoint = 0, low, high }: Quantization): Tensor {
  const whole = [zeroPoint, low, high].every(Number.isInteger)
  if (!whole || !(low < high) || zeroPoint < low || zeroPoint > high)
    throw new ArgumentError(
      `fakeQuantize: whole numbers from ${low} to ${high} with zero point ${zeroPoint}; expected whole numbers, low below high and the zero point between them`,
    )
  if (typeof scale === 'number' && !(scale > 0 && Number.isFinite(Math.fround(1 / Math.fround(scale)))))
    throw new ArgumentError(`fakeQuantize: scale is ${scale}; expected a number above 0 whose reciprocal is finite`)
  return apply(fakeQuantizeOp, toTensors([x, scale, zeroPoint, low, high], 'fakeQuantize'), {})
}
