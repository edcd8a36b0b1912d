/**
 * Files of Keras: `.keras`, a zip archive of config.json, metadata.json and model.weights.h5 (keras/src/saving/saving_lib.py), and `.h5`, an HDF5
 * file with the network as an attribute (keras/src/legacy/saving/legacy_h5_format.py), of Keras 2 and 3.
 */
import type { StoredTensor } from '../../elements.ts'
import { type Fail, failing, quoted } from '../../failure.ts'
import { type Hdf5Content, type Hdf5Package, readHdf5 } from '../../hdf5.ts'
import { isZip, readZip, unzipped } from '../../zip.ts'
import { isRecord, parseJson } from '../json.ts'
import type { TensorflowNetwork } from '../tensorflow-model.ts'
import { openKeras } from './keras-network.ts'
import type { Dialect } from './layer-config.ts'
import { amongNamesakes, type WeightPlace, type WeightSource } from './weights.ts'

/** Whose numbers a version stands for. */
function dialectOf(version: unknown, fail: Fail): Dialect {
  const first = /^(\d+)\./.exec(String(version))?.[1]
  if (first === '2' || first === '3') return `keras${first}`
  return fail(`it was written by Keras ${quoted(String(version))}; expected 2 or 3`)
}

/** @param hdf5 gives the reader of HDF5 files, when one has to be read */
export async function readKeras(
  bytes: Uint8Array,
  hdf5: () => Promise<Hdf5Package>,
  name: string,
): Promise<TensorflowNetwork> {
  const fail = failing(name)
  return isZip(bytes) ? fromArchive(bytes, await hdf5(), fail) : fromHdf5(bytes, await hdf5(), fail)
}

const [configFile, metadataFile, weightsFile] = ['config.json', 'metadata.json', 'model.weights.h5']

/** Whether an archive's files are those of Keras. */
export const isKerasArchive = (files: ReadonlyMap<string, unknown>): boolean =>
  files.has(configFile) && files.has(metadataFile)

async function fromArchive(bytes: Uint8Array, hdf5: Hdf5Package, fail: Fail): Promise<TensorflowNetwork> {
  const files = readZip(bytes, fail)
  const contentOf = async (file: string): Promise<Uint8Array> => {
    const entry = files.get(file)
    return entry === undefined
      ? fail(`its archive has no ${file}; expected a .keras file`)
      : unzipped(entry, file, fail)
  }
  const metadata = parseJson(await contentOf(metadataFile), fail)
  const dialect = dialectOf(isRecord(metadata) ? metadata.keras_version : undefined, fail)
  const config = parseJson(await contentOf(configFile), fail)
  const content = await readHdf5(await contentOf(weightsFile), hdf5, ['optimizer'], fail)
  return openKeras(config, dialect, weightsInFolders(content, fail), fail)
}

/** The tensor at a path; what is of another kind is refused. */
function tensorAt({ arrays }: Hdf5Content, path: string, fail: Fail): StoredTensor | undefined {
  const found = arrays.get(path)
  if (found === undefined || 'data' in found) return found
  return fail(`its array ${quoted(path)} is of type ${quoted(found.kind)}; expected floats`)
}

/** Weights of `.keras`: a layer's folder has them by number. */
function weightsInFolders(content: Hdf5Content, fail: Fail): WeightSource {
  const taken = new Set<string>()
  /** Keras 2.12 called the folder of all layers otherwise. */
  const foldersOf = (folder: string): string[] => [
    folder,
    `${folder}/layer`,
    folder.replaceAll('layers/', '_layer_checkpoint_dependencies/'),
  ]
  return {
    find({ folder: outer, layers, all, index }: WeightPlace) {
      const within = all[index].folder
      const folder = within === undefined ? outer : `${outer}/${within}`
      const home = foldersOf(folder).find(
        (each) => content.attributes.has(`${each}/vars`) && content.arrays.has(`${each}/vars/0`),
      )
      if (home === undefined) return undefined
      const storedName = content.attributes.get(`${home}/vars`)?.name
      const name = layers[layers.length - 1]
      if (typeof storedName === 'string' && home === outer && storedName !== name)
        fail(`its folder ${quoted(home)} is of layer ${quoted(storedName)}; expected ${quoted(name)}`)
      const place = all.slice(0, index).filter((other) => other.folder === within).length
      const path = `${home}/vars/${place}`
      taken.add(path)
      return all[index].unused ? undefined : tensorAt(content, path, fail)
    },
    unused: () =>
      [...content.arrays]
        .filter(([path, array]) => 'data' in array && /(^|\/)vars\/\d+$/.test(path) && !taken.has(path))
        .map(([path]) => path),
  }
}

