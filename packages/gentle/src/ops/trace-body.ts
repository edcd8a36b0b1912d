/** Traces a function of tensors once, on parameters that stand for what it is called with. */
import { ArgumentError } from '../core/errors.ts'
import type { Signature } from '../graph/op.ts'
import { rebuild } from '../graph/rebuild.ts'
import { Captured, Constant, Input, idFromNowOn, Parameter, type Tensor, Variable } from '../graph/tensor.ts'

let depth = 0

/** How many bodies are being traced, one within the other. */
export const bodyDepth = (): number => depth

export interface TracedBody {
  readonly parameters: readonly Parameter[]
  /** What the function gives, over its parameters and `captured`. */
  readonly results: readonly Tensor[]
  /** What it uses of the world around it: the tensors, and the parameters that stand for them. */
  readonly captured: ReadonlyMap<Captured, Tensor>
}

/**
 * Traces `body` on parameters of these signatures. Tensors from outside that it uses, and variables, become captured.
 * @throws ArgumentError where it uses an input that it has made itself, or a tensor of a function within it.
 */
export function traceBody(
  signatures: readonly Signature[],
  body: (parameters: readonly Parameter[]) => readonly Tensor[],
  where: string,
): TracedBody {
  const parameters = signatures.map((signature) => new Parameter({ shape: signature.shape, dtype: signature.dtype }))
  const own = new Set<Tensor>(parameters)
  const first = idFromNowOn()
  depth++
  let traced: readonly Tensor[]
  try {
    traced = body(parameters)
  } finally {
    depth--
  }
  const standIns = new Map<Tensor, Captured>()
  const captured = new Map<Captured, Tensor>()
  const results = rebuild(traced, (node) => {
    if (own.has(node) || node instanceof Constant) return undefined
    const isOutside = node.id < first || node instanceof Variable
    if (!isOutside && node instanceof Input)
      throw new ArgumentError(
        `${where}: the function uses an input of another function, or one that it made itself, at ${node.site}; pass it as an argument, or return it from the function that it belongs to`,
      )
    if (!isOutside) return undefined
    const standIn = standIns.get(node) ?? new Captured({ shape: node.shape, dtype: node.dtype })
    standIns.set(node, standIn)
    captured.set(standIn, node)
    return standIn
  })
  return { parameters, results, captured }
}
