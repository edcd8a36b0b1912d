/** What is in files of TensorFlow.js, Keras and Teachable Machine. They are opened to tell whether they can be run. */
import { reference } from '../backends/reference/reference.ts'
import { GentleError } from '../core/errors.ts'
import { failing, printable } from '../formats/failure.ts'
import { graphOperators } from '../formats/tensorflow/graph/layer.ts'
import { isRecord, parseJson } from '../formats/tensorflow/json.ts'
import { isKerasArchive } from '../formats/tensorflow/keras/keras-file.ts'
import { kerasLayers } from '../formats/tensorflow/keras/layer.ts'
import { readZip, unzipped } from '../formats/zip.ts'
import { weightsOf } from '../nn/model.ts'
import { type OpenedModel, openModel } from '../train/open-model.ts'
import { type FilePlace, nameOf } from '../train/weights-file.ts'
import { counted, type FileContent, type FileTensor, type InspectOptions } from './file-content.ts'

/** Of a `model.json`: the layers or ops that it lists and its manifest, else what was opened. */
export const modelJsonContent = (json: Uint8Array, bytes: number, place: FilePlace): Promise<FileContent> =>
  contentOf('TensorFlow.js', parseJson(json, failing(nameOf(place))), bytes, place, {})

/** Of an HDF5 file of Keras. */
export const hdf5Content = (bytes: Uint8Array, place: FilePlace, options: InspectOptions): Promise<FileContent> =>
  contentOf('Keras, HDF5', undefined, bytes.length, place, options)

/** Of a zip archive, `.keras` or Teachable Machine's; undefined for another archive. */
export async function archiveContent(
  bytes: Uint8Array,
  place: FilePlace,
  options: InspectOptions,
): Promise<FileContent | undefined> {
  const fail = failing(nameOf(place))
  const files = readZip(bytes, fail)
  const json = [...files.keys()].find((file) => /(^|\/)model\.json$/.test(file))
  const [file, format] = isKerasArchive(files) ? ['config.json', 'Keras'] : [json, 'TensorFlow.js, in a zip archive']
  if (file === undefined) return undefined
  return contentOf(format, parseJson(await unzipped(files.get(file)!, file, fail), fail), bytes.length, place, options)
}

async function contentOf(
  format: string,
  said: unknown,
  bytes: number,
  place: FilePlace,
  { hdf5 }: InspectOptions,
): Promise<FileContent> {
  let opened: OpenedModel
  try {
    opened = await openModel(place, { backend: reference(), hdf5 })
  } catch (error) {
    if (!(error instanceof GentleError)) throw error
    return {
      ...{ format, bytes, tensors: manifestOf(said), facts: factsOf(said), operators: operatorsIn(said) },
      use: { as: 'nothing', reason: error.message.replace(`${nameOf(place)}: `, '') },
    }
  }
  const { model, preprocessing } = opened
  return {
    ...{ format, bytes, facts: factsOf(said), operators: operatorsIn(model.layer.description), preprocessing },
    tensors: [...weightsOf(model)].map(([name, { shape }]) => ({ name, type: 'float32', shape })),
    inputs: [{ name: 'x', type: 'float32', shape: ['N', ...model.inputShape] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', ...model.outputShape] }],
    classes: model.classes,
    use: { as: 'model' },
  }
}

const operatorsIn = (network: unknown) =>
  counted(namesWithin(network), (name) => Object.hasOwn(kerasLayers, name) || Object.hasOwn(graphOperators, name))

/** What networks and inputs are called, which compute nothing. */
const notComputed = new Set(['Sequential', 'Functional', 'Model', 'InputLayer', 'Placeholder', 'Const'])

/** The classes of all layers, and the ops of all nodes, in a network's JSON or in the description that it became. */
function namesWithin(network: unknown): string[] {
  if (!isRecord(network)) return []
  const listed = ['layers', 'layer', 'node', 'nodes'].flatMap((key) => network[key] ?? [])
  const own = listed.flatMap((entry) => {
    const name = isRecord(entry) ? (entry.className ?? entry.class_name ?? entry.op) : undefined
    return typeof name === 'string' && !notComputed.has(name) ? [printable(name)] : []
  })
  const within = [...listed, network.modelTopology, network.model_config, network.config, network.network]
  return [...own, ...within.flatMap(namesWithin)]
}

function factsOf(json: unknown): Record<string, string> {
  if (!isRecord(json)) return {}
  return Object.fromEntries(
    ['format', 'generatedBy', 'convertedBy'].flatMap((key) =>
      typeof json[key] === 'string' ? [[key, printable(json[key])]] : [],
    ),
  )
}

/** The weights that a `model.json` lists. */
function manifestOf(json: unknown): FileTensor[] {
  const groups = isRecord(json) && Array.isArray(json.weightsManifest) ? json.weightsManifest : []
  return groups.flatMap((group) => {
    const weights = isRecord(group) && Array.isArray(group.weights) ? group.weights : []
    return weights.flatMap((weight) => {
      if (!isRecord(weight) || !Array.isArray(weight.shape) || !weight.shape.every(Number.isSafeInteger)) return []
      const stored = isRecord(weight.quantization) ? weight.quantization.dtype : undefined
      const type = `${weight.dtype}${stored === undefined ? '' : ` as ${stored}`}`
      return [{ name: printable(String(weight.name)), type: printable(type), shape: weight.shape }]
    })
  })
}
