/** A network of TensorFlow's family, as its file means it, and as models of ours. */
import type { Backend, Program } from '../../backends/backend.ts'
import { defaultBackend } from '../../backends/default.ts'
import type { DType } from '../../core/dtype.ts'
import { ArgumentError, FormatError, GentleError } from '../../core/errors.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { formatShape, type Shape, sizeOf } from '../../core/shape.ts'
import { topologicalOrder } from '../../graph/graph.ts'
import { input, type Tensor, Variable, variable } from '../../graph/tensor.ts'
import type { InputsLayer } from '../../nn/inputs-layer.ts'
import type { Layer } from '../../nn/layer.ts'
import { createModel, type InputsModel, type Model } from '../../nn/model.ts'
import { type Parameters, Scope } from '../../nn/scope.ts'
import type { StoredTensor } from '../elements.ts'
import { printable } from '../failure.ts'
import { inOrderOf, placeOfOutput } from '../named-ends.ts'
import { RecentPrograms } from '../recent-programs.ts'
import { givenBy, meantBy, Placed } from './placed.ts'

/** An input as the file tells it. */
export interface TensorflowInput {
  readonly name: string
  /** Without the batch, channels last; sizes that are open are null. */
  readonly shape: readonly (number | null)[]
  readonly dtype: DType
  /** How many examples it is for, where it is for no other number. */
  readonly batch?: number
}

/** How a picture comes to a network: a byte b as b scale - mean. */
export interface PixelScale {
  readonly scale: number
  readonly mean: number
  /** Stretched to the network's size, as Keras reads folders of pictures, or cut from the middle, as Teachable Machine does. */
  readonly fit: 'stretch' | 'crop'
}

/** What a file holds: a function of tensors, and its weights. */
export interface TensorflowNetwork {
  readonly inputs: readonly TensorflowInput[]
  /** Their names. */
  readonly outputs: readonly string[]
  /** By their path within the network. */
  readonly weights: ReadonlyMap<string, StoredTensor>
  /** Whether a weight is kept and not learned, such as a moving mean. */
  readonly isState: (path: string) => boolean
  /** Whether images lie as PyTorch's in the file, too. */
  readonly channelsFirst: boolean
  /** Where the network says it itself: it begins with a layer that rescales bytes. */
  readonly pixels?: PixelScale
  /** Traces it, in the order of its inputs and outputs. */
  readonly trace: (inputs: readonly Placed[], scope: Scope) => readonly Placed[]
  /** The layer of the one input and of this output; images come channels first, and leave so. */
  readonly layer: (output: number) => Layer
}

export interface LoadTensorflowOptions {
  /** What to call the file in messages; `model.json` or the like unless given. */
  readonly name?: string
  /** Where the model computes; wasm on all cores unless given. */
  readonly backend?: Backend
}

export interface AsTensorflowModelOptions {
  /** The output that predictions are; the first unless given. */
  readonly output?: string
  /** Shape of one example as the library has it, a picture's channels first, for a file that leaves sizes open. */
  readonly inputShape?: Shape
}

/** A network with its weights. */
export interface TensorflowModel {
  readonly inputs: readonly TensorflowInput[]
  /** Names of the outputs. */
  readonly outputs: readonly string[]
  /** Names of the classes, where the file has them. */
  readonly classes?: readonly string[]
  /** How a picture has to come to it, where the file says so. */
  readonly pixels?: PixelScale
  /** The learned tensors by their names in the file; their present values are with the backend. */
  readonly parameters: Parameters
  /** Statistics that normalisation uses, by their names. */
  readonly state: Parameters
  readonly backend: Backend
  /**
   * The outputs by their names for inputs by their names, [N, ...] each, as the file means them: a picture's channels last. Sizes that the
   * file leaves open are those of the inputs; for each set of shapes a program is compiled at its first run and kept.
   * @throws ArgumentError for inputs that are missing, unknown, or of another shape or type; FormatError for what cannot be computed.
   * @example
   * const { dense } = await model.run({ input: { data: pixels, shape: [1, 224, 224, 3], dtype: 'float32' } })
   */
  run(inputs: Readonly<Record<string, NDArray>>): Promise<Record<string, NDArray>>
  /**
   * The same network, with the same weights, as a model for `predict`, `evaluate` and `fit`: one input [N, ...] of floats. A picture is
   * [C, H, W] to it, as everywhere in the library, where the file has [H, W, C], and so is an output of three axes; all else is as in the file.
   * @throws FormatError for several inputs, whole numbers, and sizes that are open; ArgumentError for an output that there is not.
   */
  asModel(options?: AsTensorflowModelOptions): Promise<Model>
  /** As `asModel`, for a network of several inputs, or of whole numbers, by their names. */
  asInputsModel(options?: Pick<AsTensorflowModelOptions, 'output'>): Promise<InputsModel>
  /** Gives back the memory of the programs of `run`; weights stay with the backend. */
  dispose(): void
}

