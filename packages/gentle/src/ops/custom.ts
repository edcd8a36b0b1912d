/** Ops of your own, which no table of the library knows. */
import { ArgumentError } from '../core/errors.ts'
import type { Op } from '../graph/op.ts'
import { elementwiseOps, functionOps, sourceOps, structuredOps } from './table.ts'

/** What an op of your own is. None of its functions may depend on anything but what it is given. */
export interface OpDefinition<Name extends string, Attributes>
  extends Pick<Op<Name, Attributes>, 'name' | 'infer' | 'multiplyAdds'>,
    Required<Pick<Op<Name, Attributes>, 'gradient' | 'reference'>> {}

/**
 * Declares an op of your own, which `apply` makes nodes of. Its attributes are plain JSON values. With its `reference` it runs on `reference()`
 * and in `checkGradients`; for `wasm()` it needs a kernel, `defineKernel` of `gentle-dl/kernels`. What ops of `gentle-dl/ops` compute together needs no op:
 * a function of tensors is differentiated and compiled like any.
 *
 * ```ts
 * const rollOp = defineOp({
 *   name: 'roll',
 *   infer: ([x], _: { shift: number }) => ({ shape: x.shape, dtype: x.dtype }),
 *   gradient: ({ attributes: { shift } }, dy) => [apply(rollOp, [dy], { shift: -shift })],
 *   reference([x], { shift }, y) {
 *     const n = x.data.length
 *     for (let i = 0; i < n; i++) y.data[(((i + shift) % n) + n) % n] = x.data[i]
 *   },
 * })
 * const roll = (x: Tensor, shift: number) => apply(rollOp, [x], { shift })
 * ```
 *
 * `reference` writes all of `output.data`, row-major; `gradient` gives `undefined` for operands to which none flows.
 * @throws ArgumentError for the name of an op of the library.
 */
export function defineOp<const Name extends string, Attributes>(
  definition: OpDefinition<Name, Attributes>,
): Op<Name, Attributes> {
  const { name, infer, gradient, multiplyAdds, reference } = definition
  if (name in elementwiseOps || name in structuredOps || name in functionOps || name in sourceOps)
    throw new ArgumentError(`defineOp: the name '${name}' is taken by an op of the library; choose another`)
  return { name, infer, gradient, ...(multiplyAdds && { multiplyAdds }), reference }
}
