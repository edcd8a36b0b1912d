/** Loops with what is read of them alone. */
import { topologicalOrder } from '../../graph/graph.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { operandsOf, type ScanResult } from '../../ops/loop.ts'
import { makeScan, resultOf } from '../../ops/scan-op.ts'
import type { RewriteLoop } from './rewrite.ts'

/** Drops results that nothing reads, state that leads to none of the others, and operands that no step needs. */
export const pruneLoop: RewriteLoop = (loop, read) => {
  const { body, steps, reverse, recompute, results } = loop.attributes
  const operands = operandsOf(loop)
  const live = read.map((index) => results[index])
  const isLive = body.carries.map((_, carry) =>
    live.some((result) => result.kind === 'final' && result.carry === carry),
  )
  let needed = new Set<Tensor>()
  for (let changed = true; changed; ) {
    needed = new Set(
      topologicalOrder([
        ...live.flatMap((result) => (result.kind === 'final' ? [] : [result.of])),
        ...body.next.filter((_, i) => isLive[i]),
      ]),
    )
    changed = false
    body.carries.forEach((carry, i) => {
      if (isLive[i] || !needed.has(carry)) return
      isLive[i] = changed = true
    })
  }
  const ofCarries = <T>(list: readonly T[]): T[] => list.filter((_, i) => isLive[i])
  const ofSlices = <T>(list: readonly T[]): T[] => list.filter((_, i) => needed.has(body.slices[i]))
  const ofCaptured = <T>(list: readonly T[]): T[] => list.filter((_, i) => needed.has(body.captured[i]))
  const carries = ofCarries(body.carries)
  const pruned = makeScan(
    { carries, slices: ofSlices(body.slices), captured: ofCaptured(body.captured), next: ofCarries(body.next) },
    {
      initial: ofCarries(operands.initial),
      sliced: ofSlices(operands.sliced),
      captured: ofCaptured(operands.captured),
    },
    { steps, reverse, recompute },
  )
  const renumbered = (result: ScanResult): ScanResult =>
    result.kind === 'final' ? { kind: 'final', carry: carries.indexOf(body.carries[result.carry]) } : result
  return new Map(read.map((index) => [index, resultOf(pruned, renumbered(results[index]))]))
}
