/** Where the examples of archives lie, so that any of them is read at once; kept in a file beside them. */
import { DataError, FormatError } from '../../core/errors.ts'
import { isRecord } from '../../core/is-record.ts'
import { joined } from '../../core/joined.ts'
import { isCount } from '../../formats/failure.ts'
import { readSafetensors, safetensorsPieces } from '../../formats/safetensors.ts'
import { openIn, readIn } from '../node.ts'
import { samplesOf } from './samples.ts'
import { tarBlock } from './tar.ts'

/** Of one archive: 12 bytes an example. */
export interface Shard {
  /** The archive's file, below the folder of all. */
  readonly file: string
  /** By what it is seen that the file is another than it was: its size, and when it was written, in milliseconds. */
  readonly bytes: number
  readonly written: number
  /** Where each picture begins, in blocks of 512 bytes. */
  readonly blocks: Int32Array
  /** Bytes of each picture. */
  readonly sizes: Int32Array
  readonly labels: Int32Array
}

/** The file in which it is kept. */
const indexFile = 'shards.index'

/** What an index begins with; another version is made afresh. */
const version = 'gentle shards 1'

/** Larger numbers do not go into the index: archives of a terabyte, pictures of two gigabytes. */
const largest = 2 ** 31 - 1

/** Reads the headers of an archive. @throws DataError as `samplesOf`, for one that is not there, has no example, or is too large. */
function indexShard(folder: string, file: string, classes?: readonly string[]): Shard {
  const path = process.getBuiltinModule('node:path').join(folder, file)
  const archive = openIn(folder, file)
  if (archive === undefined) throw new DataError(`shard ${path}: there is no such file`)
  try {
    const [blocks, sizes, labels]: number[][] = [[], [], []]
    for (const { key, picture, label } of samplesOf(archive, `shard ${path}`, classes)) {
      const block = picture.offset / tarBlock
      if (block > largest || picture.size > largest)
        throw new DataError(`shard ${path}: example ${key} is beyond a terabyte, or has more than two gigabytes`)
      blocks.push(block)
      sizes.push(picture.size)
      labels.push(label)
    }
    if (labels.length === 0) throw new DataError(`shard ${path} has no example`)
    return {
      file,
      ...stampOf(path),
      blocks: Int32Array.from(blocks),
      sizes: Int32Array.from(sizes),
      labels: Int32Array.from(labels),
    }
  } finally {
    archive.close()
  }
}

function stampOf(path: string): Pick<Shard, 'bytes' | 'written'> {
  const { size, mtimeMs } = process.getBuiltinModule('node:fs').statSync(path)
  return { bytes: size, written: Math.floor(mtimeMs) }
}

/**
 * The index of archives: of those that are as they were when the kept index was made, as it says, of others from their headers. What was not in it is added to it,
 * where the folder can be written.
 * @param folder where the archives are, and the index is kept
 * @param files below it
 * @param options `classes`: their names, where they are known; `onIndexing` is told where headers have to be read
 */
export async function indexShards(
  folder: string,
  files: readonly string[],
  {
    classes,
    onIndexing,
  }: { readonly classes?: readonly string[]; readonly onIndexing?: (shards: number) => void } = {},
): Promise<Shard[]> {
  const { join } = process.getBuiltinModule('node:path')
  const { existsSync } = process.getBuiltinModule('node:fs')
  const asked = JSON.stringify(classes ?? null)
  const kept = await keptIndex(folder, asked)
  const shards: Shard[] = []
  let read = 0
  for (const file of files) {
    const path = join(folder, file)
    const known = kept.get(file)
    const stamp = known && existsSync(path) ? stampOf(path) : undefined
    if (known !== undefined && known.bytes === stamp?.bytes && known.written === stamp.written) {
      shards.push(known)
      continue
    }
    if (read++ === 0) onIndexing?.(files.length)
    shards.push(indexShard(folder, file, classes))
    // Whoever wants to stop it gets a turn.
    await new Promise(setImmediate)
  }
  if (read > 0)
    keep(folder, asked, [...new Map([...kept, ...shards.map((shard) => [shard.file, shard] as const)]).values()])
  return shards
}

/** What the folder's index says; nothing where there is none, or one of another version or of other classes. */
async function keptIndex(folder: string, classes: string): Promise<Map<string, Shard>> {
  const bytes = await readIn(folder, indexFile)
  if (bytes === undefined) return new Map()
  try {
    const { tensors, metadata } = readSafetensors(bytes, indexFile)
    if (metadata.version !== version || metadata.classes !== classes) return new Map()
    const [blocks, sizes, labels] = ['blocks', 'sizes', 'labels'].map((name) => tensors.get(name)?.data)
    const files: unknown = JSON.parse(metadata.shards)
    const shards = new Map<string, Shard>()
    let at = 0
    for (const each of files as unknown[]) {
      if (!isRecord(each) || !isCount(each.examples)) return new Map()
      const part = (values: unknown) => (values as Int32Array).slice(at, at + (each.examples as number))
      const { file, bytes, written } = each as unknown as Shard
      shards.set(file, { file, bytes, written, blocks: part(blocks), sizes: part(sizes), labels: part(labels) })
      at += each.examples
    }
    return at === labels?.length ? shards : new Map()
  } catch (error) {
    // A file that was cut off is made again.
    if (error instanceof FormatError || error instanceof SyntaxError || error instanceof TypeError) return new Map()
    throw error
  }
}

/** Several processes may do so at once: each writes a file of its own, and puts it in place whole. */
function keep(folder: string, classes: string, shards: readonly Shard[]): void {
  const { rmSync, renameSync, writeFileSync } = process.getBuiltinModule('node:fs')
  const path = process.getBuiltinModule('node:path').join(folder, indexFile)
  const tensors = new Map(
    (['blocks', 'sizes', 'labels'] as const).map((name) => {
      const data = joined(
        Int32Array,
        shards.map((shard) => shard[name]),
      )
      return [name, { shape: [data.length], dtype: 'int32' as const, data }]
    }),
  )
  const listed = shards.map(({ file, bytes, written, labels }) => ({ file, bytes, written, examples: labels.length }))
  const part = `${path}.${crypto.randomUUID()}`
  try {
    writeFileSync(
      part,
      joined(Uint8Array, safetensorsPieces(tensors, { version, classes, shards: JSON.stringify(listed) })),
    )
    renameSync(part, path)
  } catch {
    // Of a folder that cannot be written, headers are read each time.
    rmSync(part, { force: true })
  }
}
