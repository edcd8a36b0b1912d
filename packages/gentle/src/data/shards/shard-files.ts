/** Which archives a place names: those of a folder, or those that a pattern in braces counts. */
import { DataError } from '../../core/errors.ts'
import { namesIn } from '../node.ts'
import type { GivenParts } from '../three-parts.ts'

/** The archives of each part, below a folder. */
export interface ShardFiles {
  readonly folder: string
  readonly parts: GivenParts<readonly string[]>
}

/** More archives than a pattern shall count. */
const most = 1_000_000

/** What names of the parts look like, within a name such as `imagenet-val-000003.tar`. */
const partNames: Readonly<Record<'validation' | 'test', RegExp>> = {
  validation: /(^|[-_.])(val|valid|validation)([-_.\d]|$)/i,
  test: /(^|[-_.])test([-_.\d]|$)/i,
}

/** The names that a pattern stands for, as shells and WebDataset expand it: `{000..099}` counts, `{train,val}` lists. */
export function expandBraces(pattern: string): string[] {
  const braces = /\{([^{}]*)\}/.exec(pattern)
  if (braces === null) return [pattern]
  const [whole, inside] = braces
  const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(inside) ?? []
  if (from === undefined && !inside.includes(','))
    throw new DataError(
      `shards ${pattern}: ${whole} is no range; expected braces such as {000000..000099} or {train,val}`,
    )
  const names = from === undefined ? inside.split(',') : counted(pattern, from, to)
  return names.flatMap((name) => expandBraces(pattern.replace(whole, () => name)))
}

/** Numbers as wide as the first where that begins with a zero. */
function counted(pattern: string, from: string, to: string): string[] {
  const count = Number(to) - Number(from) + 1
  if (!(count >= 1 && count <= most))
    throw new DataError(`shards ${pattern}: {${from}..${to}} counts ${count < 1 ? 'down' : `more than ${most} files`}`)
  const width = from.startsWith('0') || to.startsWith('0') ? Math.max(from.length, to.length) : 0
  return Array.from({ length: count }, (_, i) => String(Number(from) + i).padStart(width, '0'))
}

/**
 * The archives that a place names, in order of their names: of a folder those that end in .tar, of its folders train, validation (val, valid) and test where there
 * are these. Which part an archive is of is in its name, as in `val-000000.tar`; those of no part train.
 * @throws DataError for a place without archives, or none to train on.
 */
export async function shardFiles(place: string): Promise<ShardFiles> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(place) || place.startsWith('pipe:'))
    throw new DataError(`shards ${place}: only files are read; copy the shards into a folder`)
  const { dirname, join, relative, sep } = process.getBuiltinModule('node:path')
  const isPattern = /\{|\.tar$/.test(place)
  const folder = isPattern ? dirname(place.slice(0, place.search(/\{|$/)).concat('x')) : place
  const files = isPattern
    ? expandBraces(place).map((path) => relative(folder, path))
    : (
        await Promise.all(
          ['', ...(await namesIn(folder))].map(async (name) =>
            (await namesIn(join(folder, name))).map((file) => join(name, file)),
          ),
        )
      ).flat()
  const shards = files.filter((file) => isPattern || /^[^.].*\.tar$/i.test(file))
  if (shards.length === 0) {
    const packed = files.find((file) => /\.(tar\.\w+|tgz)$/i.test(file))
    throw new DataError(
      packed === undefined
        ? `shards ${place}: there is no .tar file; expected a folder of them, or a pattern such as ${join(folder, 'train-{000000..000099}.tar')}`
        : `shards ${place}: ${packed} is compressed, and no place can be looked up in it; unpack it to .tar`,
    )
  }
  const of = (part: keyof typeof partNames): string[] =>
    shards.filter((file) => file.split(sep).some((name) => partNames[part].test(name.replace(/\.tar$/i, ''))))
  const [validation, test] = [of('validation'), of('test')]
  const train = shards.filter((file) => !validation.includes(file) && !test.includes(file))
  if (train.length === 0)
    throw new DataError(`shards ${place}: there is none to train on, only ${shards[0]} and its like`)
  return {
    folder,
    parts: {
      train: train.sort(),
      ...(validation.length > 0 && { validation: validation.sort() }),
      ...(test.length > 0 && { test: test.sort() }),
    },
  }
}
