/** Hyperbolic functions of float32 and their inverses; `tanh` stands among the activation functions. */
import { add, defineElementwise, div, mul, sqrt, sub, unary } from './elementwise.ts'

export const sinhOp = defineElementwise({
  name: 'sinh',
  of: Math.sinh,
  gradient: ({ inputs: [x] }, dy) => [mul(dy, cosh(x))],
})
export const coshOp = defineElementwise({
  name: 'cosh',
  of: Math.cosh,
  gradient: ({ inputs: [x] }, dy) => [mul(dy, sinh(x))],
})
export const asinhOp = defineElementwise({
  name: 'asinh',
  of: Math.asinh,
  gradient: ({ inputs: [x] }, dy) => [div(dy, sqrt(add(mul(x, x), 1)))],
})
export const acoshOp = defineElementwise({
  name: 'acosh',
  of: Math.acosh,
  gradient: ({ inputs: [x] }, dy) => [div(dy, sqrt(mul(sub(x, 1), add(x, 1))))],
})
export const atanhOp = defineElementwise({
  name: 'atanh',
  of: Math.atanh,
  gradient: ({ inputs: [x] }, dy) => [div(dy, mul(sub(1, x), add(1, x)))],
})

/** (exp(x) - exp(-x)) / 2. */
export const sinh = unary(sinhOp)
/** (exp(x) + exp(-x)) / 2. */
export const cosh = unary(coshOp)
/** log(x + sqrt(x² + 1)), accurate near 0 and for large x. */
export const asinh = unary(asinhOp)
/** log(x + sqrt(x² - 1)), accurate near 1 and for large x; NaN below 1, where its gradient is infinite. */
export const acosh = unary(acoshOp)
/** log((1 + x) / (1 - x)) / 2, accurate near 0; infinite at ± 1, NaN beyond. */
export const atanh = unary(atanhOp)
