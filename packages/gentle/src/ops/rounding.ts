/** Whole numbers near float32 numbers, as float32; no gradient flows, since it is 0 wherever there is one. For int32 there is `cast`. */
import { defineElementwise, unary } from './elementwise.ts'

export const floorOp = defineElementwise({ name: 'floor', of: Math.floor })
export const ceilOp = defineElementwise({ name: 'ceil', of: Math.ceil })
export const roundOp = defineElementwise({ name: 'round', of: roundHalfToEven })
export const truncOp = defineElementwise({ name: 'trunc', of: Math.trunc })

export function roundHalfToEven(x: number): number {
  const isHalf = Math.abs(x - Math.trunc(x)) === 0.5
  return isHalf ? 2 * Math.round(x / 2) : Math.round(x)
}

/** The largest whole number that is not above x. */
export const floor = unary(floorOp)
/** The smallest whole number that is not below x. */
export const ceil = unary(ceilOp)
/** The nearest whole number, of two the even one, as in PyTorch and Python: 0.5 becomes 0, 1.5 becomes 2. */
export const round = unary(roundOp)
/** x cut off towards 0. */
export const trunc = unary(truncOp)
