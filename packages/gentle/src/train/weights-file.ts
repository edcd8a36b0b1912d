/** Files of weights and models, whoever wrote them and whatever they are called: a path in Node, else an address, or bytes. */

import { ArgumentError, DataError, FormatError } from '../core/errors.ts'
import { allOf, bytesAccess, partOf, type RandomAccess } from '../core/random-access.ts'
import { filesAt } from '../data/files.ts'
import { inNode } from '../data/node.ts'
import { quoted } from '../formats/failure.ts'
import { type FileKind, fileKind, kindBytes, otherKind } from '../formats/file-kind.ts'
import type { LoadOnnxOptions, OnnxModel } from '../formats/onnx/index.ts'
import { readPyTorch } from '../formats/pytorch/pytorch.ts'
import { readSafetensors, type StoredTensor } from '../formats/safetensors.ts'
import { isShardIndex, shardNames } from './shards.ts'
import { classesFrom, weightsWithin } from './weights.ts'

export interface WeightsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** What a safetensors file says beside. */
  readonly metadata: Readonly<Record<string, string>>
  /** The key under which a checkpoint has these weights, such as `state_dict_ema`; '' where they are all of it. */
  readonly key: string
  /** Keys of other weights in the checkpoint. */
  readonly others: readonly string[]
  /** Names of the classes, where the file tells them. */
  readonly classes?: readonly string[]
}

export interface WeightsFileOptions {
  /** The key of the weights that are read, where a checkpoint has several, such as `state_dict`; or what their names begin with, such as `teacher`. */
  readonly key?: string
}

/** A file in memory, such as one that somebody dropped on a page. */
export interface FileBytes {
  /** For messages; and of an ONNX file that begins in another way than most, its ending tells what it is. */
  readonly name: string
  readonly bytes: Uint8Array
}

/** A file: where it is, a path in Node, else an address; or itself, and then nothing lies beside it. */
export type FilePlace = string | FileBytes

/** What a file is called in messages. */
export const nameOf = (file: FilePlace): string => (typeof file === 'string' ? file : file.name)

/** A file that stays where it is. */
export interface FileAt {
  readonly access: RandomAccess
  /** What it is, by its content. */
  readonly kind: FileKind | undefined
  /** What it is, for a message that refuses it: `is a web page, ...`. */
  readonly isOther: string
}

/**
 * What `use` makes of a file, which is closed after that.
 * @throws DataError for a file that is missing or cannot be read.
 */
export async function withFile<T>(file: FilePlace, use: (file: FileAt) => T | Promise<T>): Promise<T> {
  const place = nameOf(file)
  const access = typeof file === 'string' ? await accessAt(file) : bytesAccess(file.bytes)
  try {
    const head = partOf(access, 0, Math.min(access.length, kindBytes))
    // Protobuf has no beginning of its own: of an ONNX file that begins otherwise, the name tells.
    const kind = fileKind(head) ?? (place.toLowerCase().endsWith('.onnx') ? 'onnx' : undefined)
    return await use({ access, kind, isOther: otherKind(head) })
  } finally {
    access.close()
  }
}

async function accessAt(place: string): Promise<RandomAccess> {
  const { folder, name } = splitPlace(place)
  const access = await filesAt(folder, 'weights file').open(name)
  if (access === undefined) throw new DataError(`${place} cannot be read: there is no such file`)
  return access
}

/**
 * Where the files beside one are: what its path or address begins with.
 * @param why what is beside it, for the message
 * @throws ArgumentError for a file in memory, which nothing lies beside.
 */
export function folderBeside(file: FilePlace, why: string): string {
  if (typeof file === 'string') return splitPlace(file).folder
  throw new ArgumentError(
    `${file.name} needs ${why} beside it, and bytes have nothing beside them; open it by its path or address`,
  )
}

function splitPlace(place: string): { folder: string; name: string } {
  const isPath = inNode() && !/^https?:/.test(place)
  const at = isPath ? Math.max(place.lastIndexOf('/'), place.lastIndexOf(pathSeparator())) : place.lastIndexOf('/')
  return { folder: place.slice(0, at + 1) || './', name: place.slice(at + 1) }
}

const pathSeparator = (): string => process.getBuiltinModule('node:path').sep

