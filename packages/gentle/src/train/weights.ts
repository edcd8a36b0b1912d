/** Models as files: parameters in safetensors, with the model's description in the metadata, so that a file alone can be used. */
import type { Backend } from '../backends/backend.ts'
import { ArgumentError, ClassesError, FormatError, ShapeError, WeightsError } from '../core/errors.ts'
import { checkFields, type Field, type Fields } from '../core/field.ts'
import { matchClasses } from '../core/match-classes.ts'
import { formatShape, type Shape, sameShape } from '../core/shape.ts'
import { printable } from '../formats/failure.ts'
import { fileKind, kindBytes } from '../formats/file-kind.ts'
import {
  type ByteTensor,
  readSafetensors,
  type SafetensorsFile,
  type StoredTensor,
  safetensorsPieces,
} from '../formats/safetensors.ts'
import { sealed, withSeal } from '../formats/seal.ts'
import { topologicalOrder } from '../graph/graph.ts'
import type { Tensor } from '../graph/tensor.ts'
import { inputsLayerFrom, layerFrom } from '../models/layer-from.ts'
import {
  type AnyModel,
  createModel,
  fieldsOfModel,
  type InputsModel,
  inputsOf,
  type Model,
  readWeights,
  traceInputs,
  type WeightValues,
  weightsOf,
  writeWeights,
} from '../nn/model.ts'
import type { InitialValues } from '../nn/scope.ts'
import { differing, missingText, someOf } from './mismatch.ts'
import { type ModelPurpose, purposeMetadata } from './model-purpose.ts'
import { namedAs } from './weight-names.ts'
import { ofBytes, toBytes } from './weights-in-bytes.ts'

const metadataKey = 'gentle.model'

/**
 * A model as bytes of a safetensors file with a checksum; `loadModel`, `loadInputsModel`, `openModel` and `openInputsModel` open it again. Of a network in 8 bits it holds
 * the bytes that weights are rounded to, with which it computes the same; what it would learn further from, a `TrainingState` holds.
 */
export async function saveModel(model: AnyModel, purpose: ModelPurpose = {}): Promise<Uint8Array<ArrayBuffer>> {
  return sealed(pieces(model, toBytes(model, tensorsOf(model, await readWeights(model))), purpose))
}

/** A model's file, of values that it has or had in float32, in pieces that follow each other, with a place for the checksum (`sealPieces`); the values are not copied. */
export const modelPieces = (model: AnyModel, values: WeightValues, purpose: ModelPurpose = {}): Uint8Array[] =>
  pieces(model, tensorsOf(model, values), purpose)

const tensorsOf = (model: AnyModel, values: WeightValues): ReadonlyMap<string, StoredTensor> =>
  new Map(
    [...weightsOf(model)].map(([name, { shape }]) => [name, { shape, dtype: 'float32', data: values.get(name)! }]),
  )

function pieces(
  model: AnyModel,
  tensors: ReadonlyMap<string, StoredTensor | ByteTensor>,
  purpose: ModelPurpose,
): Uint8Array[] {
  const inputs = 'inputs' in model ? { inputs: model.inputs } : { inputShape: model.inputShape }
  const description = { layer: model.layer.description, ...inputs, classes: model.classes }
  const metadata = {
    // Hugging Face's readers refuse files that do not say whose names and layouts they have: these are PyTorch's.
    format: 'pt',
    [metadataKey]: JSON.stringify(description),
    ...purposeMetadata(purpose),
  }
  return safetensorsPieces(tensors, withSeal(metadata))
}

/**
 * Opens a model from a file that `saveModel` wrote.
 * @throws FormatError for a broken file or one without a model's description; WeightsError when the two do not fit together.
 */
export async function loadModel(
  bytes: Uint8Array,
  { name = 'weights', backend }: { name?: string; backend?: Backend } = {},
): Promise<Model> {
  return modelIn(readSafetensors(bytes, name), name, backend)
}

/**
 * As `loadModel`, of a network that takes inputs by their names; of one of your own, `registerInputsLayer` makes its type known before.
 * @throws as `loadModel`, and FormatError for a model that takes one tensor.
 */
export async function loadInputsModel(
  bytes: Uint8Array,
  { name = 'weights', backend }: { name?: string; backend?: Backend } = {},
): Promise<InputsModel> {
  return inputsModelIn(readSafetensors(bytes, name), name, backend)
}