/** The order of a picture's axes in the library, of those in the file. */
const channelsFirst = <Size>([height, width, channels]: readonly Size[]): Size[] => [channels, height, width]

const sizesText = (sizes: readonly (number | null)[]): string => sizes.map((size) => size ?? 'any').join(', ')

/** What a file beside the network says of it. */
export interface TensorflowMetadata {
  readonly classes?: readonly string[]
  readonly pixels?: PixelScale
}

/** Makes a network's model, and traces it once where its shapes are known, so that what is wrong with it is reported when it is opened. */
export async function openTensorflowModel(
  network: TensorflowNetwork,
  options: LoadTensorflowOptions,
  name: string,
  { classes, pixels = network.pixels }: TensorflowMetadata = {},
): Promise<TensorflowModel> {
  const backend = options.backend ?? (await defaultBackend())
  const { inputs, outputs, weights } = network
  const [parameters, state]: [Parameters, Parameters] = [new Map(), new Map()]
  for (const [path, { shape, data }] of weights)
    (network.isState(path) ? state : parameters).set(path, variable(shape, data, path))
  const scope = (): Scope => new Scope({ parameters, state, seed: 0, training: false })
  /** What goes wrong in a stranger's network is the file's fault. */
  const named = <Result>(trace: () => Result): Result => {
    try {
      return trace()
    } catch (error) {
      if (!(error instanceof GentleError)) throw error
      throw new FormatError(`${name}: ${error.message}`, { cause: error })
    }
  }
  const traced = (shapes: readonly Shape[]) => {
    const tensors = inputs.map(({ dtype }, i) => input(shapes[i], dtype))
    const results = named(() => network.trace(tensors.map(Placed.written), scope()))
    return { tensors, results: results.map((y) => y.written) }
  }
  if (inputs.every(({ shape }) => !shape.includes(null)))
    traced(inputs.map(({ shape, batch = 1 }) => [batch, ...(shape as Shape)]))
  const programs = new RecentPrograms<{ readonly program: Program }>()
  const chosen = (output?: string): number => placeOfOutput(outputs, output, name)
  const isPicture = (shape: readonly unknown[]): boolean => shape.length === 3 && !network.channelsFirst
  const made = async <Made>(create: () => Promise<Made>): Promise<Made> => {
    try {
      return await create()
    } catch (error) {
      if (!(error instanceof GentleError) || error.message.startsWith(name)) throw error
      throw new FormatError(`${name}: ${error.message}`, { cause: error })
    }
  }
  return {
    inputs,
    outputs,
    ...(classes === undefined ? {} : { classes }),
    ...(pixels === undefined ? {} : { pixels }),
    parameters,
    state,
    backend,
    async run(given) {
      const arrays = inOrderOf(inputs, given, expectedBy, name).map(([port, array]) => checked(port, array, name))
      const shapes = arrays.map(({ shape }) => shape)
      const results = await programs.inTurn(async () => {
        const { program } = await programs.at(JSON.stringify(shapes), async () => {
          const { tensors, results } = traced(shapes)
          const graph = {
            inputs: Object.fromEntries(tensors.entries()),
            outputs: Object.fromEntries(results.entries()),
          }
          return { program: await backend.compile(graph) }
        })
        return program.run(Object.fromEntries(arrays.map(({ data }, i) => [i, data])))
      })
      return Object.fromEntries(outputs.map((output, i) => [output, results[i]]))
    },
    asModel: ({ output, inputShape } = {}) =>
      made(async () => {
        const index = chosen(output)
        const [only, ...others] = inputs
        if (others.length > 0)
          throw new FormatError(
            `it has inputs ${inputs.map((each) => printable(each.name)).join(', ')}; expected one, or use asInputsModel`,
          )
        if (only.dtype !== 'float32')
          throw new FormatError(`its input '${printable(only.name)}' is of whole numbers; use asInputsModel`)
        const shape = isPicture(only.shape) ? channelsFirst(only.shape) : only.shape
        const layer = network.layer(index)
        const bound = boundShape(shape, inputShape, only.name)
        const needed = variablesOf(layer.apply(input([1, ...bound]), scope()))
        return createModel(layer, bound, {
          parameters: those(parameters, needed),
          state: those(state, needed),
          backend,
          classes,
        })
      }),
    asInputsModel: ({ output } = {}) =>
      made(async () => {
        const index = chosen(output)
        const fields = inputs.map(({ name: of, shape, dtype }) => {
          const bound = boundShape(shape, undefined, of)
          return [of, { dtype, shape: isPicture(shape) ? channelsFirst(bound) : bound }] as const
        })
        const layer = inputsLayer(network, index)
        return createModel(layer, Object.fromEntries(fields), { parameters, state, backend, classes })
      }),
    dispose: () => programs.dispose(),
  }
}

