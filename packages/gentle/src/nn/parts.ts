/** A network taken apart: its layers and joins with the nodes of the graph that each made, from a trace that is never run. */
import type { Fields } from '../core/field.ts'
import { type Shape, sizeOf } from '../core/shape.ts'
import { topologicalOrder } from '../graph/graph.ts'
import { type Input, input, type Tensor, Variable } from '../graph/tensor.ts'
import { bodyDepth } from '../ops/trace-body.ts'
import type { InputsLayer } from './inputs-layer.ts'
import type { Layer, LayerDescription } from './layer.ts'
import { inputsOf } from './model.ts'
import { type Parameters, Scope } from './scope.ts'

/** A layer that has no layers within, or an op that joins branches. */
export interface Part {
  /** Path of the layer, or of the one that joins. */
  readonly name: string
  readonly type: string
  /** Of a layer, and of what joins where it has settings; none of what a layer of layers adds to them. */
  readonly description?: LayerDescription
  readonly inputs: readonly Tensor[]
  readonly output: Tensor
  /** What it made of the graph: its parameters and its ops. */
  readonly nodes: readonly Tensor[]
}

export interface PartedNetwork {
  /** Of a network that takes inputs by names, all of them. */
  readonly inputs: readonly Input[]
  readonly output: Tensor
  /** Outputs of auxiliary heads, in training. */
  readonly auxiliary: readonly Tensor[]
  /** In the order of the trace. */
  readonly parts: readonly Part[]
  readonly parameters: Parameters
}

export interface TakeApartOptions {
  readonly batchSize: number
  readonly training: boolean
}

/**
 * Traces a network on a batch of examples of a shape, and allocates nothing for its parameters.
 * @throws ShapeError naming the layer that the shape does not fit.
 */
export function takeApart(network: Layer, inputShape: Shape, options: TakeApartOptions): PartedNetwork {
  const x = input([options.batchSize, ...inputShape])
  return parted([x], options, (scope) => scope.apply('', network, x))
}

/**
 * As `takeApart`, of a network that takes inputs by their names; sequences are as long as the longest that their fields allow. Parameters and products of
 * its own, between its layers, are parts with its type and without a name.
 */
export function takeInputsApart(network: InputsLayer, fields: Fields, options: TakeApartOptions): PartedNetwork {
  const inputs = inputsOf(fields, options.batchSize)
  return parted(Object.values(inputs), options, (scope) => network.applyInputs(inputs, scope), network.description.type)
}

function parted(
  inputs: readonly Input[],
  { training }: TakeApartOptions,
  trace: (scope: Scope) => Tensor,
  own?: string,
): PartedNetwork {
  const parameters: Parameters = new Map()
  const parts: Part[] = []
  const auxiliary: Tensor[] = []
  const known = new Set<Tensor>(inputs)
  const depth = bodyDepth()
  const addPart = (part: Omit<Part, 'nodes'>): void => {
    parts.push({ ...part, nodes: unknownNodes(part.output, known) })
  }
  /** What leads to a tensor besides layers, where it costs anything; what costs nothing is left to the layer that follows. */
  const addOwn = (output: Tensor): void => {
    const nodes = unknownNodes(output, new Set(known))
    if (nodes.some((node) => node instanceof Variable || node.op.multiplyAdds !== undefined))
      addPart({ name: '', type: own!, inputs: readBy(nodes), output })
  }
  const scope = new Scope({
    parameters,
    state: new Map(),
    seed: 0,
    training,
    inspection: true,
    step: training ? input([], 'int32') : undefined,
    onLayer({ path, description, input, output, leaf }) {
      // Within the body of a loop: part of the layer that loops.
      if (bodyDepth() > depth) return
      if (own !== undefined) addOwn(input)
      // A layer of layers is a part only where it ends in ops of its own that it did not tell of as a join.
      if (leaf || !known.has(output))
        addPart({ name: path, type: description.type, inputs: [input], output, ...(leaf ? { description } : {}) })
    },
    onJoin({ path, ...join }) {
      if (bodyDepth() === depth) addPart({ name: path, ...join })
    },
    onAuxiliary: (output) => auxiliary.push(output),
  })
  const output = trace(scope)
  if (own !== undefined) addOwn(output)
  return { inputs, output, auxiliary, parts, parameters }
}

/** The parts that the network's output needs: all but auxiliary heads. */
export function partsOfOutput({ parts, output }: PartedNetwork): readonly Part[] {
  const needed = new Set(topologicalOrder([output]))
  return parts.filter((part) => needed.has(part.output))
}

/** Nodes that lead to one and are not known yet, which they then are. */
function unknownNodes(to: Tensor, known: Set<Tensor>): Tensor[] {
  const found: Tensor[] = []
  const open = [to]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (known.has(node)) continue
    known.add(node)
    found.push(node)
    open.push(...node.inputs)
  }
  return found
}

/** What some nodes read that is none of them. */
function readBy(nodes: readonly Tensor[]): Tensor[] {
  const own = new Set(nodes)
  return nodes.flatMap(({ inputs }) => inputs.filter((tensor) => !own.has(tensor)))
}

/** How many learned numbers a part has. */
export const parametersOf = ({ nodes }: Part, parameters: Parameters): number =>
  nodes.reduce(
    (total, node) =>
      node instanceof Variable && parameters.get(node.name) === node ? total + sizeOf(node.shape) : total,
    0,
  )

/** Multiply-adds of a part's convolutions and matrix products. */
export const multiplyAddsOf = ({ nodes }: Part): number =>
  nodes.reduce((total, node) => total + (node.op.multiplyAdds?.(node.inputs, node.attributes, node) ?? 0), 0)
