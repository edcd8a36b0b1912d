/** ONNX files as models. */
import type { Backend } from '../../backends/backend.ts'
import { FormatError, GentleError } from '../../core/errors.ts'
import type { Shape } from '../../core/shape.ts'
import { createModel, type Model } from '../../nn/model.ts'
import { printable } from '../failure.ts'
import type { Known } from './call.ts'
import { type OnnxDescription, onnxLayer } from './layer.ts'
import { dataTypes, type OnnxGraph } from './messages.ts'
import { readGraph } from './read-graph.ts'

/** Tensors up to this many numbers may be shapes, bounds and factors, as well as weights. */
const mostKnown = 16

export interface LoadOnnxOptions {
  /** What to call the file in messages; 'ONNX file' unless given. */
  readonly name?: string
  /** Where the model computes; wasm on all cores unless given. */
  readonly backend?: Backend
}

/**
 * Opens the model of an ONNX file: one input [N, ...] of floats and one output. Weights keep their names, and can be trained further;
 * normalisation uses the statistics of the file.
 * @throws FormatError for a broken file, an operator that is not supported, by its node's name, and sizes that are not fixed.
 */
export async function loadOnnx(
  bytes: Uint8Array,
  { name = 'ONNX file', backend }: LoadOnnxOptions = {},
): Promise<Model> {
  const graph = readGraph(bytes, name)
  const { description, inputShape, weights } = describe(graph, name)
  try {
    return await createModel(onnxLayer(description), inputShape, {
      backend,
      firstValues: (path) => weights.get(path)!,
    })
  } catch (error) {
    if (error instanceof FormatError || !(error instanceof GentleError)) throw error
    throw new FormatError(`${name}: its graph makes no model: ${error.message}`, { cause: error })
  }
}

function describe(
  { nodes, initializers, inputs, outputs }: OnnxGraph,
  name: string,
): { description: OnnxDescription; inputShape: Shape; weights: Map<string, Float32Array> } {
  const fail = (problem: string): never => {
    throw new FormatError(`${name}: ${problem}`)
  }
  const stored = new Set(initializers.map((tensor) => tensor.name))
  const open = inputs.filter((value) => !stored.has(value.name))
  if (open.length !== 1 || outputs.length !== 1)
    fail(`it has ${open.length} inputs and ${outputs.length} outputs; expected one of each`)
  const [input] = open
  if (input.dataType !== dataTypes.float) fail(`its input '${printable(input.name)}' is not of floats`)
  const inputShape = input.shape.slice(1).map((size, i) => {
    if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 1) return size
    return fail(
      `axis ${i + 1} of its input '${printable(input.name)}' has no fixed size; export it for one size of example`,
    )
  })
  const weights = new Map<string, Float32Array>()
  const shapes: Record<string, Shape> = Object.create(null)
  const known: Record<string, Known> = Object.create(null)
  const asNumbers = numbersRead(nodes)
  for (const { name: tensor, shape, data } of initializers) {
    const numbers = !(data instanceof Float32Array) || (asNumbers.has(tensor) && data.length <= mostKnown)
    if (numbers || data.length === 0) known[tensor] = { shape, data: [...data], whole: !(data instanceof Float32Array) }
    else {
      weights.set(tensor, data)
      shapes[tensor] = shape
    }
  }
  const description = { input: input.name, output: outputs[0].name, nodes, weights: shapes, known }
  return { description, inputShape, weights }
}

/** Names of values that some operator reads as numbers: bounds of Clip, factors of Resize, and the like. */
function numbersRead(nodes: OnnxGraph['nodes']): Set<string> {
  const readers: Readonly<Record<string, readonly number[]>> = {
    Clip: [1, 2],
    Resize: [1, 2, 3],
    Upsample: [1],
    Pad: [1, 2],
    Floor: [0],
    Cast: [0],
  }
  return new Set(nodes.flatMap(({ operator, inputs }) => (readers[operator] ?? []).map((i) => inputs[i] ?? '')))
}