/** As `loadModel`, of a file that is read. */
export async function modelIn({ tensors, metadata }: SafetensorsFile, name: string, backend?: Backend): Promise<Model> {
  const { layer, inputShape, classes } = parseDescription(descriptionText(metadata, name), name)
  const make = (initialValues: InitialValues): Promise<Model> =>
    createModel(layerFrom(layer), inputShape, { classes, backend, initialValues })
  return fromFile(make, ofBytes(tensors, layer, name), name)
}

/** As `loadInputsModel`, of a file that is read. */
export async function inputsModelIn(
  { tensors, metadata }: SafetensorsFile,
  name: string,
  backend?: Backend,
): Promise<InputsModel> {
  const { layer, inputs, classes } = parseJson(descriptionText(metadata, name), name)
  const fields = fieldsFrom(inputs, name)
  const make = (initialValues: InitialValues): Promise<InputsModel> =>
    createModel(inputsLayerFrom(layer), fields, { classes, backend, initialValues })
  return fromFile(make, tensors, name)
}

/** Whether a safetensors file's metadata tells of a model that takes inputs by their names. */
export function describesInputs(metadata: Readonly<Record<string, string>>, name: string): boolean {
  const text = metadata[metadataKey]
  return text !== undefined && parseJson(text, name).inputs !== undefined
}

/** @throws FormatError for a file without a model's description. */
function descriptionText(metadata: Readonly<Record<string, string>>, name: string): string {
  const text = metadata[metadataKey]
  if (text !== undefined) return text
  throw new FormatError(`${name}: its metadata has no '${metadataKey}'; build the network and use loadWeights instead`)
}

/** @throws FormatError for inputs that a file describes wrongly. */
function fieldsFrom(stored: unknown, name: string): Fields {
  const fail = (problem: string, options?: ErrorOptions): never => {
    throw new FormatError(`${name}: the model's description ${problem}`, options)
  }
  if (stored === undefined) return fail('is of a network that takes one tensor; use loadModel instead')
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored))
    return fail(`has the inputs ${JSON.stringify(stored)}; expected fields by their names`)
  for (const [key, field] of Object.entries(stored as Record<string, Partial<Field> | null>)) {
    const { dtype, shape, padding = 0 } = field ?? {}
    const isShape = Array.isArray(shape) && shape.every((n) => Number.isInteger(n) && n >= 1)
    if (!(dtype === 'float32' || dtype === 'int32') || !isShape || typeof padding !== 'number')
      return fail(`has the input ${JSON.stringify(key)}: ${JSON.stringify(field)}; expected a dtype and a shape`)
  }
  try {
    checkFields(stored as Fields, name)
  } catch (cause) {
    return fail(`has inputs that do not go together: ${(cause as Error).message}`, { cause })
  }
  return stored as Fields
}

/** Makes a model that has all of a file's tensors, and no others. */
async function fromFile<M extends AnyModel>(
  make: (initialValues: InitialValues) => Promise<M>,
  tensors: ReadonlyMap<string, StoredTensor>,
  name: string,
): Promise<M> {
  const model = await described(make, tensors, name)
  const unknown = [...tensors.keys()].filter((key) => !weightsOf(model).has(key))
  if (unknown.length > 0)
    throw new WeightsError(`${name} does not fit its own description; not in the model: ${unknown.join(', ')}`)
  return model
}

/** A safetensors file's tensors, of which those that a network in 8 bits has as bytes are weights again. @throws as `ofBytes`; FormatError for a description that is broken. */
export function weightsWithin(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>>,
  name: string,
): ReadonlyMap<string, StoredTensor> {
  const text = metadata[metadataKey]
  return text === undefined ? tensors : ofBytes(tensors, parseJson(text, name).layer, name)
}

/** The names of a model's classes, where a safetensors file's metadata tells them. @throws FormatError for a description that is broken. */
export function classesFrom(metadata: Readonly<Record<string, string>>, name: string): readonly string[] | undefined {
  const text = metadata[metadataKey]
  return text === undefined ? undefined : parseJson(text, name).classes
}

/** A model's description. */
export interface ModelDescription {
  readonly layer: unknown
  /** Of a network that takes one tensor. */
  readonly inputShape?: Shape
  /** Of a network that takes inputs by their names, unchecked. */
  readonly inputs?: unknown
  readonly classes?: readonly string[]
}

