/** Each layer's time beside the least that its operations allow. */
import { type Backend, type Layer, layerFrom, type Shape, type Tensor } from 'gentle-dl'
import { type NetworkSummary, networkGraph } from 'gentle-dl/inspect'
import { add, concat } from 'gentle-dl/ops'
import { alone, measurePeak, peakMethod, secondsOfLayer, secondsOfNetwork } from './measure.ts'

/** Of a layer alone, on a batch. */
export interface LayerTime {
  readonly seconds: number
  /** The least that its FLOPs take at the machine's peak. */
  readonly boundSeconds: number
  readonly flopsPerSecond: number
  /** Of all layers' seconds, 0 to 1. */
  readonly share: number
}

export interface Measured {
  readonly batchSize: number
  readonly backend: string
  /** What this machine reaches in a large matrix product. */
  readonly peakFlopsPerSecond: number
  readonly peakMethod: string
  /** Of all layers, one by one. */
  readonly seconds: number
  /** Of the network as one program, in which layers are fused. */
  readonly networkSeconds: number
  readonly boundSeconds: number
}

/** A summary, and each layer's time where it was measured. */
export interface MeasuredSummary extends NetworkSummary {
  readonly layers: readonly (NetworkSummary['layers'][number] & Partial<LayerTime>)[]
  readonly measured?: Measured
}

const joins: Readonly<Record<string, (...x: Tensor[]) => Tensor>> = {
  add: (...x) => x.reduce((sum, each) => add(sum, each)),
  concat: (...x) => concat(x, 1),
}

/** Measures the layers of a summary, in its order. Layers of one kind on one shape are measured once. */
export async function measureLayers(
  backend: Backend,
  network: Layer,
  { inputShape, batchSize, flops, layers }: NetworkSummary,
): Promise<Measured & { readonly times: readonly LayerTime[] }> {
  const { nodes, edges } = networkGraph(network, inputShape)
  const peakBefore = await measurePeak(backend)
  const known = new Map<string, number>()
  const seconds: number[] = []
  // The graph's first node is the input; the others are the summary's layers.
  for (const { id, type, description } of nodes.slice(1)) {
    const inputShapes = edges.filter(([, to]) => to === id).map(([from]): Shape => nodes[from].outputShape)
    const key = JSON.stringify([description ?? type, inputShapes])
    const join = joins[type]
    const apply =
      description === undefined
        ? join && ((...x: Tensor[]) => ({ y: join(...x), weights: [] }))
        : alone(layerFrom(description))
    const time = known.get(key) ?? (apply ? await secondsOfLayer(backend, apply, inputShapes, batchSize) : 0)
    known.set(key, time)
    seconds.push(time)
  }
  // Other programs slow a measurement, none makes it faster.
  const peak = Math.max(peakBefore, await measurePeak(backend))
  const total = seconds.reduce((sum, each) => sum + each, 0)
  return {
    batchSize,
    backend: backend.name,
    peakFlopsPerSecond: peak,
    peakMethod,
    seconds: total,
    networkSeconds: await secondsOfNetwork(backend, network, inputShape, batchSize),
    boundSeconds: (batchSize * flops) / peak,
    times: layers.map((layer, i) => ({
      seconds: seconds[i],
      boundSeconds: (batchSize * layer.flops) / peak,
      flopsPerSecond: (batchSize * layer.flops) / seconds[i],
      share: seconds[i] / total,
    })),
  }
}
