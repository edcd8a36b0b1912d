/** What a loop is made of, for all who only look at one: `scan-op.ts` makes them. */
import type { Shape } from '../core/shape.ts'
import type { Input, Tensor } from '../graph/tensor.ts'
import { Variable } from '../graph/tensor.ts'

/** One step, as a graph over these inputs. */
export interface Body {
  /** The state before the step. */
  readonly carries: readonly Input[]
  /** The step's stretch of each input: of one with leading axis T n it has leading axis n. */
  readonly slices: readonly Input[]
  /** What is the same in all steps. */
  readonly captured: readonly Input[]
  /** The state after the step. */
  readonly next: readonly Tensor[]
}

/**
 * What is read of a loop: the state after the last step; a tensor of the body at all steps, joined along its first axis (a scalar becomes [T]); or
 * its sum over all steps.
 */
export type ScanResult =
  | { readonly kind: 'final'; readonly carry: number }
  | { readonly kind: 'stack' | 'sum'; readonly of: Tensor }

export interface ScanAttributes {
  readonly body: Body
  readonly steps: number
  /** From the last step to the first. */
  readonly reverse: boolean
  /** Whether the gradient recomputes what the body has computed, from the state before each step, instead of keeping it. */
  readonly recompute: boolean
  readonly results: ScanResult[]
}

/** The shape of one step's stretch of an input. */
export const sliceShape = ([leading, ...rest]: Shape, steps: number): Shape => [leading / steps, ...rest]

/** The shape of a tensor of the body at all steps. */
export const stackedShape = ([leading = 1, ...rest]: Shape, steps: number): Shape => [steps * leading, ...rest]

/** The operands of a loop: what the state begins with, the inputs, and what all steps see. */
export function operandsOf({ inputs, attributes: { body } }: Tensor<ScanAttributes>) {
  const { carries, slices } = body
  return {
    initial: inputs.slice(0, carries.length),
    sliced: inputs.slice(carries.length, carries.length + slices.length),
    captured: inputs.slice(carries.length + slices.length),
  }
}

/** The tensors of a body that a loop's results and its next step need. */
export const bodyRoots = ({ body, results }: ScanAttributes): Tensor[] => [
  ...body.next,
  ...results.flatMap((result) => (result.kind === 'final' ? [] : [result.of])),
]

/** Whether a node is a loop. */
export const isScan = (node: Tensor): node is Tensor<ScanAttributes> => node.op.name === 'scan'

/** Whether a node reads a result of a loop. */
export const isResult = (node: Tensor): node is Tensor<{ index: number }> => node.op.name === 'result'

/** Whether a node of a body is the same in all steps: it depends on what all steps see alone. */
export function steadyIn({ carries, slices }: Pick<Body, 'carries' | 'slices'>): (node: Tensor) => boolean {
  const changing = new Set<Tensor>([...carries, ...slices])
  const known = new Map<Tensor, boolean>()
  const isSteady = (node: Tensor): boolean => {
    const before = known.get(node)
    if (before !== undefined) return before
    const steady = !changing.has(node) && !(node instanceof Variable) && node.inputs.every(isSteady)
    known.set(node, steady)
    return steady
  }
  return isSteady
}
