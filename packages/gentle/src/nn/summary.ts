/** What a network consists of and what it costs, layer by layer, from its trace alone. */
import { type Shape, sizeOf } from '../core/shape.ts'
import { topologicalOrder } from '../graph/graph.ts'
import { input, type Tensor } from '../graph/tensor.ts'
import type { Layer } from './layer.ts'
import { type Parameters, Scope } from './scope.ts'

export interface LayerSummary {
  /** Path of the layer within the network, as its parameters are named. */
  readonly name: string
  readonly type: string
  /** Of one example. */
  readonly outputShape: Shape
  readonly parameters: number
  /** Multiply-adds of convolutions and matrix products for one example. */
  readonly macs: number
}

export interface NetworkSummary {
  readonly inputShape: Shape
  readonly parameters: number
  readonly macs: number
  /** 2 macs: the field mixes the two up. */
  readonly flops: number
  /** Bytes of the outputs of all layers for one example, in float32. */
  readonly activationBytes: number
  readonly layers: readonly LayerSummary[]
}

/**
 * Summarises a network for one example of a shape; nothing is computed.
 * @throws ShapeError naming the layer that the shape does not fit.
 */
export function summarize(network: Layer, inputShape: Shape): NetworkSummary {
  const parameters: Parameters = new Map()
  const layers: LayerSummary[] = []
  const counted = new Set<Tensor>()
  let known = 0
  const parametersSoFar = (): number => [...parameters.values()].reduce((total, { shape }) => total + sizeOf(shape), 0)
  const scope = new Scope({
    parameters,
    state: new Map(),
    seed: 0,
    training: false,
    firstValues: (_, shape) => new Float32Array(sizeOf(shape)),
    onLayer({ path, description, output }) {
      if (description.type === 'sequential') return
      const nodes = topologicalOrder([output]).filter((node) => !counted.has(node))
      for (const node of nodes) counted.add(node)
      const macs = nodes.reduce(
        (total, node) => total + (node.op.multiplyAdds?.(node.inputs, node.attributes, node) ?? 0),
        0,
      )
      const total = parametersSoFar()
      layers.push({
        name: path,
        type: description.type,
        outputShape: output.shape.slice(1),
        parameters: total - known,
        macs,
      })
      known = total
    },
  })
  scope.apply('', network, input([1, ...inputShape]))
  const macs = layers.reduce((total, layer) => total + layer.macs, 0)
  return {
    inputShape,
    parameters: known,
    macs,
    flops: 2 * macs,
    activationBytes: layers.reduce((total, { outputShape }) => total + 4 * sizeOf(outputShape), 0),
    layers,
  }
}
