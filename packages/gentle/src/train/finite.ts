/** Whether numbers are finite, asked within a graph. */
import type { Tensor } from '../graph/tensor.ts'
import { add, mul } from '../ops/elementwise.ts'
import { sum } from '../ops/reduce.ts'

/** 0 where all numbers of tensors are finite, else NaN. */
export const zeroOf = (tensors: readonly Tensor[]): Tensor =>
  tensors.map((x) => sum(mul(x, 0))).reduce((a, b) => add(a, b))