/** What a safetensors file's metadata tells of its model; undefined where it tells nothing. @throws FormatError for a description that is broken. */
export function descriptionIn(metadata: Readonly<Record<string, string>>, name: string): ModelDescription | undefined {
  const text = metadata[metadataKey]
  if (text === undefined) return undefined
  const { layer, inputs, classes } = parseJson(text, name)
  return inputs === undefined ? parseDescription(text, name) : { layer, inputs, classes }
}

/** The model described, its parameters from the file. A parameter is checked before it gets memory: files come from anywhere. */
async function described<M extends AnyModel>(
  make: (initialValues: InitialValues) => Promise<M>,
  tensors: ReadonlyMap<string, StoredTensor>,
  name: string,
): Promise<M> {
  const initialValues: InitialValues = (path, shape) => {
    const stored = tensors.get(path)
    if (stored?.dtype !== 'float32' || !sameShape(stored.shape, shape))
      throw new WeightsError(
        `${name} does not fit its own description; ${path} is ${stored === undefined ? 'missing' : formatShape(stored.shape)}, the model has ${formatShape(shape)}`,
      )
    return stored.data as Float32Array
  }
  try {
    return await make(initialValues)
  } catch (error) {
    if (!(error instanceof ArgumentError || error instanceof ShapeError)) throw error
    throw new FormatError(`${name}: its description is not a valid model: ${error.message}`, { cause: error })
  }
}

/**
 * Sets a model's weights from a file of safetensors or of `torch.save`: all of them, each of the same name and shape. What training puts before
 * the names, such as `module.` or `model.`, is taken away. Those that prediction does not depend on, as auxiliary heads, may be missing and then
 * stay as they are; PyTorch's `num_batches_tracked` is passed over.
 * @throws FormatError for a broken file; WeightsError telling what differs, all of it in its `mismatch`, and ClassesError for weights of other classes by
 * their names; then nothing is changed.
 */
export async function loadWeights(model: AnyModel, bytes: Uint8Array, name = 'weights'): Promise<void> {
  const { tensors, classes } = await weightsIn(bytes, name, model)
  const matching = match(model, tensors, name)
  checkComplete(model, matching, `${name} does not fit the model`, '; loadMatching loads what fits and leaves the rest')
  if (matching.unexpected.length > 0)
    throw new WeightsError(
      `${name} does not fit the model; not in the model: ${someOf(matching.unexpected.map(printable))}; loadMatching loads what fits and leaves the rest`,
      matching,
    )
  checkClasses(model, classes, name)
  await assign(model, matching)
}

/** Tensors of a file, and the names of the classes, where it tells them. */
interface StoredWeights {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly classes?: readonly string[]
}

async function weightsIn(bytes: Uint8Array, name: string, model: AnyModel): Promise<StoredWeights> {
  const kind = fileKind(bytes.subarray(0, kindBytes))
  if (kind !== 'zip' && kind !== 'legacyPyTorch') {
    const { tensors, metadata } = readSafetensors(bytes, name)
    return { tensors: weightsWithin(tensors, metadata, name), classes: classesFrom(metadata, name) }
  }
  const { readPyTorch } = await import('../formats/pytorch/pytorch.ts')
  const { tensors, classes } = readPyTorch(bytes, name)
  // Names that stand beside weights may be of anything, unless there are as many.
  return { tensors, classes: classes?.length === model.classes?.length ? classes : undefined }
}

/** @throws ClassesError for weights of other classes than the model's, by their names, or of the same in another order. */
function checkClasses({ classes }: AnyModel, stored: readonly string[] | undefined, name: string): void {
  if (classes === undefined || stored === undefined) return
  const { labels } = matchClasses({ of: 'the model', names: classes }, { of: name, names: stored })
  if (labels !== undefined)
    throw new ClassesError(
      `${name} has the classes of the model in another order; give the model the order of the file`,
    )
}

/**
 * What of a model's weights a file lacks that prediction depends on, and what it has otherwise, is an error.
 * @throws WeightsError that begins with `what`
 */
export function checkComplete(model: AnyModel, matching: NamedMatching, what: string, advice = ''): void {
  const { missing, unexpected, shapeMismatch, tensors } = matching
  const needed = missing.length > 0 ? neededToPredict(model) : new Set<Tensor>()
  const weights = weightsOf(model)
  const missingKeys = missing.filter((key) => needed.has(weights.get(key)!))
  const problems = [
    missingText(missingKeys, weights, unexpected, tensors),
    shapeMismatch.length > 0 ? `other shapes: ${differing(shapeMismatch, weights, tensors)}` : '',
  ].filter((problem) => problem !== '')
  if (problems.length > 0)
    throw new WeightsError(`${what}: ${problems.join('; ')}${advice}`, {
      missing: missingKeys,
      unexpected,
      shapeMismatch,
    })
}

