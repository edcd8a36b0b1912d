/** A trained model from where it is kept: a folder of a training, or a file that describes its model. */
import type { Backend } from '../backends/backend.ts'
import { openDefaultBackend } from '../backends/default.ts'
import { ArgumentError, DataError, FormatError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { sameShape } from '../core/shape.ts'
import { inNode } from '../data/node.ts'
import type { Hdf5Source } from '../formats/hdf5.ts'
import { readSafetensors, type StoredTensor } from '../formats/safetensors.ts'
import type { InputsModel, Model } from '../nn/model.ts'
import type { InitialValues } from '../nn/scope.ts'
import type { Background } from '../vision/background.ts'
import type { Preprocessing } from '../vision/preprocessing.ts'
import { type ModelTask, outputClasses } from '../vision/tasks/task-names.ts'
import type { ModelCard } from './model-card.ts'
import { inputsPurposeFrom, type ModelColumns, purposeFrom, tellsTask } from './model-purpose.ts'
import { describesInputs, inputsModelIn, modelIn } from './weights.ts'
import { bytesOf, type FilePlace, nameOf, openOnnx, withFile } from './weights-file.ts'

/** A model, and what is known about its use. */
export interface OpenedModel {
  readonly model: Model
  /** How pictures are preprocessed for the model, if known. */
  readonly preprocessing?: Preprocessing
  /** What it was trained for. */
  readonly task: ModelTask
  /** Of a model of rows of a table: what its columns are called, where the file tells. */
  readonly columns?: ModelColumns
  /** How bright the training pictures are at their edges, where the file tells. */
  readonly background?: Background
  /** Where it comes from, and how good it is, where the file tells. */
  readonly card?: ModelCard
  /** Set if another program wrote the file, which may not say what its outputs mean. */
  readonly foreign?: true
}

/** A model that takes inputs by their names, and what is known of how it is used. */
export interface OpenedInputsModel {
  readonly model: InputsModel
  /** What it was trained for, such as `transcribe`, where the file tells. */
  readonly task?: string
  /** How what it is asked becomes numbers, and its numbers an answer, as the file tells it: see `ModelPurpose`. Unchecked. */
  readonly encoding?: unknown
  /** Where it comes from, and how good it is, where the file tells. */
  readonly card?: ModelCard
}

export interface OpenOptions {
  /** The default backend unless given. */
  readonly backend?: Backend
  /** Sizes of the dynamic axes of an ONNX file, by name: `{ height: 48 }`. */
  readonly freeDimensions?: Readonly<Record<string, number>>
  /** The package h5wasm, for files of Keras: `() => import('h5wasm')`, or what that gives; Node finds an installed one itself. */
  readonly hdf5?: Hdf5Source
}

/** A folder's file of weights, the best where there are, or the place itself where it is a file; undefined where there is none. */
function weightsFileOf(place: FilePlace): FilePlace | undefined {
  if (typeof place !== 'string' || !inNode() || /^https?:/.test(place)) return place
  const { statSync } = process.getBuiltinModule('node:fs')
  const { join } = process.getBuiltinModule('node:path')
  const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true
  return [...['best', 'last'].map((which) => join(place, 'weights', `${which}.safetensors`)), place].find(isFile)
}

/**
 * Opens a model from a file: one that `saveModel` wrote, ONNX, a `model.json` of TensorFlow.js with its weights beside it, Keras' `.keras` and `.h5`, or
 * Teachable Machine's zip archive; or from the folder of a training: its best weights.
 * @param place a path in Node, else an address; or the file's name and bytes, such as of one that was dropped on a page; a `model.json`, whose weights
 * lie beside it, is refused then
 * @throws DataError where there is none; ArgumentError for a file of weights alone; FormatError for a broken file; WeightsError for one that does
 * not fit its own description.
 */
export async function openModel(place: FilePlace, options: OpenOptions = {}): Promise<OpenedModel> {
  const opened = await openAnyModel(place, options)
  if (!('inputs' in opened.model)) return opened as OpenedModel
  throw new ArgumentError(
    `${nameOf(place)} is a model that takes inputs by their names${opened.task === undefined ? '' : `, to ${opened.task}`}; use openInputsModel instead`,
  )
}

/**
 * Opens a model that takes inputs by their names, of a file that `saveModel` wrote, or of the folder of a training; of a network of your own,
 * `registerInputsLayer` makes its type known before.
 * @param place a path in Node, else an address; or the file's name and bytes
 * @throws as `openModel`, and ArgumentError for a model that takes one tensor.
 */
export async function openInputsModel(
  place: FilePlace,
  options: Omit<OpenOptions, 'sizes'> = {},
): Promise<OpenedInputsModel> {
  const opened = await openAnyModel(place, options)
  if ('inputs' in opened.model) return opened as OpenedInputsModel
  throw new ArgumentError(`${nameOf(place)} is a model that takes one tensor; use openModel instead`)
}

/** Opens a model of either kind; see `openModel` and `openInputsModel`. */
export async function openAnyModel(
  place: FilePlace,
  options: OpenOptions = {},
): Promise<OpenedModel | OpenedInputsModel> {
  const { backend, freeDimensions, hdf5 } = options
  const source = weightsFileOf(place)
  if (source === undefined) throw new DataError(`${place} is neither a model file nor a run folder with weights`)
  const file = nameOf(source)
  return withFile(source, async (at) => {
    const { kind, isOther } = at
    if (backend === undefined) openDefaultBackend()
    if (kind === 'onnx') return openOnnxModel(source, options)
    if (freeDimensions !== undefined)
      throw new ArgumentError(`${file} ${isOther}; freeDimensions are for ONNX files, which leave some sizes open`)
    if (kind === 'json') return (await tensorflow()).openModelJson(source, await bytesOf(at), backend)
    if (kind === 'hdf5') return (await tensorflow()).openKerasFile(file, await bytesOf(at), { backend, hdf5 })
    const archived =
      kind === 'zip' && (await (await tensorflow()).openArchive(file, await bytesOf(at), { backend, hdf5 }))
    if (archived) return archived
    if (kind === 'zip' || kind === 'legacyPyTorch')
      throw new ArgumentError(
        `${file} holds weights without a network; name it, as in loadPretrained('resnet18', file), or resnet18 --weights FILE`,
      )
    if (kind !== 'safetensors')
      throw new ArgumentError(`${file} ${isOther}; expected a file of saveModel, ONNX, TensorFlow.js or Keras`)
    const stored = readSafetensors(await bytesOf(at), file)
    if (describesInputs(stored.metadata, file))
      return { model: await inputsModelIn(stored, file, backend), ...inputsPurposeFrom(stored.metadata, file) }
    await loadLayers(stored.metadata)
    const model = await modelIn(stored, file, backend)
    const purpose = purposeFrom(stored.metadata, file)
    checkNames(model, purpose.task, file)
    return { model, ...purpose }
  })
}

/** Layers that files of others became, which only a model with such layers loads. */
const layersOfOthers: Readonly<Record<string, () => Promise<unknown>>> = {
  onnx: () => import('../formats/onnx/layer.ts'),
  keras: () => import('../formats/tensorflow/keras/layer.ts'),
  tensorflowGraph: () => import('../formats/tensorflow/graph/layer.ts'),
}

/** Makes known the layers that a file's description names. */
export async function loadLayers(metadata: Readonly<Record<string, string>>): Promise<void> {
  const described = Object.values(metadata).join()
  for (const [type, load] of Object.entries(layersOfOthers)) if (described.includes(`"type":"${type}"`)) await load()
}

/** Readers of TensorFlow's family are loaded only for a file of it. */
const tensorflow = () => import('./open-tensorflow.ts')

/** The model of an ONNX file, and what it says of its use, where Gentle wrote it; another program's is taken for one that classifies. */
export async function openOnnxModel(file: FilePlace, options?: OpenOptions): Promise<OpenedModel> {
  const loaded = await openOnnx(file, options)
  const { metadata, classes } = loaded
  const model = await loaded.asModel()
  if (!tellsTask(metadata)) return { model, task: 'classify', foreign: true }
  const name = nameOf(file)
  const purpose = purposeFrom(metadata, name)
  const named = classes === undefined ? model : { ...model, classes }
  checkNames(named, purpose.task, name)
  return { model: named, ...purpose }
}

/** @throws FormatError for another number of names than the outputs have classes. */
function checkNames({ classes, outputShape }: Model, task: ModelTask, file: string): void {
  const outputs = outputClasses(task, outputShape)
  if (classes !== undefined && outputs !== undefined && classes.length !== outputs)
    throw new FormatError(`${file}: it names ${classes.length} classes, but the outputs of its model are of ${outputs}`)
}

/**
 * Values for `createModel` to begin with: those of a file where name and shape fit, else what the network begins with.
 * @param tensors as `readWeightsFile` gives them
 */
export const pretrainedValues =
  (tensors: ReadonlyMap<string, StoredTensor>, seed = 0): InitialValues =>
  (path, shape, initializer) => {
    const stored = tensors.get(path)
    const fits = stored?.dtype === 'float32' && sameShape(stored.shape, shape)
    return fits ? (stored.data as Float32Array) : initializer(shape, new Random(seed, path))
  }
