/** What is in a file, whoever wrote it: `gentle show`. */
import { ArgumentError } from '../core/errors.ts'
import { failing } from '../formats/failure.ts'
import { isShardIndex, shardNames } from '../train/shards.ts'
import { bytesOf, type FileAt, type FilePlace, folderBeside, nameOf, withFile } from '../train/weights-file.ts'
import type { FileContent, InspectOptions } from './file-content.ts'
import { fittingNetworks } from './fitting-networks.ts'
import { isNumpyArchive, npyContent, npzContent } from './numpy-content.ts'
import { pytorchContent } from './pytorch-content.ts'
import { safetensorsContent } from './safetensors-content.ts'

/**
 * What is in a file of weights, of a model or of arrays: its tensors by name, type and shape, operators, what it says of itself, and what Gentle
 * can do with it. Of safetensors no values are read. What a file is, its content tells.
 * @param place a path in Node, else an address; or the file's name and bytes
 * @throws ArgumentError for a file of another kind, by its name, and for an index of shards in bytes; DataError for one that is missing; FormatError for one that is broken.
 */
export const inspectFile = (place: FilePlace, options: InspectOptions = {}): Promise<FileContent> =>
  withFile(place, (file) => contentOf(file, place, options))

async function contentOf(file: FileAt, source: FilePlace, options: InspectOptions): Promise<FileContent> {
  const place = nameOf(source)
  switch (file.kind) {
    case 'safetensors':
      return safetensorsContent(file.access, place)
    case 'legacyPyTorch':
      return pytorchContent(await bytesOf(file), place, options)
    case 'zip':
      return zipContent(await bytesOf(file), source, options)
    case 'npy':
      return npyContent(await bytesOf(file), place)
    case 'onnx': {
      const { onnxContent } = await import('./onnx-content.ts')
      return onnxContent(await bytesOf(file), place)
    }
    case 'json':
      return jsonContent(await bytesOf(file), source)
    case 'hdf5':
      return (await tensorflow()).hdf5Content(await bytesOf(file), source, options)
    default:
      throw new ArgumentError(
        `${place} ${file.isOther}; expected a file of weights, of a model or of arrays: safetensors, PyTorch, ONNX, TensorFlow.js, Keras, NumPy`,
      )
  }
}

async function zipContent(bytes: Uint8Array, source: FilePlace, options: InspectOptions): Promise<FileContent> {
  const place = nameOf(source)
  if (isNumpyArchive(bytes, failing(place))) return npzContent(bytes, place)
  return (await (await tensorflow()).archiveContent(bytes, source, options)) ?? pytorchContent(bytes, place, options)
}

/** Loaded only for a file that may be of TensorFlow's family. */
const tensorflow = () => import('./tensorflow-content.ts')

async function jsonContent(bytes: Uint8Array, place: FilePlace): Promise<FileContent> {
  const map = isShardIndex(bytes)
  if (map !== undefined) return shardsContent(map, place)
  return (await tensorflow()).modelJsonContent(bytes, bytes.length, place)
}

async function shardsContent(map: Readonly<Record<string, unknown>>, place: FilePlace): Promise<FileContent> {
  const folder = folderBeside(place, 'its shards')
  const shards = await Promise.all(
    [...shardNames(map, nameOf(place)).keys()].map((shard) => inspectFile(folder + shard)),
  )
  const tensors = shards.flatMap((shard) => shard.tensors).filter(({ name }) => Object.hasOwn(map, name))
  return {
    format: `${shards[0]?.format ?? 'nothing'}, in ${shards.length} ${shards.length === 1 ? 'shard' : 'shards'}`,
    bytes: shards.reduce((sum, shard) => sum + shard.bytes, 0),
    tensors,
    facts: shards[0]?.facts ?? {},
    use: { as: 'weights', networks: fittingNetworks(tensors) },
  }
}