/** How a file's tensors and a model's weights go together, by name. */
export interface Matching {
  /** Weights that were set. */
  readonly loaded: string[]
  /** Weights that the file does not have. */
  readonly missing: string[]
  /** Tensors that the model does not have. */
  readonly unexpected: string[]
  /** Weights that the file has with another shape, or not as floating-point numbers. */
  readonly shapeMismatch: string[]
}

/** The same with the tensors under the model's names. */
export interface NamedMatching extends Matching {
  readonly tensors: ReadonlyMap<string, StoredTensor>
}

/**
 * Sets those of a model's weights that fit, by name and shape, and tells what was and was not loaded: to go on from weights of a network
 * whose head has another number of classes. What training puts before the names, such as `module.` or `model.`, is taken away. The other
 * weights stay as they are; PyTorch's `num_batches_tracked` is passed over. It does not ask what the classes are: of a head with other ones
 * `pretrainedHead` takes what is of the model's.
 * @throws WeightsError where several sets of weights in the file fit alike.
 */
export async function loadMatching(model: AnyModel, tensors: ReadonlyMap<string, StoredTensor>): Promise<Matching> {
  const { tensors: named, ...matching } = match(model, tensors, 'the file')
  await assign(model, { ...matching, tensors: named })
  return matching
}

/** How tensors go together with a model's weights. @throws WeightsError where several sets of them fit alike. */
export function match(model: AnyModel, stored: ReadonlyMap<string, StoredTensor>, name: string): NamedMatching {
  const weights = weightsOf(model)
  const { tensors } = namedAs(weights, stored, name)
  const present = [...weights.keys()].filter((key) => tensors.has(key))
  const fits = (key: string): boolean => {
    const { shape, dtype } = tensors.get(key)!
    return dtype === 'float32' && sameShape(shape, weights.get(key)!.shape)
  }
  return {
    loaded: present.filter(fits),
    missing: [...weights.keys()].filter((key) => !tensors.has(key)),
    unexpected: [...tensors.keys()].filter((key) => !weights.has(key) && !countsSteps(key)),
    shapeMismatch: present.filter((key) => !fits(key)),
    tensors,
  }
}

/** PyTorch's batch norm counts its training steps; its mean and variance do not depend on them unless momentum is None. */
const countsSteps = (key: string): boolean => /(^|\.)num_batches_tracked$/.test(key)

/** The weights that the output depends on: those of auxiliary heads are not among them. */
const neededToPredict = (model: AnyModel): Set<Tensor> =>
  new Set(topologicalOrder([traceInputs(model, inputsOf(fieldsOfModel(model), 1))]))

const assign = (model: AnyModel, { loaded, tensors }: NamedMatching): Promise<void> =>
  writeWeights(model, new Map(loaded.map((key) => [key, tensors.get(key)!.data as Float32Array])))

function parseDescription(text: string, name: string): { layer: unknown; inputShape: Shape; classes?: string[] } {
  const fail = (problem: string): never => {
    throw new FormatError(`${name}: the model's description ${problem}`)
  }
  const { layer, inputShape, inputs, classes } = parseJson(text, name)
  if (inputs !== undefined) return fail('is of a network that takes inputs by their names; use loadInputsModel instead')
  if (!Array.isArray(inputShape) || !inputShape.every((n) => Number.isInteger(n) && n >= 1))
    return fail(`has the input shape ${JSON.stringify(inputShape)}; expected whole numbers of at least 1`)
  return { layer, inputShape, classes }
}

/** A model's description as it stands in a file: an object with a list of names, if any. */
function parseJson(text: string, name: string): Record<string, unknown> & { classes?: string[] } {
  let description: unknown
  try {
    description = JSON.parse(text)
  } catch {
    throw new FormatError(`${name}: the model's description is not JSON`)
  }
  const { classes, ...rest } = (description ?? {}) as Record<string, unknown>
  if (classes !== undefined && !(Array.isArray(classes) && classes.every((label) => typeof label === 'string')))
    throw new FormatError(`${name}: the model's description has class names that are not a list of texts`)
  return { ...rest, classes: classes as string[] | undefined }
}
