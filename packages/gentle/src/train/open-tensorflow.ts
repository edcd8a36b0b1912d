/** Files of TensorFlow.js, Keras and Teachable Machine as models. */
import type { Backend } from '../backends/backend.ts'
import { ArgumentError, DataError, FormatError } from '../core/errors.ts'
import type { Shape } from '../core/shape.ts'
import { filesAt } from '../data/files.ts'
import { inNode, peerModule } from '../data/node.ts'
import { failing, quoted } from '../formats/failure.ts'
import type { Hdf5Package, Hdf5Source } from '../formats/hdf5.ts'
import { isRecord, parseJson } from '../formats/tensorflow/json.ts'
import { isKerasArchive, readKeras } from '../formats/tensorflow/keras/keras-file.ts'
import { loadTensorflow } from '../formats/tensorflow/model-json.ts'
import { isTeachableMachine } from '../formats/tensorflow/teachable-machine.ts'
import {
  type LoadTensorflowOptions,
  openTensorflowModel,
  type PixelScale,
  type TensorflowModel,
} from '../formats/tensorflow/tensorflow-model.ts'
import { readZip, unzipped } from '../formats/zip.ts'
import type { Preprocessing } from '../vision/preprocessing.ts'
import type { OpenedModel } from './open-model.ts'
import { type FilePlace, folderBeside, nameOf } from './weights-file.ts'

export interface LoadKerasOptions extends LoadTensorflowOptions {
  /** The package h5wasm, which reads HDF5: `() => import('h5wasm')`, or what that gives; Node finds an installed one itself. */
  readonly hdf5?: Hdf5Source
}

type KerasOptions = Pick<LoadKerasOptions, 'backend' | 'hdf5'>

/** @throws DataError where h5wasm is not installed. */
async function installedHdf5(): Promise<Hdf5Package> {
  const found = inNode() ? peerModule('h5wasm', 'dist/esm', 'hdf5_hl.js') : undefined
  if (found !== undefined) return found as Hdf5Package
  throw new DataError(
    inNode()
      ? 'files of Keras need the package h5wasm, which is not installed; run npm install h5wasm'
      : "files of Keras need the package h5wasm; give it as the option { hdf5: () => import('h5wasm') }",
  )
}

/**
 * Opens a file of Keras 2 or 3: `.keras`, or `.h5` with its network. Recurrent layers are not read.
 * @throws FormatError for a file that is broken, and for layers and settings that are unknown, by their names; DataError where the package
 * h5wasm is not installed.
 */
export async function loadKeras(bytes: Uint8Array, options: LoadKerasOptions = {}): Promise<TensorflowModel> {
  const { name = 'file of Keras', hdf5 } = options
  const source = hdf5 ?? installedHdf5
  const network = await readKeras(bytes, async () => (typeof source === 'function' ? source() : source), name)
  return openTensorflowModel(network, options, name)
}

/** How a picture is prepared for a model that says how; undefined for examples that are not pictures. */
function preprocessingFor(inputShape: Shape, { scale, mean, fit }: PixelScale): Preprocessing | undefined {
  const [channels, height, width] = inputShape
  if (inputShape.length !== 3 || (channels !== 1 && channels !== 3)) return undefined
  const all = (value: number): number[] => Array.from({ length: channels }, () => value)
  return {
    height,
    width,
    channels,
    fit: fit === 'stretch' ? 'stretch' : { shorterSide: Math.min(height, width) },
    scale,
    mean: all(mean),
    std: all(1),
  }
}

async function opened(loaded: TensorflowModel, place: string): Promise<OpenedModel> {
  const model = await loaded.asModel()
  const outputs = model.outputShape[model.outputShape.length - 1]
  if (loaded.classes !== undefined && loaded.classes.length !== outputs)
    throw new FormatError(`${place}: it names ${loaded.classes.length} classes, and its model has ${outputs} outputs`)
  const preprocessing = loaded.pixels && preprocessingFor(model.inputShape, loaded.pixels)
  return { model, task: 'classify', foreign: true, ...(preprocessing === undefined ? {} : { preprocessing }) }
}

/** The model of a `model.json`; its weights, and Teachable Machine's metadata, lie beside it. */
export async function openModelJson(place: FilePlace, bytes: Uint8Array, backend?: Backend): Promise<OpenedModel> {
  const files = filesAt(folderBeside(place, 'its weights'), 'model.json')
  return openFiles(nameOf(place), bytes, (file) => files.read(file), backend)
}

async function openFiles(
  place: string,
  json: Uint8Array,
  read: (file: string) => Promise<Uint8Array | undefined>,
  backend: Backend | undefined,
): Promise<OpenedModel> {
  const fail = failing(place)
  const parsed = parseJson(json, fail)
  if (!isRecord(parsed) || !('modelTopology' in parsed))
    throw new ArgumentError(`${place} is JSON, but not a model; expected a model.json of TensorFlow.js`)
  const beside = await read('metadata.json')
  const metadata = beside && parseJson(beside, failing(`${place}: metadata.json beside it`))
  const shard = async (file: string): Promise<Uint8Array> =>
    (await read(file)) ?? fail(`its weights ${quoted(file)} are not beside it`)
  const options = { name: place, backend, ...(isTeachableMachine(metadata) ? { metadata: metadata as object } : {}) }
  return opened(await loadTensorflow(parsed, shard, options), place)
}

/** The model of an HDF5 file of Keras. */
export const openKerasFile = async (place: string, bytes: Uint8Array, options: KerasOptions): Promise<OpenedModel> =>
  opened(await loadKeras(bytes, { ...options, name: place }), place)

/** The model of a zip archive, `.keras` or Teachable Machine's; undefined for another archive. */
export async function openArchive(
  place: string,
  bytes: Uint8Array,
  options: KerasOptions,
): Promise<OpenedModel | undefined> {
  const fail = failing(place)
  const files = readZip(bytes, fail)
  if (isKerasArchive(files)) return openKerasFile(place, bytes, options)
  const json = [...files.keys()].find((file) => /(^|\/)model\.json$/.test(file))
  if (json === undefined) return undefined
  const folder = json.slice(0, -'model.json'.length)
  const read = async (file: string): Promise<Uint8Array | undefined> => {
    const entry = files.get(folder + file)
    return entry && unzipped(entry, file, fail)
  }
  return openFiles(place, (await read('model.json'))!, read, options.backend)
}
