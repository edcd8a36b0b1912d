/** What a network consists of and what it costs, layer by layer, from its trace alone. */
import { gradients } from '../autodiff/gradients.ts'
import { bytesPerElement } from '../core/dtype.ts'
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { checkFields, type Fields } from '../core/field.ts'
import { type Shape, sizeOf } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { add, mul } from '../ops/elementwise.ts'
import { sum } from '../ops/reduce.ts'
import { activationMemory } from './activation-memory.ts'
import type { InputsLayer } from './inputs-layer.ts'
import { checkCount, checkOptions, type Layer } from './layer.ts'
import {
  multiplyAddsOf,
  type PartedNetwork,
  parametersOf,
  partsOfOutput,
  type TakeApartOptions,
  takeApart,
  takeInputsApart,
} from './parts.ts'

export interface LayerSummary {
  /** Path of the layer within the network, as its parameters are named; of the block, for an `add` or `concat` of its branches. */
  readonly name: string
  readonly type: string
  /** Of one example. */
  readonly outputShape: Shape
  readonly parameters: number
  /** Multiply-adds of convolutions and matrix products for one example. */
  readonly macs: number
  /** 2 macs. */
  readonly flops: number
  /** The most bytes of activations that live at one moment while it predicts for a batch; 0 where it only passes values on. */
  readonly inferenceBytes: number
  /** Bytes of activations that it leaves in training for the way back, for a batch; null where the network's are. */
  readonly trainingBytes: number | null
}

export interface NetworkSummary {
  readonly inputShape: Shape
  /** What predicting needs: auxiliary heads apart. */
  readonly parameters: number
  /** Of heads that only training has. */
  readonly auxiliaryParameters: number
  readonly macs: number
  /** 2 macs: the field mixes the two up. */
  readonly flops: number
  /** Bytes of the outputs of all layers for one example, in float32. */
  readonly activationBytes: number
  /** Examples of the batch for which memory is given. */
  readonly batchSize: number
  /** The most bytes of activations that live at one moment of predicting for a batch, in float32; weights come on top. */
  readonly inferenceBytes: number
  /**
   * The most bytes of activations and their gradients that live at one moment of a step of training on a batch, auxiliary heads included;
   * weights, their gradients and the optimizer's state come on top. null for a batch that is too small to train on, which batch norm on
   * one value a channel refuses.
   */
  readonly trainingBytes: number | null
  /** What predicting goes through, in order: layers without layers within, and sums and concatenations of branches. */
  readonly layers: readonly LayerSummary[]
}

export interface SummaryOptions {
  /** Examples of the batch for which memory is counted; 1 unless given. */
  readonly batchSize?: number
}

/** The summary of a network that takes inputs by their names. */
export interface InputsNetworkSummary extends Omit<NetworkSummary, 'inputShape'> {
  readonly inputs: Fields
}

type TakenApart = (options: TakeApartOptions) => PartedNetwork

/**
 * Summarises a network for one example of a shape; nothing is computed, and no memory is taken for its weights.
 * @throws ShapeError naming the layer that the shape does not fit; ArgumentError for a batch size that is not a whole number of at least 1.
 */
export function summarize(network: Layer, inputShape: Shape, options: SummaryOptions = {}): NetworkSummary {
  return { inputShape, ...summaryOf((how) => takeApart(network, inputShape, how), options, 'summarize') }
}

/**
 * Summarises a network that takes inputs by their names, such as those of speech and translation, for one example whose sequences are as long as the
 * longest of their fields. What it computes outside of layers, such as a loop of its own, is a row with its own type.
 *
 * @example
 * ```ts
 * const tokens = (length: number) => ({ dtype: 'int32', shape: [], sequence: length }) as const
 * summarizeInputs(gnmt({ sourceTokens: 8000, targetTokens: 8000 }), { source: tokens(30), previous: tokens(30) }).macs
 * ```
 * @throws ShapeError naming the layer that the inputs do not fit; ArgumentError for fields or a batch size out of range.
 */
export function summarizeInputs(
  network: InputsLayer,
  inputs: Fields,
  options: SummaryOptions = {},
): InputsNetworkSummary {
  checkFields(inputs, 'summarizeInputs')
  return { inputs, ...summaryOf((how) => takeInputsApart(network, inputs, how), options, 'summarizeInputs') }
}

function summaryOf(takenApart: TakenApart, options: SummaryOptions, where: string): Omit<NetworkSummary, 'inputShape'> {
  checkOptions(options, ['batchSize'], where)
  const { batchSize = 1 } = options
  checkCount(batchSize, `${where}: batchSize`)
  const parted = takenApart({ batchSize, training: false })
  const { parameters } = parted
  const inference = activationMemory(parted.output)
  const training = trainingMemory(takenApart, batchSize)
  const layers = partsOfOutput(parted).map((part): LayerSummary => {
    const { name, type, nodes, output } = part
    const macs = multiplyAddsOf(part) / batchSize
    return {
      name,
      type,
      outputShape: output.shape.slice(1),
      parameters: parametersOf(part, parameters),
      macs,
      flops: 2 * macs,
      inferenceBytes: inference.whileComputing(nodes),
      trainingBytes: training === undefined ? null : (training.kept.get(`${type} ${name}`) ?? 0),
    }
  })
  const total = (of: (layer: LayerSummary) => number): number => layers.reduce((sum, layer) => sum + of(layer), 0)
  const needed = total((layer) => layer.parameters)
  const macs = total((layer) => layer.macs)
  return {
    parameters: needed,
    auxiliaryParameters: [...parameters.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0) - needed,
    macs,
    flops: 2 * macs,
    activationBytes: total(({ outputShape }) => bytesPerElement * sizeOf(outputShape)),
    batchSize,
    inferenceBytes: inference.peak,
    trainingBytes: training?.peak ?? null,
    layers,
  }
}

/** Of a step: its peak, and what each part keeps, by its type and name. */
interface TrainingMemory {
  readonly peak: number
  readonly kept: ReadonlyMap<string, number>
}

/** Undefined where the batch is too small to train on, or the network is none to train, such as batch norm in 8 bits. */
function trainingMemory(takenApart: TakenApart, batchSize: number): TrainingMemory | undefined {
  let parted: PartedNetwork
  try {
    parted = takenApart({ batchSize, training: true })
  } catch (error) {
    if (error instanceof ShapeError || error instanceof ArgumentError) return undefined
    throw error
  }
  // Squares stand for the loss: their gradient depends on the output, as every loss's does.
  const loss = [parted.output, ...parted.auxiliary].map((y): Tensor => sum(mul(y, y))).reduce((a, b) => add(a, b))
  const memory = activationMemory(loss, gradients(loss, [...parted.parameters.values()]))
  const kept = parted.parts.map(({ type, name, nodes }) => [`${type} ${name}`, memory.readAfter(loss, nodes)] as const)
  return { peak: memory.peak, kept: new Map(kept) }
}
