/** Loops whose bodies are rebuilt. */
import { apply, type Tensor } from '../graph/tensor.ts'
import { bodyRoots, type ScanAttributes } from '../ops/loop.ts'

export type Loop = Tensor<ScanAttributes>

/** A loop with other operands, the tensors of its body rebuilt. */
export function withBody(
  { op, attributes }: Loop,
  inputs: readonly Tensor[],
  remake: (roots: readonly Tensor[]) => readonly Tensor[],
): Loop {
  const { body, results } = attributes
  const remade = remake(bodyRoots(attributes))
  let next = body.next.length
  return apply(op, inputs, {
    ...attributes,
    body: { ...body, next: remade.slice(0, body.next.length) },
    results: results.map((result) => (result.kind === 'final' ? result : { ...result, of: remade[next++] })),
  })
}