/** An attribute that is a text, or one of several. */
const textsOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string')

/** A list of texts, which may be in parts: `layer_names`, or `layer_names0`, `layer_names1`, and so on. */
function listOf(attributes: Readonly<Record<string, unknown>>, name: string): string[] {
  if (attributes[name] !== undefined) return textsOf(attributes[name])
  const parts: string[] = []
  for (let i = 0; attributes[name + i] !== undefined; i++) parts.push(...textsOf(attributes[name + i]))
  return parts
}

const group = 'model_weights'

async function fromHdf5(bytes: Uint8Array, hdf5: Hdf5Package, fail: Fail): Promise<TensorflowNetwork> {
  const content = await readHdf5(bytes, hdf5, ['optimizer_weights'], fail)
  const root = content.attributes.get('')!
  const [text] = textsOf(root.model_config)
  if (text === undefined)
    return fail('it holds weights without a network; save the whole model, as model.save does, not save_weights')
  const [version] = textsOf(root.keras_version ?? content.attributes.get(group)?.keras_version)
  let config: unknown
  try {
    config = JSON.parse(text)
  } catch (cause) {
    return fail('its attribute model_config is not JSON text', cause)
  }
  return openKeras(config, dialectOf(version, fail), weightsInGroups(content, fail), fail)
}

/** Weights of `.h5`: a group for each layer of the outermost network, which lists theirs by names such as `dense/kernel:0`. */
function weightsInGroups(content: Hdf5Content, fail: Fail): WeightSource {
  const names = new Map<string, readonly string[]>()
  for (const layer of listOf(content.attributes.get(group) ?? {}, 'layer_names'))
    names.set(layer, listOf(content.attributes.get(`${group}/${layer}`) ?? {}, 'weight_names'))
  const taken = new Set<string>()
  const partsOf = (name: string): string[] => name.replace(/:\d+$/, '').split('/')
  return {
    find(place: WeightPlace) {
      const { layers, all, index } = place
      const [outermost] = layers
      const stored = names.get(outermost) ?? []
      const { name, alias, unused, stored: wanted = name } = all[index]
      const inner = layers.length > 1 ? layers[layers.length - 1] : undefined
      const { nth, count } = amongNamesakes(place)
      const matching = stored.filter((each) => {
        const parts = partsOf(each)
        const last = parts[parts.length - 1]
        return (last === wanted || last === alias) && (inner === undefined || parts.slice(0, -1).includes(inner))
      })
      const found = matching[nth]
      if (found === undefined) return undefined
      if (matching.length > count)
        fail(
          `layer ${quoted(layers.join('/'))} has ${matching.length} weights ${quoted(wanted)}, as ${quoted(matching[0])} and ${quoted(matching[1])}; expected ${count}`,
        )
      const path = `${group}/${outermost}/${found}`
      taken.add(path)
      return unused ? undefined : tensorAt(content, path, fail)
    },
    unused: () =>
      [...names]
        .flatMap(([layer, stored]) => stored.map((each) => `${group}/${layer}/${each}`))
        // What is not a float is the state of a generator of random numbers.
        .filter((path) => !taken.has(path) && 'data' in (content.arrays.get(path) ?? {})),
  }
}
