/** Kernels of ops that are none of the library's own: made outside of it, and found by the op. */
import { broadcastStrides, stridesOf } from '../../core/shape.ts'
import type { Op } from '../../graph/op.ts'
import { Local, type Statement, type Value } from './assembler/index.ts'
import type { Buffer } from './buffer.ts'
import type { Kernel, KernelContext } from './kernel.ts'
import { mapKernel } from './kernels/map.ts'

/** How an op is computed from row-major operands, its result row-major too. */
export interface CustomKernel extends Pick<Kernel, 'readsInPlace' | 'workspaceBytes'> {
  /** Equal parts of the work, 1 or more, none of which needs what another writes: threads share them. */
  readonly items: number
  /**
   * Code that computes the items from `context.from` up to `context.to`, that excluded: `forEachItem` goes through them. It writes each element of the
   * output once, and nothing outside of it; it may read up to one vector past an operand's last element.
   */
  emit(context: KernelContext): Statement[]
}

/** Makes the kernel of a node from where its operands and its result stand; their shapes are known. */
export type KernelMaker<Attributes> = (
  operands: readonly Buffer[],
  output: Buffer,
  attributes: Attributes,
) => CustomKernel

const makers = new WeakMap<Op, KernelMaker<unknown>>()

/**
 * Says how the wasm backend computes an op that `defineOp` has made; of several the last one counts, for programs compiled from then on. What it makes is code of
 * WebAssembly, written with `f32x4`, `i32` and the rest of this entry; every number has 4 bytes.
 *
 * ```ts
 * // y = x / (1 + |x|)
 * defineKernel(softsignOp, ([x], y) =>
 *   elementwiseKernel([x], y, ([v]) => f32x4.div(v, f32x4.add(f32x4.splat(1), f32x4.abs(v)))),
 * )
 * ```
 */
export function defineKernel<Attributes>(op: Op<string, Attributes>, maker: KernelMaker<Attributes>): void {
  makers.set(op as Op, maker as KernelMaker<unknown>)
}

/** What makes an op's kernels, if something does. */
export const kernelMakerOf = (op: Op): KernelMaker<unknown> | undefined => makers.get(op)

/**
 * A kernel that computes each element of the result from the matching ones of the operands, which broadcast to it by NumPy's rule. `compute` gives a
 * vector of four results from a vector of each operand, float32 or int32 as they are, without knowing which four; it may use an operand several times.
 * `context.math` has exp, log, tanh and their kin.
 */
export function elementwiseKernel(
  operands: readonly Buffer[],
  output: Buffer,
  compute: (vectors: readonly Value<'v128'>[], context: KernelContext) => Value<'v128'>,
): CustomKernel {
  const { split, readsInPlace, emit } = mapKernel({
    name: output.name,
    extents: output.shape,
    output: { buffer: output, strides: stridesOf(output.shape) },
    inputs: operands.map((buffer) => ({ buffer, strides: broadcastStrides(buffer.shape, output.shape) })),
    compute(vectors, context) {
      const kept = vectors.map(() => new Local('v128'))
      return { statements: kept.map((local, k) => local.set(vectors[k])), value: compute(kept, context) }
    },
  })
  return { items: split.count, readsInPlace, emit }
}
