/** Traces a network, on inputs and weights that are given. */
import type { Tensor } from '../../graph/tensor.ts'
import { trusted } from './checks.ts'
import { Frame, type Trace } from './frame.ts'
import { runGraph } from './interpret.ts'
import type { OnnxGraph } from './messages.ts'
import type { OnnxNetwork } from './network.ts'
import type { Known, Value } from './values.ts'

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

/**
 * Traces a network's outputs of these names.
 * @param given values by name: all inputs, and what else is known already
 * @throws FormatError for what cannot be read, naming the node; Wanted where numbers are missing that only a program knows.
 */
export function traceNetwork(
  network: OnnxNetwork,
  outputs: readonly string[],
  given: ReadonlyMap<string, Value>,
  weight: (name: string) => Tensor,
): Traced {
  const { weights, known, opsets } = network
  const checks: Trace['checks'] = []
  const trace = { given, checks, doubts: new Map() }
  const frame = new Frame((name): Value | undefined => {
    if (Object.hasOwn(weights, name)) return { type: weights[name].type, tensor: weight(name) }
    return Object.hasOwn(known, name) ? (known[name] satisfies Known) : undefined
  })
  const values = runGraph(graphOf(network, outputs), frame, trace, opsets)
  return { outputs: values.map((value) => trusted(value, trace)), checks }
}
