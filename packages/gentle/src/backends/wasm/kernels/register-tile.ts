/** What all tiles of products have in common: sums that stay in registers while factors and vectors stream past them. */
import { range } from '../../../core/range.ts'
import { Local, type Statement, type Value, v128 } from '../assembler/index.ts'
import type { KernelContext } from '../kernel.ts'

/** Where a vector lies among blocks of two, `step` bytes from one block to the next. */
export const vectorAt = (vector: number, step: number): number => (vector >> 1) * step + (vector & 1) * 16

/** A tile of `rows` by `vectors` sums. One step takes a factor for each row and some vectors, and adds all their products to the sums. */
export function registerTile({ math }: KernelContext, rows: number, vectors: number) {
  const registers = (): Local<'v128'>[] => range(vectors).map(() => new Local('v128'))
  const sums = Array.from({ length: rows }, registers)
  const values = registers()
  const factor = new Local('v128')
  return {
    sums,
    clear: sums.flat().map((sum) => sum.set(v128.constF32x4(0, 0, 0, 0))),
    step: (factorOf: (row: number) => Value<'v128'>, vectorOf: (vector: number) => Value<'v128'>): Statement[] => [
      ...values.map((value, vector) => value.set(vectorOf(vector))),
      ...sums.flatMap((row, r) => [
        factor.set(factorOf(r)),
        ...row.map((sum, vector) => sum.set(math.multiplyAdd(factor, values[vector], sum))),
      ]),
    ],
    each: (use: (sum: Local<'v128'>, row: number, vector: number) => Statement | Statement[]): Statement[] =>
      sums.flatMap((row, r) => row.flatMap((sum, vector) => use(sum, r, vector))),
  }
}
