/** ONNX files as models. */
import type { Backend } from '../../backends/backend.ts'
import { defaultBackend } from '../../backends/default.ts'
import { ArgumentError, FormatError, GentleError } from '../../core/errors.ts'
import type { Field } from '../../core/field.ts'
import type { Shape } from '../../core/shape.ts'
import { variable } from '../../graph/tensor.ts'
import { createModel, type InputsModel, type Model } from '../../nn/model.ts'
import type { Parameters } from '../../nn/scope.ts'
import { printable } from '../failure.ts'
import { inOrderOf, placeOfOutput } from '../named-ends.ts'
import { arrayOf, knownInput, type OnnxArray, type OnnxFeed } from './arrays.ts'
import { classNamesIn } from './class-names.ts'
import { engineType } from './element-types.ts'
import { onnxInputsLayer, onnxLayer } from './layer.ts'
import { networkOf, type OnnxNetwork, type OnnxPort } from './network.ts'
import { readOnnx } from './read-onnx.ts'
import { Runner } from './run.ts'

export interface LoadOnnxOptions {
  /** What to call the file in messages; 'ONNX file' unless given. */
  readonly name?: string
  /** Where the model computes; wasm on all cores unless given. */
  readonly backend?: Backend
  /** Sizes of axes that the file leaves open, by their names there: `{ height: 48 }`. */
  readonly freeDimensions?: Readonly<Record<string, number>>
}

export interface AsModelOptions {
  /** The output that predictions are; the first unless given. */
  readonly output?: string
}

/** A network of an ONNX file, with its weights. */
export interface OnnxModel {
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly OnnxPort[]
  /** The learned tensors by their names in the file; their present values are with the backend. */
  readonly parameters: Parameters
  /** Statistics that normalisation uses, by their names. */
  readonly state: Parameters
  readonly backend: Backend
  /** Names of the classes that it tells apart, where the file says them. */
  readonly classes?: readonly string[]
  /** What else the file says of itself, its `metadata_props`. */
  readonly metadata: Readonly<Record<string, string>>
  /**
   * Computes the outputs: for inputs of any shapes that fit the file, for each set of them by a program that is compiled at its first run and kept.
   * Floats are computed in 32 bits, also those of 16 and 64; integers of 64 bits in 32, and what does not fit is refused.
   * @param inputs row-major values and their shape by the inputs' names
   * @throws ArgumentError for inputs that do not fit; FormatError for what cannot be computed, naming the node.
   * @example
   * const { y } = await model.run({ x: { data: new Float32Array(6), shape: [2, 3] } })
   */
  run(inputs: Readonly<Record<string, OnnxFeed>>): Promise<Record<string, OnnxArray>>
  /**
   * The same network, with the same weights, as a model for `predict`, `evaluate` and `fit`: one input [N, ...] of floats whose other sizes are fixed
   * (give open ones to `loadOnnx` as `freeDimensions`).
   * @throws FormatError where the network is none of these, naming what stands against it.
   */
  asModel(options?: AsModelOptions): Promise<Model>
  /** As `asModel`, for a network of several inputs [N, ...], by their names. */
  asInputsModel(options?: AsModelOptions): Promise<InputsModel>
  /** Gives back the memory of the programs of `run`; weights stay with the backend. */
  dispose(): void
}

/**
 * Opens the network of an ONNX file: any number of inputs and outputs, of floats, integers and truth values. Weights keep their names, and can be trained further.
 * @throws FormatError for a broken file, a set of operators that is not read, and inputs that are not tensors; ArgumentError for sizes that the file does not leave open.
 */
