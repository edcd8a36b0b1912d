/** `gentle data shard`: a folder of pictures as tar archives, which are read in order where files one by one would be slow, or too many. */
import { accessSync, constants, createWriteStream, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Random } from 'gentle-dl'
import { makeFolders } from 'gentle-dl/cache'
import { classesFile, type ImageExample, imageShards, partNames } from 'gentle-dl/data'
import { reasonOf } from '../terminal/reason.ts'
import { bytes, classesText, note, print, table } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'
import { imagesOf, openImages } from './datasets.ts'
import { skippedText } from './findings-text.ts'

export interface ShardFlags {
  readonly shardSize?: string
  readonly seed?: number
  readonly validation?: number
  readonly strict?: boolean
  readonly json?: boolean
}

/** Archives of the training part, where they would be fewer by their size: the eight streams in which an epoch reads them are then as long as each other. */
const fewest = 32

/** Bytes of an archive unless given. */
const usual = 256e6

const units: Readonly<Record<string, number>> = { kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9 }

/** Bytes in words. @throws UsageError for what says no size. */
function sizeIn(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?(kB|KB|MB|GB)$/.exec(text) ?? []
  if (number === undefined || Number(number) === 0)
    throw new UsageError(`--shard-size is ${text}; expected a number of kB, MB or GB, such as 256MB`)
  return Number(number) * units[unit]
}

/** An example that goes into an archive. */
interface Member extends ImageExample {
  readonly size: number
}

/** Makes the folder, before pictures are opened for long. @throws UsageError where it cannot be written or has files. */
function makeEmpty(out: string): void {
  let files: readonly string[]
  try {
    makeFolders(out)
    accessSync(out, constants.W_OK)
    files = readdirSync(out)
  } catch (error) {
    throw new UsageError(`the folder ${out} cannot be written: ${reasonOf(error, 'write')}`)
  }
  if (files.some((file) => !file.startsWith('.')))
    throw new UsageError(`${out} is not empty; name a folder that is not there yet`)
}

/** Runs the command. */
export async function shard(name: string, out: string, flags: ShardFlags): Promise<void> {
  const size = flags.shardSize === undefined ? undefined : sizeIn(flags.shardSize)
  const folder = imagesOf(name)
  if (folder === undefined)
    throw new UsageError(`${name} is no folder of picture files in folders of classes, which is what becomes shards`)
  makeEmpty(out)
  const seed = flags.seed ?? 0
  const splits = await openImages(folder, { ...flags, seed, size: 1 })
  if (splits.skipped.length > 0) note(skippedText(name, splits.skipped))
  const { classes = [] } = splits.train
  const broken = classes.find((each) => /[\r\n]/.test(each) || each.trim() === '')
  if (broken !== undefined)
    throw new UsageError(
      `${name}: class ${JSON.stringify(broken)} has a name that is no line of ${classesFile}; rename it`,
    )
  writeFileSync(join(out, classesFile), `${classes.join('\n')}\n`)
  const rows: { part: string; examples: number; shards: number; bytes: number }[] = []
  for (const part of partNames) {
    const { examples } = splits[part]
    const order = new Random(seed, `shards of ${part}`).permutation(examples.length)
    const members: Member[] = []
    for (const index of order) members.push({ ...examples[index], size: (await stat(examples[index].file)).size })
    const total = members.reduce((sum, member) => sum + member.size, 0)
    const shards = Math.min(members.length, shardsOf(total, size, part === 'train' ? fewest : 1))
    for (let i = 0; i < shards; i++) {
      const [start, end] = [i, i + 1].map((edge) => Math.floor((edge * members.length) / shards))
      await writeShard(join(out, `${part}-${String(i).padStart(6, '0')}.tar`), members.slice(start, end), {
        start,
        classes,
      })
    }
    rows.push({ part, examples: members.length, shards, bytes: total })
  }
  // What was written is read: its headers all, and one picture.
  const written = await imageShards(out, { size: 1 })
  const lost = rows.find(({ part, examples }) => written[part as 'train'].length !== examples)
  if (lost !== undefined)
    throw new UsageError(`${out}: the ${lost.part} part was changed while it was written; write it again`)
  if (flags.json) console.log(JSON.stringify({ folder: out, classes, parts: rows }, null, 2))
  else
    print(
      [
        `${out}: ${classesText(classes.length)}, their names in ${classesFile}; train on it with --data ${out}`,
        '',
        table([
          ['part', 'examples', 'shards', 'pictures'],
          ...rows.map(({ part, examples, shards, bytes: total }) => [part, examples, shards, bytes(total)]),
        ]),
      ].join('\n'),
    )
}

/** How many archives: whole eights where there are several, so that streams are even. */
function shardsOf(total: number, size: number | undefined, least: number): number {
  const bySize = Math.ceil(total / (size ?? usual))
  const count = size === undefined ? Math.max(bySize, least) : bySize
  return count > 1 ? Math.ceil(count / 8) * 8 : count
}

/** Endings by formats. */
const endings: Readonly<Record<string, string>> = { jpeg: 'jpg', heif: 'avif', tiff: 'tif' }

/** An archive that is there whole or not at all. @param start the number of its first example in the part */
async function writeShard(
  path: string,
  members: readonly Member[],
  { start, classes }: { readonly start: number; readonly classes: readonly string[] },
): Promise<void> {
  const { createTarPacker } = await import('modern-tar')
  const { readable, controller } = createTarPacker()
  const part = `${path}.part`
  const add = async (name: string, bytes: Uint8Array): Promise<void> => {
    const writer = controller.add({ name, size: bytes.length, type: 'file', mtime: new Date(0) }).getWriter()
    await writer.write(bytes)
    await writer.close()
  }
  const addAll = async (): Promise<void> => {
    for (const [i, { file, label, info }] of members.entries()) {
      // A name up to its first dot is an example's, so that it must have none; the number keeps it apart from others.
      const stem = basename(file, extname(file)).replaceAll('.', '_')
      const key = `${classes[label]}/${String(start + i).padStart(8, '0')}-${stem}`
      await add(`${key}.${endings[info.format] ?? info.format}`, await readFile(file))
      await add(`${key}.cls`, new TextEncoder().encode(String(label)))
    }
    controller.finalize()
  }
  try {
    await Promise.all([
      pipeline(Readable.fromWeb(readable as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(part)),
      addAll().catch((error) => controller.error(error)),
    ])
    renameSync(part, path)
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
}
