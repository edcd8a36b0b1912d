/** Rounding to floats of 16 bits, as arithmetic of the engine. */

import type { Tensor } from '../../../graph/tensor.ts'
import { abs, add, greaterEqual, less, mul, sign, sub, where } from '../../../ops/elementwise.ts'

/** x rounded to this many bits of its fraction, the first among them, by splitting it (Dekker, 1971). */
function rounded(x: Tensor, bitsKept: number): Tensor {
  const product = mul(x, 2 ** (24 - bitsKept) + 1)
  return sub(product, sub(product, x))
}

/** The nearest float of 16 bits, as float32. */
export function roundHalf(x: Tensor, type: 'float16' | 'bfloat16'): Tensor {
  // What is too large for the product is left as it is.
  if (type === 'bfloat16') return where(less(abs(x), 2 ** 100), rounded(x, 8), x)
  // Below 2^-14 all steps are of 2^-24, as those of float32 between 0.5 and 1.
  const size = abs(x)
  const small = mul(sign(x), sub(add(size, 0.75), 0.75))
  const large = where(greaterEqual(size, 65520), mul(sign(x), Number.POSITIVE_INFINITY), rounded(x, 11))
  return where(less(size, 2 ** -14), small, large)
}
