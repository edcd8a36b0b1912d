/** Calls, and loops of one step, become what they compute. */
import { rebuild } from '../../graph/rebuild.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { bodyRoots } from '../../ops/loop.ts'
import { resultOf } from '../../ops/scan-op.ts'
import { reshape } from '../../ops/structure.ts'
import type { RewriteLoop } from './rewrite.ts'

export const inlineLoop: RewriteLoop = (loop, read) => {
  const { body, steps, results } = loop.attributes
  if (steps > 1) return new Map(read.map((index) => [index, resultOf(loop, results[index])]))
  const operandOf = new Map<Tensor, Tensor>(
    [...body.carries, ...body.slices, ...body.captured].map((parameter, i) => [parameter, loop.inputs[i]]),
  )
  const roots = bodyRoots(loop.attributes)
  const inlined = rebuild(roots, (node) => operandOf.get(node))
  const valueIn = new Map(roots.map((root, i) => [root, inlined[i]]))
  return new Map(
    read.map((index) => {
      const result = results[index]
      if (result.kind === 'final') return [index, inlined[result.carry]]
      const value = valueIn.get(result.of)!
      return [index, result.kind === 'stack' && value.shape.length === 0 ? reshape(value, [1]) : value]
    }),
  )
}
