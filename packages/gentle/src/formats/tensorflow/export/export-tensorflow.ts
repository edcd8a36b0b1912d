/** Networks as TensorFlow.js has them: a graph of Keras' layers, with channels last. */
import { FormatError } from '../../../core/errors.ts'
import type { Shape } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { type Model, readWeights } from '../../../nn/model.ts'
import { type Part, partsOfOutput, takeApart } from '../../../nn/parts.ts'
import { layers } from './keras-layers.ts'
import { KerasWriter, type Written } from './keras-writer.ts'
import { type Convert, PartContext } from './part-context.ts'

/** The files of a model of TensorFlow.js, by their names. */
export interface TensorflowFiles {
  /** The network, as JSON. */
  readonly 'model.json': Uint8Array<ArrayBuffer>
  /** Its weights, little-endian floats. */
  readonly 'weights.bin': Uint8Array<ArrayBuffer>
}

/**
 * A model as TensorFlow.js' `loadLayersModel` reads it: one of Keras' layers for each layer, or a few. Pictures go in and come out with channels last,
 * [N, H, W, C]; all else is as it is here. Batch norm stays a layer, so the network can be trained further there. Names of classes are in
 * `getUserDefinedMetadata().classes`.
 * @throws FormatError naming a layer that Keras' layers in TensorFlow.js cannot express.
 */
export async function exportTensorflow(model: Model): Promise<TensorflowFiles> {
  if ('inputs' in model)
    throw new FormatError(
      'exportTensorflow: the network takes inputs by their names; expected one that takes one tensor',
    )
  const { layer, inputShape, classes } = model
  const parted = takeApart(layer, inputShape, { batchSize: 1, training: false })
  const parts = partsOfOutput(parted)
  const weights = await readWeights(model)
  const writer = new KerasWriter()
  const known = new Map<Tensor, Written>([[parted.inputs[0], inputOf(writer, inputShape, parts, parted.inputs[0])]])
  for (const part of parts) {
    const { type, output } = part
    const context = new PartContext(part, known, writer, weights)
    const convert = Object.hasOwn(layers, type) ? layers[type] : without
    known.set(output, { ...convert(context), shape: output.shape.slice(1) })
  }
  const output = known.get(parted.output)
  if (output === undefined)
    throw new FormatError(
      'exportTensorflow: the network computes its output outside of its layers; expected layers alone',
    )
  const last = output.layout.kind === 'flattened' ? writer.channelsFirst(output) : writer.channelsLast(output)
  const { topology, manifest, bytes } = writer.finish(layer.description.type, last.layer)
  const json = {
    format: 'layers-model',
    generatedBy: 'gentle-dl',
    convertedBy: null,
    modelTopology: topology,
    weightsManifest: [{ paths: ['weights.bin'], weights: manifest }],
    ...(classes && { userDefinedMetadata: { classes } }),
  }
  return { 'model.json': new TextEncoder().encode(JSON.stringify(json)), 'weights.bin': bytes }
}

const without: Convert = (part) => part.fail("has no equivalent among TensorFlow.js' layers")

/** Pictures [C, H, W], and sequences [C, L] that are convolved or pooled, come with channels last. */
function inputOf(writer: KerasWriter, shape: Shape, parts: readonly Part[], x: Tensor): Written {
  const isSequence = parts.some(({ type, inputs }) => type.endsWith('1d') && inputs.includes(x))
  const turned = shape.length === 3 || (shape.length === 2 && isSequence)
  return {
    layer: writer.input(turned ? [...shape.slice(1), shape[0]] : shape),
    shape,
    layout: { kind: turned ? 'channelsLast' : 'same' },
    nonNegative: false,
  }
}
