/** Trigonometric functions of float32 and their inverses; angles are in radians. */

import type { Tensor } from '../graph/tensor.ts'
import { add, defineElementwise, div, mul, neg, sqrt, sub, unary } from './elementwise.ts'

export const sinOp = defineElementwise({
  name: 'sin',
  of: Math.sin,
  gradient: ({ inputs: [x] }, dy) => [mul(dy, cos(x))],
})
export const cosOp = defineElementwise({
  name: 'cos',
  of: Math.cos,
  gradient: ({ inputs: [x] }, dy) => [neg(mul(dy, sin(x)))],
})
export const tanOp = defineElementwise({
  name: 'tan',
  of: Math.tan,
  gradient: ({ y }, dy) => [mul(dy, add(mul(y, y), 1))],
})
export const asinOp = defineElementwise({
  name: 'asin',
  of: Math.asin,
  gradient: ({ inputs: [x] }, dy) => [div(dy, heightAbove(x))],
})
export const acosOp = defineElementwise({
  name: 'acos',
  of: Math.acos,
  gradient: ({ inputs: [x] }, dy) => [neg(div(dy, heightAbove(x)))],
})
export const atanOp = defineElementwise({
  name: 'atan',
  of: Math.atan,
  gradient: ({ inputs: [x] }, dy) => [div(dy, add(mul(x, x), 1))],
})

/** sqrt(1 - x²), without cancellation near ± 1. */
const heightAbove = (x: Tensor): Tensor => sqrt(mul(sub(1, x), add(1, x)))

/** The sine, to 2 units in the last place over the whole range; NaN at infinity. */
export const sin = unary(sinOp)
/** The cosine, to 2 units in the last place over the whole range; NaN at infinity. */
export const cos = unary(cosOp)
/** The tangent; NaN at infinity. */
export const tan = unary(tanOp)
/** The angle from -π/2 to π/2 whose sine is x; NaN beyond ± 1, where its gradient is infinite. */
export const asin = unary(asinOp)
/** The angle from 0 to π whose cosine is x; NaN beyond ± 1, where its gradient is infinite. */
export const acos = unary(acosOp)
/** The angle from -π/2 to π/2 whose tangent is x. */
export const atan = unary(atanOp)