/** All of a file's bytes. */
export const bytesOf = ({ access }: FileAt): Promise<Uint8Array> => allOf(access)

/** The network of an ONNX file. Its protobuf reader is loaded only here. */
export async function openOnnx(file: FilePlace, options: LoadOnnxOptions = {}): Promise<OnnxModel> {
  const bytes = await withFile(file, bytesOf)
  await import('../formats/onnx/layer.ts')
  const { loadOnnx } = await import('../formats/onnx/index.ts')
  return loadOnnx(bytes, { ...options, name: nameOf(file) })
}

const expected =
  'expected safetensors, a file of torch.save (.pth, .pt, .bin, .ckpt), the index.json of a file in shards, or ONNX'

/**
 * The tensors of a file of weights, by name: safetensors, what `torch.save` wrote, an ONNX file, or the index of Hugging Face's files in shards. What
 * a file is, its content tells.
 * @param place a path in Node, else an address; or the file's name and bytes
 * @throws ArgumentError for a file of another kind, by its name, and for an index of shards in bytes; DataError for one that is missing; FormatError for
 * one that is broken, or without the key that is asked for.
 */
export const readWeightsFile = (place: FilePlace, options: WeightsFileOptions = {}): Promise<WeightsFile> =>
  withFile(place, (file) => readWeights(file, place, options))

async function readWeights(file: FileAt, source: FilePlace, options: WeightsFileOptions): Promise<WeightsFile> {
  const { key } = options
  const place = nameOf(source)
  if (key !== undefined && file.kind === 'onnx')
    throw new ArgumentError(`${place}: an ONNX file has one set of weights; leave out their key, ${quoted(key)}`)
  switch (file.kind) {
    case 'safetensors': {
      const stored = readSafetensors(await bytesOf(file), place)
      const weights = weightsWithin(stored.tensors, stored.metadata, place)
      const tensors = key === undefined ? weights : namesBelow(weights, key, place)
      return { ...stored, tensors, classes: classesFrom(stored.metadata, place), key: key ?? '', others: [] }
    }
    case 'zip':
    case 'legacyPyTorch':
      return { ...readPyTorch(await bytesOf(file), place, options), metadata: {} }
    case 'json':
      return readShards(source, await bytesOf(file), options)
    case 'onnx':
      return { tensors: await onnxWeights(file, place), metadata: {}, key: '', others: [] }
    default:
      throw new ArgumentError(`${place} ${file.isOther}; ${expected}`)
  }
}

async function onnxWeights(file: FileAt, place: string): Promise<Map<string, StoredTensor>> {
  const { readOnnxWeights } = await import('../formats/onnx/weights.ts')
  return readOnnxWeights(await bytesOf(file), place)
}

/** Tensors whose names begin with a key, without that. @throws ArgumentError where there are none. */
function namesBelow(tensors: WeightsFile['tensors'], key: string, place: string): Map<string, StoredTensor> {
  const below = [...tensors].flatMap(([name, tensor]) =>
    name.startsWith(`${key}.`) ? [[name.slice(key.length + 1), tensor] as const] : [],
  )
  if (below.length === 0) throw new ArgumentError(`${place} has no weights whose names begin with ${quoted(`${key}.`)}`)
  return new Map(below)
}

/** All shards of an index, each read as the file that it is. */
async function readShards(source: FilePlace, index: Uint8Array, { key }: WeightsFileOptions): Promise<WeightsFile> {
  const place = nameOf(source)
  const listed = isShardIndex(index)
  if (listed === undefined) throw new ArgumentError(`${place} is JSON, but not an index of shards; ${expected}`)
  const folder = folderBeside(source, 'its shards')
  const tensors = new Map<string, StoredTensor>()
  for (const [shard, names] of shardNames(listed, place)) {
    const read = await readWeightsFile(folder + shard)
    for (const name of names) {
      const tensor = read.tensors.get(name)
      if (tensor === undefined)
        throw new FormatError(`${place}: it says that ${shard} has ${name}, but that has no such tensor`)
      tensors.set(name, tensor)
    }
  }
  return {
    tensors: key === undefined ? tensors : namesBelow(tensors, key, place),
    metadata: {},
    key: key ?? '',
    others: [],
  }
}
