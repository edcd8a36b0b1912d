/** A network as a graph of its layers, to be drawn: branches and shortcuts are edges, and where they meet are `concat` and `add`. */
import type { Shape } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Layer, LayerDescription } from './layer.ts'
import { multiplyAddsOf, parametersOf, partsOfOutput, takeApart } from './parts.ts'

export interface NetworkNode {
  /** Its place in the list of nodes. */
  readonly id: number
  /** Path of the layer; of the block, for an `add` or `concat` of its branches. */
  readonly name: string
  /** The layer's type; `input` for the first node, `add` and `concat` where branches meet. */
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
export function networkGraph(layer: Layer, inputShape: Shape): NetworkGraph {
  const parted = takeApart(layer, inputShape, { batchSize: 1, training: false })
  const nodes: NetworkNode[] = [
    { id: 0, name: 'input', type: 'input', outputShape: inputShape, parameters: 0, macs: 0 },
  ]
  const edges: [number, number][] = []
  const idOf = new Map<Tensor, number>([[parted.inputs[0], 0]])
  /** The nodes whose outputs a tensor is, or is made of. */
  const sourcesOf = (tensor: Tensor): number[] => {
    const id = idOf.get(tensor)
    return id === undefined ? tensor.inputs.flatMap(sourcesOf) : [id]
  }
  for (const part of partsOfOutput(parted)) {
    const { name, type, description, inputs, output } = part
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
    for (const from of new Set(inputs.flatMap(sourcesOf))) edges.push([from, id])
    idOf.set(output, id)
  }
  return { nodes, edges }
}