export async function loadOnnx(
  bytes: Uint8Array,
  { name = 'ONNX file', backend: given, freeDimensions = {} }: LoadOnnxOptions = {},
): Promise<OnnxModel> {
  const file = readOnnx(bytes, name)
  const { network, values } = networkOf(file, name)
  const classes = classNamesIn(file.metadata)
  const bound = bind(network, freeDimensions, name)
  const backend = given ?? (await defaultBackend())
  const [parameters, state]: [Parameters, Parameters] = [new Map(), new Map()]
  for (const [path, weight] of Object.entries(bound.weights))
    (weight.state ? state : parameters).set(path, variable(weight.shape, values.get(path)!, path))
  const runner = new Runner(bound, (path) => (parameters.get(path) ?? state.get(path))!, backend, name)
  const { inputs, outputs } = bound
  const outputNames = outputs.map((port) => port.name)
  const chosen = (output?: string): string => {
    if (outputs.length === 0) throw new FormatError(`${name}: it has no outputs`)
    return outputNames[placeOfOutput(outputNames, output, name)]
  }
  const made = async <M>(create: () => Promise<M>): Promise<M> => {
    try {
      return await create()
    } catch (error) {
      if (error instanceof ArgumentError || !(error instanceof GentleError)) throw error
      if (error.message.startsWith(name) || error.message.startsWith('ONNX ')) throw error
      throw new FormatError(`${name}: its graph is not a valid model: ${error.message}`, { cause: error })
    }
  }
  const weights = { parameters, state, backend }
  return {
    inputs,
    outputs,
    classes,
    metadata: file.metadata,
    ...weights,
    async run(feed) {
      const fed = inOrderOf(inputs, feed, portText, name).map(
        ([port, array]) => [port.name, knownInput(port, array, name)] as const,
      )
      const results = await runner.run(new Map(fed), outputNames)
      return Object.fromEntries(outputNames.map((output, i) => [output, arrayOf(results[i])]))
    },
    async asModel({ output } = {}) {
      const [port, ...others] = inputs
      if (port === undefined || others.length > 0)
        throw new FormatError(`${name}: it has ${inputs.length} inputs; expected one, or use asInputsModel`)
      if (engineType(port.type) !== 'float32')
        throw new FormatError(`${name}: its input '${printable(port.name)}' is of ${port.type}; use asInputsModel`)
      const layer = onnxLayer(bound, chosen(output))
      const model = await made(() => createModel(layer, exampleShape(port, name), weights))
      // Names of a detector's classes are none of its outputs.
      return classes?.length === model.outputShape.at(0) ? { ...model, classes } : model
    },
    async asInputsModel({ output } = {}) {
      const fields = inputs.map((port): [string, Field] => [
        port.name,
        { dtype: engineType(port.type), shape: exampleShape(port, name) },
      ])
      return made(() => createModel(onnxInputsLayer(bound, chosen(output)), Object.fromEntries(fields), weights))
    },
    dispose: () => runner.dispose(),
  }
}

const portText = ({ type, shape }: OnnxPort): string =>
  `${type}${shape === undefined ? '' : ` [${shape.map((n) => n || '?').join(', ')}]`}`

/** The shape of one example of an input [N, ...]. */
function exampleShape({ name: of, shape }: OnnxPort, name: string): Shape {
  if (shape === undefined || shape.length === 0)
    throw new FormatError(`${name}: its input '${printable(of)}' has no batch axis; use run`)
  return shape.slice(1).map((size, i) => {
    if (typeof size === 'number') return size
    throw new FormatError(
      `${name}: axis ${i + 1} of its input '${printable(of)}' is dynamic; give its size in freeDimensions, as ${size || `${of}.${i + 1}`}`,
    )
  })
}

/** The network with sizes for axes that it leaves open: those without a name are called `input.axis`. */
function bind(network: OnnxNetwork, freeDimensions: Readonly<Record<string, number>>, name: string): OnnxNetwork {
  const used = new Set<string>()
  const open = new Set<string>()
  const inputs = network.inputs.map((port) => ({
    ...port,
    shape: port.shape?.map((size, axis) => {
      if (typeof size === 'number' && size >= 1) return size
      const axisName = typeof size === 'string' && size !== '' ? size : `${port.name}.${axis}`
      open.add(axisName)
      if (!Object.hasOwn(freeDimensions, axisName)) return typeof size === 'string' ? size : ''
      const given = freeDimensions[axisName]
      if (!Number.isSafeInteger(given) || given < 1)
        throw new ArgumentError(`${name}: size ${axisName} is ${given}; expected a whole number of at least 1`)
      used.add(axisName)
      return given
    }),
  }))
  for (const key of Object.keys(freeDimensions))
    if (!used.has(key))
      throw new ArgumentError(
        `${name}: it has no dynamic axis '${printable(key)}'; ${open.size === 0 ? 'all axes are fixed' : `choose from ${[...open].join(', ')}`}`,
      )
  return { ...network, inputs }
}