/** The variables that a tensor depends on. */
const variablesOf = (x: Tensor): Set<Tensor> =>
  new Set(topologicalOrder([x]).filter((node) => node instanceof Variable))

const those = (all: Parameters, needed: ReadonlySet<Tensor>): Parameters =>
  new Map([...all].filter(([, each]) => needed.has(each)))

/** The shape of an example, of which the file may leave sizes open. */
function boundShape(shape: readonly (number | null)[], given: Shape | undefined, name: string): Shape {
  if (given !== undefined) {
    if (given.length === shape.length && shape.every((size, i) => size === null || size === given[i])) return given
    throw new ArgumentError(`inputShape is ${formatShape(given)}; expected [${sizesText(shape)}]`)
  }
  if (!shape.includes(null)) return shape as Shape
  throw new FormatError(`its input '${printable(name)}' leaves sizes open, [${sizesText(shape)}]; give inputShape`)
}

/** The network of several inputs, and of one output; images come channels first, and leave so. */
function inputsLayer({ inputs, channelsFirst: asInLibrary, trace }: TensorflowNetwork, output: number): InputsLayer {
  return {
    description: { type: 'tensorflowInputs' },
    applyInputs(given, scope) {
      const tensors = inputs.map(({ name }) => given[name])
      const results = trace(
        tensors.map((x) => meantBy(x, asInLibrary)),
        scope,
      )
      return givenBy(results[output], asInLibrary, tensors[0].shape[0])
    },
  }
}

const expectedBy = ({ shape, dtype, batch }: TensorflowInput): string =>
  `[${batch ?? 'N'}, ${sizesText(shape)}] of ${dtype}`

/** What is handed in for an input. @throws ArgumentError unless it is an array of the input's type and shape. */
function checked(port: TensorflowInput, array: NDArray, file: string): NDArray {
  const { name, shape, dtype, batch } = port
  const where = `${file}: input '${printable(name)}'`
  if (!Array.isArray(array.shape) || !ArrayBuffer.isView(array.data))
    throw new ArgumentError(`${where} is not an array { data, shape, dtype }; expected ${expectedBy(port)}`)
  const [examples, ...sizes] = array.shape
  const fits =
    examples >= 1 &&
    (batch ?? examples) === examples &&
    sizes.length === shape.length &&
    shape.every((size, i) => size === null || size === sizes[i])
  if (!fits || array.dtype !== dtype || array.data.length !== sizeOf(array.shape))
    throw new ArgumentError(
      `${where} is ${formatShape(array.shape)} of ${array.dtype}, ${array.data.length} values; expected ${expectedBy(port)}`,
    )
  const other = dtype === 'int32' ? array.data.find((x) => x !== (x | 0)) : undefined
  if (other !== undefined) throw new ArgumentError(`${where} holds ${other}; expected whole numbers of 32 bits`)
  return array
}
