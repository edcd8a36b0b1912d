/** A network as a graph of its layers, to be drawn: branches and shortcuts are edges, and where they meet are `concat` and `add`. */
import { checkFields, type Fields } from '../core/field.ts'
import type { Shape } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { InputsLayer } from './inputs-layer.ts'
import type { Layer, LayerDescription } from './layer.ts'
import { inputsOf } from './model.ts'
import { multiplyAddsOf, type PartedNetwork, parametersOf, partsOfOutput, takeApart, takeInputsApart } from './parts.ts'

export interface NetworkNode {
  /** Its place in the list of nodes. */
  readonly id: number
  /** Path of the layer; of the block, for an `add` or `concat` of its branches. */
  readonly name: string
  /** The layer's type; `input` for what the network takes, with which the list begins, `add` and `concat` where branches meet. */
  readonly type: string
  /** Of a layer without layers within: its options, as `layerFrom` takes them. */
  readonly description?: LayerDescription
  /** Of one example. */
  readonly outputShape: Shape
  readonly parameters: number
  /** Multiply-adds of convolutions and matrix products for one example. */
  readonly macs: number
}

export interface NetworkGraph {
  /** Every node comes after those that it reads. */
  readonly nodes: readonly NetworkNode[]
  readonly edges: readonly (readonly [from: number, to: number])[]
}

/**
 * The layers that predicting goes through and how they are connected; auxiliary heads are left out, and nothing is computed.
 * @throws ShapeError naming the layer that the shape does not fit.
 */
export const networkGraph = (layer: Layer, inputShape: Shape): NetworkGraph =>
  graphOf(takeApart(layer, inputShape, { batchSize: 1, training: false }), ['input'])

/**
 * As `networkGraph`, of a network that takes inputs by their names, for one example whose sequences are as long as the longest of their fields. What it
 * computes outside of layers, such as a loop of its own, is a node with the network's type and without a name.
 * @throws ShapeError naming the layer that the inputs do not fit; ArgumentError for fields out of range.
 */
export function inputsNetworkGraph(network: InputsLayer, inputs: Fields): NetworkGraph {
  checkFields(inputs, 'inputsNetworkGraph')
  const parted = takeInputsApart(network, inputs, { batchSize: 1, training: false })
  return graphOf(parted, Object.keys(inputsOf(inputs, 1)))
}

/** @param names of the inputs */
function graphOf(parted: PartedNetwork, names: readonly string[]): NetworkGraph {
  const nodes = parted.inputs.map(
    ({ shape }, id): NetworkNode => ({
      id,
      name: names[id],
      type: 'input',
      outputShape: shape.slice(1),
      parameters: 0,
      macs: 0,
    }),
  )
  const edges: [number, number][] = []
  const idOf = new Map<Tensor, number>(parted.inputs.map((x, id) => [x, id]))
  /** The nodes whose outputs a tensor is, or is made of. */
  const sourcesOf = (tensor: Tensor, seen: Set<Tensor>): number[] => {
    if (seen.has(tensor)) return []
    seen.add(tensor)
    const id = idOf.get(tensor)
    return id === undefined ? tensor.inputs.flatMap((input) => sourcesOf(input, seen)) : [id]
  }
  for (const part of partsOfOutput(parted)) {
    const { name, type, description, inputs, output, nodes: made } = part
    const id = nodes.length
    const parameters = parametersOf(part, parted.parameters)
    nodes.push({
      id,
      name,
      type,
      ...(description === undefined ? {} : { description }),
      outputShape: output.shape.slice(1),
      parameters,
      macs: multiplyAddsOf(part),
    })
    const seen = new Set<Tensor>()
    for (const from of new Set(inputs.flatMap((input) => sourcesOf(input, seen)))) edges.push([from, id])
    idOf.set(output, id)
    // A layer may give more than its output: the last state of a loop, or what was attended to.
    for (const node of made) if (node.op.multiplyAdds !== undefined) idOf.set(node, id)
  }
  return { nodes, edges }
}
