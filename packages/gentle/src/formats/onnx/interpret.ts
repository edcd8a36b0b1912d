/** Traces a graph of ONNX: runs its nodes in order, on tensors and on numbers that are known. */
import { FormatError, GentleError } from '../../core/errors.ts'
import { printable } from '../failure.ts'
import { knownOf, OnnxCall } from './call.ts'
import type { Frame, Trace } from './frame.ts'
import type { OnnxGraph, OnnxNode } from './messages.ts'
import { operators } from './operators/index.ts'
import { type OperatorVersion, versionIn, withoutEffect } from './operators/operator.ts'
import { shapeOf, type Value } from './values.ts'
import { Wanted } from './wanted.ts'
import { readsNone, resultsOfNone } from './without-elements.ts'

/** Versions of each set of operators, by its domain. */
export type Opsets = Readonly<Record<string, number>>

/** The newest version of ONNX's own operators that is known here. */
export const newestOpset = 22

/** What a node's operator is in the file's set of operators, or why it cannot be read. */
function operatorOf({ operator, domain, attributes }: OnnxNode, opsets: Opsets): OperatorVersion | string {
  if (domain !== '') return `belongs to the domain ${printable(domain)}, which is not supported`
  if (!Object.hasOwn(operators, operator)) return 'is not a supported operator'
  const opset = opsets[''] ?? 1
  const version = versionIn(operators[operator], opset)
  if (version === undefined)
    return `is an operator introduced in opset ${operators[operator][0].since}; the file declares opset ${opset}`
  const { compute, since, attributes: known } = version
  if (compute === undefined) return `is not supported as defined from opset ${since} on`
  const unknown = Object.keys(attributes).find((name) => !known.includes(name) && !withoutEffect.has(name))
  if (unknown !== undefined)
    return `has an attribute '${printable(unknown)}'; in opset ${opset} it has ${known.length === 0 ? 'none' : `${known.join(', ')}`}`
  return version
}

/**
 * Runs a graph whose inputs are in the frame.
 * @param onNode is told of each node that ran; not of those of graphs within it
 */
export function runGraph(
  graph: OnnxGraph,
  frame: Frame,
  trace: Trace,
  opsets: Opsets,
  onNode?: (node: OnnxNode) => void,
): Value[] {
  for (const tensor of graph.initializers)
    if (!frame.has(tensor.name))
      frame.set(
        tensor.name,
        knownOf(tensor, (problem) => {
          throw new FormatError(`ONNX tensor '${printable(tensor.name)}' ${problem}`)
        }),
        trace,
      )
  for (const node of needed(graph)) {
    runNode(node, frame, trace, opsets)
    onNode?.(node)
  }
  return graph.outputs.map(({ name }) => {
    const value = frame.find(name, trace)
    if (value === undefined) throw new FormatError(`ONNX graph: its output '${printable(name)}' is produced by no node`)
    return value
  })
}

function runNode(node: OnnxNode, frame: Frame, trace: Trace, opsets: Opsets): void {
  const given = node.outputs.map((name) => (name === '' ? undefined : trace.given.get(frame.ownKey(name))))
  if (node.outputs.every((name, i) => name === '' || given[i] !== undefined)) {
    node.outputs.forEach((name, i) => {
      if (given[i] !== undefined) frame.set(name, given[i], trace)
    })
    return
  }
  const callIn = (within: Frame, of: Trace): OnnxCall =>
    new OnnxCall(node, opsets[''] ?? 1, within, of, (inner, place, traced) => runGraph(inner, place, traced, opsets))
  const call = callIn(frame, trace)
  const found = operatorOf(node, opsets)
  if (typeof found === 'string') call.fail(found)
  const { compute } = found as OperatorVersion
  const results = atNode(call, () => {
    try {
      return compute!(call)
    } catch (error) {
      if (error instanceof Wanted || !readsNone(node, frame, trace)) throw error
      const none = resultsOfNone(node, frame, trace, (within, of) => compute!(callIn(within, of)))
      if (none === undefined) throw error
      return none
    }
  })
  for (const value of results) if (value !== undefined) call.checkSize(shapeOf(value))
  node.outputs.forEach((name, i) => {
    if (name === '') return
    const value = results[i]
    if (value !== undefined) frame.set(name, value, trace)
  })
}

/** What goes wrong in an operator tells the node, too. */
function atNode<T>(call: OnnxCall, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof Wanted) throw error
    if (error instanceof FormatError && error.message.startsWith('ONNX ')) throw error
    if (error instanceof GentleError) return call.fail(`does not fit: ${printable(error.message)}`)
    // Whatever a stranger's file makes an operator do, the file is at fault.
    if (error instanceof RangeError || error instanceof TypeError)
      return call.fail(`does not fit its operands: ${printable(error.message)}`)
    throw error
  }
}

const orders = new WeakMap<OnnxGraph, readonly OnnxNode[]>()

/** The nodes that the outputs depend on, in order. */
export function needed(graph: OnnxGraph): readonly OnnxNode[] {
  let order = orders.get(graph)
  if (order === undefined) {
    const names = new Set(graph.outputs.map(({ name }) => name))
    order = graph.nodes.toReversed().filter((node) => {
      if (!node.outputs.some((name) => names.has(name))) return false
      for (const name of namesReadBy(node)) names.add(name)
      return true
    })
    order = order.toReversed()
    orders.set(graph, order)
  }
  return order
}

/** Names that a node reads, and those that graphs within it read. */
export function namesReadBy({ inputs, attributes }: OnnxNode): string[] {
  const graphs = Object.values(attributes).filter(
    (value): value is OnnxGraph => typeof value === 'object' && 'nodes' in value,
  )
  return [
    ...inputs,
    ...graphs.flatMap(({ nodes, outputs }) => [...nodes.flatMap(namesReadBy), ...outputs.map(({ name }) => name)]),
  ]
}
