/** How ops from outside of the library become kernels: by what `defineKernel` was given. */
import { ArgumentError } from '../../../core/errors.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import type { Buffer } from '../buffer.ts'
import { kernelMakerOf } from '../custom-kernels.ts'
import type { LoweringContext } from './context.ts'

export type LowerCustom = typeof lowerCustom

export function lowerCustom(context: LoweringContext, node: Tensor, output: Buffer): void {
  const { op, inputs, attributes } = node
  const maker = kernelMakerOf(op)
  if (maker === undefined)
    throw new ArgumentError(
      `compile: the op '${op.name}' has no kernel for the wasm backend; give it one by defineKernel of gentle-dl/kernels, or compile on reference()`,
    )
  const operands = inputs.map((x) => context.buffer(x, 'plain'))
  const { items, readsInPlace, workspaceBytes, emit } = maker(operands, output, attributes)
  context.emit({
    name: op.name,
    split: { by: 'items', count: items },
    reads: operands,
    writes: [output],
    readsInPlace,
    workspaceBytes,
    multiplyAdds: op.multiplyAdds?.(inputs, attributes, node),
    emit,
  })
}
