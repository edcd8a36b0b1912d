/** The remainder of floats, which the engine has of integers alone. */
import type { Tensor } from '../graph/tensor.ts'
import { abs, add, div, greater, greaterEqual, less, maximum, mul, sign, sub, where } from '../ops/elementwise.ts'
import { floor } from '../ops/rounding.ts'

/** The upper 12 bits of a float's 24, and the lower (Dekker, "A floating-point technique for extending the available precision", 1971). */
function halves(x: Tensor): [upper: Tensor, lower: Tensor] {
  const far = mul(x, 2 ** 12 + 1)
  const upper = sub(far, sub(far, x))
  return [upper, sub(x, upper)]
}

/** a - b c, of which nothing is rounded where b c is near a. */
function lessProduct(a: Tensor, b: Tensor, c: Tensor): Tensor {
  const product = mul(b, c)
  const [[b1, b0], [c1, c0]] = [halves(b), halves(c)]
  const lost = add(add(add(sub(mul(b1, c1), product), mul(b1, c0)), mul(b0, c1)), mul(b0, c0))
  return sub(sub(a, product), lost)
}

/** From here on the halves of floats may be beyond all floats. */
const largest = 2 ** 114

/**
 * a - b trunc(a / b), with the sign of a, as `fmod` of C: to the last bit where a / b is at most 2^24, and |a| at most 2^114 or below |b|. `inexact`
 * is 1 elsewhere, else 0.
 */
export function floatRemainder(a: Tensor, b: Tensor): { remainder: Tensor; inexact: Tensor } {
  const [dividend, divisor] = [abs(a), abs(b)]
  const quotient = div(dividend, divisor)
  const isDivided = mul(greaterEqual(quotient, 1), less(quotient, Number.POSITIVE_INFINITY))
  const inexact = mul(isDivided, maximum(greater(quotient, 2 ** 24), greater(dividend, largest)))
  // The quotient may have been rounded across a whole number.
  const rest = lessProduct(dividend, floor(quotient), divisor)
  const low = where(less(rest, 0), add(rest, divisor), rest)
  const between = where(greaterEqual(low, divisor), sub(low, divisor), low)
  return { remainder: where(less(quotient, 1), a, mul(sign(a), between)), inexact }
}
