/** Networks as their layers are listed: of the library by name, or of the builder. Nothing is computed, and no memory is taken for weights. */
import {
  AvgPool2d,
  BatchNorm,
  Conv2d,
  DepthwiseConv2d,
  Dropout,
  Flatten,
  GlobalAvgPool2d,
  type Layer,
  Linear,
  MaxPool2d,
  ReLU,
  Residual,
  Sequential,
  type Shape,
  ShapeError,
  Sigmoid,
  Tanh,
} from 'gentle-dl'
import {
  type InputsNetworkSummary,
  inputsNetworkGraph,
  type NetworkGraph,
  type NetworkSummary,
  networkGraph,
  summarize,
  summarizeInputs,
} from 'gentle-dl/inspect'
import { gnmt, networks, onSpectrograms, speechNetwork, speechNetworks } from 'gentle-dl/models'
import type { BuilderLayer, KindName } from './layers.ts'
import type { NetworkName } from './names.ts'

/** What a network is, and what it costs. */
export interface Examined {
  readonly graph: NetworkGraph
  readonly summary: NetworkSummary | InputsNetworkSummary
}

/** Ten seconds of speech, a spectrum every 10 ms: of 40 filters for the small network, of 161 frequencies for the paper's. */
const frames = 1000
const features = (name: string): number => (name === 'deepspeech_large' ? 161 : 40)

/** Sentences of some 30 word pieces. */
const pieces = { dtype: 'int32', shape: [], sequence: 30 } as const

/** A network of the lecture, at the size that was published. */
export function examineNamed(name: NetworkName, batchSize: number): Examined {
  if (name === 'gnmt') {
    const network = gnmt({ sourceTokens: 32_000, targetTokens: 32_000, units: 1024, layers: 8 })
    const inputs = { source: pieces, previous: pieces }
    return { graph: inputsNetworkGraph(network, inputs), summary: summarizeInputs(network, inputs, { batchSize }) }
  }
  const { layer, inputShape } = namedLayer(name)
  return examineLayer(layer, inputShape, batchSize)
}

/** A network of the lecture that takes one tensor. */
export function namedLayer(name: Exclude<NetworkName, 'gnmt'>): { readonly layer: Layer; readonly inputShape: Shape } {
  if (Object.hasOwn(speechNetworks, name))
    return { layer: onSpectrograms(speechNetwork(name, { symbols: 29 })), inputShape: [frames, features(name)] }
  const { build, inputShape } = networks[name]
  return { layer: build({}), inputShape }
}

export const examineLayer = (layer: Layer, inputShape: Shape, batchSize: number): Examined => ({
  graph: networkGraph(layer, inputShape),
  summary: summarize(layer, inputShape, { batchSize }),
})

/** A block of two 3 × 3 convolutions; where it changes the shape, a 1 × 1 convolution stands in the shortcut (He et al., 2015, option B). */
function block(channels: number, stride: number, before: number): Layer {
  const body = Sequential({
    conv1: Conv2d(channels, 3, { stride, padding: 1, bias: false }),
    bn1: BatchNorm(),
    relu: ReLU(),
    conv2: Conv2d(channels, 3, { padding: 1, bias: false }),
    bn2: BatchNorm(),
  })
  const shortcut =
    stride === 1 && channels === before
      ? undefined
      : Sequential(Conv2d(channels, 1, { stride, bias: false }), BatchNorm())
  return Residual(body, { shortcut, activation: ReLU() })
}

/** The engine's layer for one of the builder, on what comes in. */
const make: Readonly<Record<KindName, (values: readonly number[], inputShape: Shape) => Layer>> = {
  conv: ([channels, kernel, stride, padding]) => Conv2d(channels, kernel, { stride, padding }),
  depthwise: ([kernel, stride, padding]) => DepthwiseConv2d(kernel, { stride, padding }),
  residual: ([channels, stride], [before]) => block(channels, stride, before),
  norm: () => BatchNorm(),
  relu: () => ReLU(),
  tanh: () => Tanh(),
  sigmoid: () => Sigmoid(),
  maxpool: ([size, stride]) => MaxPool2d(size, { stride }),
  avgpool: ([size, stride]) => AvgPool2d(size, { stride }),
  globalavg: () => GlobalAvgPool2d(),
  dropout: ([percent]) => Dropout(percent / 100),
  flatten: () => Flatten(),
  linear: ([units]) => Linear(units),
}

/** What a layer of the builder comes to; none of it where a layer before does not fit. */
export interface BuiltRow {
  readonly outputShape?: Shape
  readonly parameters?: number
  readonly macs?: number
  /** Why it does not fit what comes in. */
  readonly problem?: string
}

export interface Built {
  readonly rows: readonly BuiltRow[]
  /** The network; undefined where a layer does not fit, or there is none. */
  readonly layer?: Layer
}

/** The builder's layers, one after another, up to the first that does not fit. */
export function build(layers: readonly BuilderLayer[], inputShape: Shape): Built {
  const rows: BuiltRow[] = []
  const made: Layer[] = []
  let shape = inputShape
  for (const { kind, values } of layers) {
    if (made.length < rows.length) {
      rows.push({})
      continue
    }
    const layer = make[kind](values, shape)
    try {
      const { layers, parameters, macs } = summarize(layer, shape)
      shape = layers.at(-1)!.outputShape
      rows.push({ outputShape: shape, parameters, macs })
      made.push(layer)
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error
      rows.push({ problem: error.message })
    }
  }
  return { rows, ...(made.length === layers.length && made.length > 0 ? { layer: Sequential(...made) } : {}) }
}
