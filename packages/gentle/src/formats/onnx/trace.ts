/** Traces a network, on inputs and weights that are given. */
import type { Tensor } from '../../graph/tensor.ts'
import { trusted } from './checks.ts'
import { Frame, type Trace } from './frame.ts'
import { namesReadBy, needed, runGraph } from './interpret.ts'
import type { OnnxGraph, OnnxNode } from './messages.ts'
import type { OnnxNetwork } from './network.ts'
import { isKnown, type Known, type Value } from './values.ts'

const graphs = new WeakMap<OnnxNetwork, OnnxGraph>()

/** The network's nodes as a graph with these outputs. */
function graphOf(network: OnnxNetwork, outputs: readonly string[]): OnnxGraph {
  const all = graphs.get(network)
  if (
    all !== undefined &&
    all.outputs.length === outputs.length &&
    all.outputs.every(({ name }, i) => name === outputs[i])
  )
    return all
  const { nodes } = network
  const made = {
    name: '',
    nodes,
    initializers: [],
    inputs: [],
    outputs: outputs.map((name) => ({ name, dataType: 0 })),
  }
  graphs.set(network, made)
  return made
}

export interface Traced {
  readonly outputs: readonly Value[]
  /** What must not hold of any element when the program runs. */
  readonly checks: Trace['checks']
}

/** A node, and a tensor that it made of others which depend on the network's inputs. */
export interface TracedNode {
  readonly node: OnnxNode
  readonly inputs: readonly Tensor[]
  readonly output: Tensor
}

/**
 * Traces a network's outputs of these names.
 * @param given values by name: all inputs, and what else is known already
 * @param onNode is told of what nodes make of the inputs: not of those that compute with numbers that are known or weights alone, or give on what they take
 * @throws FormatError for what cannot be read, naming the node; Wanted where numbers are missing that only a program knows.
 */
export function traceNetwork(
  network: OnnxNetwork,
  outputs: readonly string[],
  given: ReadonlyMap<string, Value>,
  weight: (name: string) => Tensor,
  onNode?: (traced: TracedNode) => void,
): Traced {
  const { weights, known, opsets } = network
  const checks: Trace['checks'] = []
  const trace = { given, checks, doubts: new Map() }
  const frame = new Frame((name): Value | undefined => {
    if (Object.hasOwn(weights, name)) return { type: weights[name].type, tensor: weight(name) }
    return Object.hasOwn(known, name) ? (known[name] satisfies Known) : undefined
  })
  const graph = graphOf(network, outputs)
  const values = runGraph(graph, frame, trace, opsets, onNode && reporting(graph, frame, trace, onNode))
  return { outputs: values.map((value) => trusted(value, trace)), checks }
}

/** Tells `onNode` of the tensors of nodes that run. */
function reporting(graph: OnnxGraph, frame: Frame, trace: Trace, onNode: (traced: TracedNode) => void) {
  const read = new Set([...graph.outputs.map(({ name }) => name), ...needed(graph).flatMap(namesReadBy)])
  const tensorsOf = (values: Iterable<Value | undefined>): Tensor[] =>
    [...values].flatMap((value) => (value === undefined || isKnown(value) ? [] : [value.tensor]))
  const ofInputs = new Set<Tensor>(tensorsOf(trace.given.values()))
  // What was not asked for is not asked for here: a weight that no operator reads has no place in the model.
  const found = (name: string): Value | undefined => (frame.has(name) ? frame.find(name, trace) : undefined)
  return (node: OnnxNode): void => {
    const inputs = tensorsOf(namesReadBy(node).map(found)).filter((tensor) => ofInputs.has(tensor))
    if (inputs.length === 0) return
    const made = tensorsOf(node.outputs.map((name) => (read.has(name) ? found(name) : undefined)))
    for (const output of made) {
      if (ofInputs.has(output)) continue
      ofInputs.add(output)
      onNode({ node, inputs, output })
    }
  }
}
