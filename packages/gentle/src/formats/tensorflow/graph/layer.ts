/**
 * A graph of TensorFlow as a layer: tracing it runs its nodes in order. Shapes are known then, so arithmetic on shapes, which TensorFlow writes
 * as nodes too, is done at once, on plain numbers.
 */
import { ArgumentError, FormatError, GentleError } from '../../../core/errors.ts'
import { type Shape, sizeOf } from '../../../core/shape.ts'
import { constant } from '../../../graph/tensor.ts'
import { zeros } from '../../../nn/initializers.ts'
import { type Layer, registerLayer } from '../../../nn/layer.ts'
import type { Scope } from '../../../nn/scope.ts'
import { printable } from '../../failure.ts'
import { givenBy, meantBy, Placed } from '../placed.ts'
import { computed, GraphCall, type GraphOperator, type GraphValue, isKnown, type Known } from './call.ts'
import { elementwiseOperators } from './elementwise-operators.ts'
import { imageOperators } from './image-operators.ts'
import { type GraphEnd, type GraphNode, outputOf } from './nodes.ts'
import { shapeOperators } from './shape-operators.ts'

/** Every op that can be read, by its name. */
export const graphOperators: Readonly<Record<string, GraphOperator>> = {
  ...elementwiseOperators,
  ...imageOperators,
  ...shapeOperators,
}

/** What a description stores of a graph: everything but the weights. */
export interface GraphDescription {
  /** In an order in which each node comes after those that it takes values of. */
  readonly nodes: readonly GraphNode[]
  readonly inputs: readonly GraphEnd[]
  readonly outputs: readonly GraphEnd[]
  /** Shapes of the constants that are weights, by name. */
  readonly weights: Readonly<Record<string, Shape>>
  /** Those of them that are kept and not learned. */
  readonly states: readonly string[]
  /** Constants that are numbers: shapes, axes, bounds, factors. */
  readonly known: Readonly<Record<string, Known>>
}

/** Whether a node is a value from outside: an input, or a constant. */
export const isSource = ({ op }: Pick<GraphNode, 'op'>): boolean =>
  op === 'Placeholder' || op === 'Const' || op === 'PlaceholderWithDefault'

/** The most numbers that are computed while the graph is traced. */
const maxComputed = 2 ** 16

/** Traces a graph; `inputs` are as it means them, in the order of its own. */
export function runGraph(graph: GraphDescription, inputs: readonly Placed[], scope: Scope): Placed[] {
  const values = new Map<string, readonly GraphValue[]>()
  const states = new Set(graph.states)
  graph.inputs.forEach(({ value }, i) => {
    values.set(outputOf(value).node, [inputs[i]])
  })
  const taken = (reference: string): GraphValue => {
    const { node, output } = outputOf(reference)
    const found = values.get(node)?.[output]
    if (found === undefined) throw new FormatError(`its graph has no value '${printable(reference)}', which is taken`)
    return found
  }
  for (const node of graph.nodes) {
    const { name } = node
    if (values.has(name)) continue
    if (Object.hasOwn(graph.known, name)) values.set(name, [graph.known[name]])
    else if (Object.hasOwn(graph.weights, name)) {
      const shape = graph.weights[name]
      const weight = states.has(name) ? scope.state(name, shape, zeros) : scope.parameter(name, shape, zeros)
      values.set(name, [Placed.written(weight)])
    } else if (node.op === 'PlaceholderWithDefault' && node.inputs.length === 1)
      values.set(name, [taken(node.inputs[0])])
    else values.set(name, resultsOf(new GraphCall(node, node.inputs.map(taken))))
  }
  return graph.outputs.map(({ value }) => placed(taken(value)))
}

const placed = (value: GraphValue): Placed =>
  isKnown(value) ? Placed.written(constant(value.data, value.shape, value.dtype)) : value

/** What a node gives; of numbers that are known, numbers. */
function resultsOf(call: GraphCall): readonly GraphValue[] {
  const { op } = call.node
  if (!Object.hasOwn(graphOperators, op))
    return call.fail(
      `is of an op that is not supported; supported are ${Object.keys(graphOperators).sort().join(', ')}`,
    )
  try {
    const results = graphOperators[op](call)
    call.checkAllRead()
    return call.operands.every(isKnown)
      ? results.map((value) => (isKnown(value) || sizeOf(value.shape) > maxComputed ? value : computed(value.written)))
      : results
  } catch (error) {
    if (error instanceof FormatError) throw error
    // Whatever a stranger's file makes an op do, the file is at fault.
    const { message } = error as Error
    return call.fail(`does not fit: ${error instanceof GentleError ? message : printable(message)}`)
  }
}

/** The layer of a description of one input and one output. @throws ArgumentError for a description that is none. */
export function graphLayer(description: GraphDescription): Layer {
  const { nodes, inputs, outputs, weights, known, states } = description
  if (
    ![nodes, inputs, outputs, states].every(Array.isArray) ||
    typeof weights !== 'object' ||
    typeof known !== 'object'
  )
    throw new ArgumentError(
      'layer tensorflowGraph: its description has no nodes, inputs, outputs, weights and known values',
    )
  return {
    description: { type: 'tensorflowGraph', ...description },
    apply(x, scope) {
      const [y] = runGraph(description, [meantBy(x, false)], scope)
      return givenBy(y, false, x.shape[0])
    },
  }
}

registerLayer('tensorflowGraph', (description) => graphLayer(description as unknown as GraphDescription))
