/** Sums over the steps of a loop become a part of its state that each step adds to. */
import { Parameter } from '../../graph/tensor.ts'
import { add } from '../../ops/elementwise.ts'
import { operandsOf, type ScanResult } from '../../ops/loop.ts'
import { makeScan, resultOf, zerosLike } from '../../ops/scan-op.ts'
import type { RewriteLoop } from './rewrite.ts'

export const accumulateSums: RewriteLoop = (loop, read) => {
  const { body, steps, reverse, recompute, results } = loop.attributes
  const operands = operandsOf(loop)
  const carries = [...body.carries]
  const next = [...body.next]
  const initial = [...operands.initial]
  const asState = (result: ScanResult): ScanResult => {
    if (result.kind !== 'sum') return result
    const { shape, dtype } = result.of
    const total = new Parameter({ shape, dtype })
    next.push(add(total, result.of))
    initial.push(zerosLike(result.of))
    return { kind: 'final', carry: carries.push(total) - 1 }
  }
  const kept = read.map((index) => asState(results[index]))
  const accumulating = makeScan({ ...body, carries, next }, { ...operands, initial }, { steps, reverse, recompute })
  return new Map(read.map((index, i) => [index, resultOf(accumulating, kept[i])]))
}
