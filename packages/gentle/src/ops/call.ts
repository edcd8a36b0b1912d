/** Functions in a graph: traced once, called any number of times. */
import { ArgumentError } from '../core/errors.ts'
import { formatShape, sameShape } from '../core/shape.ts'
import type { Signature } from '../graph/op.ts'
import type { Tensor } from '../graph/tensor.ts'
import { isTensor, leavesOf, type MapTree, mapTree, tensorsLike, tensorsOf } from '../graph/tree.ts'
import { makeScan, resultOf } from './scan-op.ts'
import { type TracedBody, traceBody } from './trace-body.ts'

const isSignature = (tree: unknown): tree is Signature =>
  typeof tree === 'object' && tree !== null && 'shape' in tree && 'dtype' in tree

/** A traced graph with named inputs and outputs, nested as its maker likes; made by `traceFunction`, used by `call`. */
export class TracedFunction<Inputs = unknown, Outputs = unknown> {
  /** What it is called with: shapes and element types. */
  readonly inputs: Inputs
  /** What it gives: shapes and element types. */
  readonly outputs: MapTree<Outputs, Tensor, Signature>
  /** @internal */
  readonly body: TracedBody

  /** @internal */
  constructor(inputs: Inputs, outputs: MapTree<Outputs, Tensor, Signature>, body: TracedBody) {
    this.inputs = inputs
    this.outputs = outputs
    this.body = body
  }
}

/**
 * Traces a function on tensors of these shapes and types. It may use tensors and variables from around it. What it gives is its `outputs`; each
 * call computes it on other tensors.
 *
 * @example
 * ```ts
 * const block = traceFunction({ x: { shape: [8, 64], dtype: 'float32' } }, ({ x }) => ({ y: relu(matmul(x, w)) }))
 * const { y } = call(block, { x: call(block, { x }).y })
 * ```
 * @throws ArgumentError where a leaf of the inputs has no shape and type, or the function gives something that is not a tensor.
 */
export function traceFunction<const Inputs, Outputs>(
  inputs: Inputs,
  trace: (inputs: MapTree<Inputs, Signature, Tensor>) => Outputs,
): TracedFunction<Inputs, Outputs> {
  const signatures = leavesOf(inputs, isSignature, 'traceFunction: inputs', 'a shape with a dtype')
  let outputs: MapTree<Outputs, Tensor, Signature> | undefined
  const body = traceBody(
    signatures,
    (parameters) => {
      const given = trace(
        mapTree(inputs, isSignature, (_, i): Tensor => parameters[i]) as MapTree<Inputs, Signature, Tensor>,
      )
      const results = tensorsOf(given, 'traceFunction: the result')
      outputs = mapTree(given, isTensor, ({ shape, dtype }): Signature => ({ shape, dtype }))
      return results
    },
    'traceFunction',
  )
  return new TracedFunction(inputs, outputs!, body)
}

/**
 * Calls a function on tensors of the shapes and types that it was traced for. It is differentiated as a whole.
 * @throws ArgumentError for arguments of another form, shape or type.
 */
export function call<Inputs, Outputs>(
  { inputs, outputs, body }: TracedFunction<Inputs, Outputs>,
  args: MapTree<Inputs, Signature, Tensor>,
): MapTree<MapTree<Outputs, Tensor, Signature>, Signature, Tensor> {
  const form = mapTree(inputs, isSignature, (_, i): Tensor => body.parameters[i])
  const given = tensorsLike(form, args, 'call: the arguments')
  given.forEach((x, i) => {
    const { shape, dtype } = body.parameters[i]
    if (!sameShape(x.shape, shape) || x.dtype !== dtype)
      throw new ArgumentError(
        `call: argument ${i} is ${x.dtype} ${formatShape(x.shape)}, but the function was traced for ${dtype} ${formatShape(shape)}; trace it for these shapes`,
      )
  })
  const scan = makeScan(
    { carries: [], slices: [], captured: [...body.parameters, ...body.captured.keys()], next: [] },
    { initial: [], sliced: [], captured: [...given, ...body.captured.values()] },
    { steps: 1, reverse: false, recompute: false },
  )
  return mapTree(outputs, isSignature, (_, i) => resultOf(scan, { kind: 'sum', of: body.results[i] })) as MapTree<
    MapTree<Outputs, Tensor, Signature>,
    Signature,
    Tensor
  >
}
