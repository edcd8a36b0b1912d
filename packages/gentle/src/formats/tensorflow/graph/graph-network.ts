/** A graph of `model.json` with its weights. */
import type { Shape } from '../../../core/shape.ts'
import { sizeOf } from '../../../core/shape.ts'
import type { StoredTensor } from '../../elements.ts'
import { type Fail, printable, quoted } from '../../failure.ts'
import type { Json } from '../json.ts'
import type { TensorflowInput, TensorflowNetwork } from '../tensorflow-model.ts'
import type { Known } from './call.ts'
import { type GraphDescription, graphLayer, graphOperators, isSource, runGraph } from './layer.ts'
import { endsFrom, type GraphEnd, type GraphNode, nodesBelow, nodesFrom, outputOf, signatureOf } from './nodes.ts'

/** Operands by which the op normalises: kept, not learned. */
const statistics: Readonly<Record<string, readonly number[]>> = {
  FusedBatchNorm: [3, 4],
  FusedBatchNormV2: [3, 4],
  FusedBatchNormV3: [3, 4],
}

/** Operands that have to be numbers, whatever else a constant of floats is. */
const numbersOf: Readonly<Record<string, readonly number[]>> = {
  LinSpace: [0, 1],
  OneHot: [2, 3],
  PadV2: [2],
  Range: [0, 1, 2],
}

export function openGraph(
  model: Json,
  topology: Json,
  tensors: ReadonlyMap<string, StoredTensor>,
  fail: Fail,
): TensorflowNetwork {
  const all = nodesFrom(topology.node, fail)
  const signature = signatureOf(model)
  const outputs = endsFrom(signature.outputs) ?? endsWithoutReaders(all)
  if (outputs.length === 0) return fail('its graph gives no outputs')
  const nodes = nodesBelow(
    all,
    outputs.map(({ value }) => value),
    fail,
  )
  const reached = new Set(nodes.map(({ name }) => name))
  const inputs = (endsFrom(signature.inputs) ?? placeholders(all)).filter(({ value }) =>
    reached.has(outputOf(value).node),
  )
  if (inputs.length === 0) return fail('its graph takes no inputs')
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const given = new Set(inputs.map(({ value }) => outputOf(value).node))
  const constants = nodes.filter(({ op, name }) => op === 'Const' && !given.has(name))
  for (const { name, op } of nodes) {
    if (op === 'Placeholder' && !given.has(name))
      fail(`its graph takes an input ${quoted(name)}, which its signature does not name`)
    if (!isSource(byName.get(name)!) && !Object.hasOwn(graphOperators, op))
      fail(
        `node '${printable(name)}' is of an op that is not supported, ${quoted(op)}; supported are ${Object.keys(graphOperators).sort().join(', ')}`,
      )
  }
  const operandsOf = (table: Readonly<Record<string, readonly number[]>>): Set<string> =>
    new Set(nodes.flatMap(({ op, inputs: taken }) => (table[op] ?? []).map((i) => taken[i] ?? '')))
  const [states, numbers] = [operandsOf(statistics), operandsOf(numbersOf)]
  const weights = new Map<string, StoredTensor>()
  const shapes: Record<string, Shape> = Object.create(null)
  const known: Record<string, Known> = Object.create(null)
  for (const { name } of constants) {
    const tensor = tensors.get(name)
    if (tensor === undefined) return fail(`it has no values for the constant ${quoted(name)}`)
    const { shape, dtype, data } = tensor
    if (dtype === 'int32' || sizeOf(shape) <= 1 || numbers.has(name)) known[name] = { shape, dtype, data: [...data] }
    else {
      weights.set(name, tensor)
      shapes[name] = shape
    }
  }
  const graph = {
    nodes,
    inputs,
    outputs,
    weights: shapes,
    known,
    states: [...states].filter((name) => weights.has(name)),
  }
  return {
    inputs: inputs.map((end) => inputOf(end, byName.get(outputOf(end.value).node)!, fail)),
    outputs: outputs.map(({ name }) => name),
    weights,
    isState: (path) => states.has(path),
    channelsFirst: false,
    trace: (given, scope) => runGraph(graph, given, scope),
    layer: (output) => graphLayer(ofOutput(graph, output)),
  }
}

/** What one of the outputs needs. */
function ofOutput(graph: GraphDescription, output: number): GraphDescription {
  const outputs = [graph.outputs[output]]
  const needed = new Set(outputs.map(({ value }) => outputOf(value).node))
  for (const { name, inputs } of graph.nodes.toReversed())
    if (needed.has(name)) for (const input of inputs) needed.add(outputOf(input).node)
  const those = <Value>(all: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => needed.has(name)))
  return {
    nodes: graph.nodes.filter(({ name }) => needed.has(name)),
    inputs: graph.inputs,
    outputs,
    weights: those(graph.weights),
    states: graph.states.filter((name) => needed.has(name)),
    known: those(graph.known),
  }
}

function inputOf({ name }: GraphEnd, { attributes, op }: GraphNode, fail: Fail): TensorflowInput {
  if (op !== 'Placeholder' && op !== 'PlaceholderWithDefault')
    return fail(`its input ${quoted(name)} is a node of op ${quoted(op)}; expected a Placeholder`)
  const { dtype, shape } = attributes
  if (dtype !== 'DT_FLOAT' && dtype !== 'DT_INT32')
    return fail(`its input ${quoted(name)} is of ${quoted(String(dtype))}; expected DT_FLOAT or DT_INT32`)
  if (!Array.isArray(shape) || shape.length === 0)
    return fail(`its input ${quoted(name)} does not give its shape, with the batch first`)
  const [batch, ...sizes] = shape as (number | null)[]
  return { name, shape: sizes, dtype: dtype === 'DT_INT32' ? 'int32' : 'float32', ...(batch === null ? {} : { batch }) }
}

type Named = Omit<GraphNode, 'attributes'>

const placeholders = (nodes: readonly Named[]): GraphEnd[] =>
  nodes.filter(({ op }) => op === 'Placeholder').map(({ name }) => ({ name, value: name }))

/** Without a signature, what nothing reads is an output. */
function endsWithoutReaders(nodes: readonly Named[]): GraphEnd[] {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs.map((input) => outputOf(input).node)))
  return nodes.filter((node) => !read.has(node.name) && !isSource(node)).map(({ name }) => ({ name, value: name }))
}
