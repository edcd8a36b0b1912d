/** Examples of an archive: files that follow each other and whose names are the same up to the first dot (WebDataset, "The WebDataset Format"). */
import { DataError } from '../../core/errors.ts'
import { isRecord } from '../../core/is-record.ts'
import { printable } from '../../core/printable.ts'
import { partOf, type RandomAccess } from '../../core/random-access.ts'
import { type TarMember, tarMembers } from './tar.ts'

/** A picture with its label, in an archive. */
export interface Sample {
  /** The names of its files up to the first dot, as `train/n01440764_10026`. */
  readonly key: string
  readonly picture: TarMember
  readonly label: number
}

/** Endings of pictures that are read, those first that are usual. */
const pictures = ['jpg', 'jpeg', 'png', 'webp', 'gif', 'tif', 'tiff', 'avif']

/** Endings of pictures that sharp as it is installed does not decode. */
const unread = ['ppm', 'pgm', 'pbm', 'pnm', 'bmp', 'heic', 'jxl']

/** Endings of labels; of several the first is taken. */
const labels = ['cls', 'json', 'txt'] as const

/** A label is a line, or a small object; what is longer is none. */
const longestLabel = 2 ** 20

/** More classes than anyone has: a label that is larger is no label. */
const mostClasses = 2 ** 20

/** What the name of a file says: the example that it is of, and what of it; undefined for hidden files and those without an ending. */
function partsOf(name: string): { readonly key: string; readonly ending: string } | undefined {
  const [, key, ending] = /^((?:.*\/)?[^./][^./]*)\.([^/]*)$/.exec(name) ?? []
  return key === undefined ? undefined : { key, ending: ending.toLowerCase() }
}

/**
 * The examples of an archive, in order.
 * @param place how messages call the archive
 * @param classes names of the classes, where they are known: then labels may be names, too
 * @throws DataError for an archive that is broken (`tarMembers`), an example without picture or label, with two pictures, files of one name, and examples of
 * one name; for labels that are no whole numbers from 0, or none of the classes.
 */
export function* samplesOf(archive: RandomAccess, place: string, classes?: readonly string[]): Generator<Sample> {
  const seen = new Set<string>()
  const byName = classes && new Map(classes.map((name, label) => [name, label]))
  let key: string | undefined
  let files = new Map<string, TarMember>()
  const sample = (): Sample => ({
    key: key!,
    picture: pictureOf(files, `${place}: example ${printable(key!)}`),
    label: labelOf(archive, files, `${place}: example ${printable(key!)}`, byName),
  })
  for (const member of tarMembers(archive, place)) {
    const parts = partsOf(member.name)
    if (parts === undefined) continue
    if (parts.key !== key) {
      if (key !== undefined) yield sample()
      ;[key, files] = [parts.key, new Map()]
      if (seen.has(key))
        throw new DataError(
          `${place}: example ${printable(key)} is there twice; the files of an example follow each other, and no other has its name`,
        )
      seen.add(key)
    }
    if (files.has(parts.ending)) throw new DataError(`${place}: ${printable(member.name)} is there twice`)
    files.set(parts.ending, member)
  }
  if (key !== undefined) yield sample()
}

type Files = ReadonlyMap<string, TarMember>

const endingsOf = (files: Files): string => printable([...files.keys()].map((ending) => `.${ending}`).join(', '))

function pictureOf(files: Files, where: string): TarMember {
  const [ending, second] = pictures.filter((each) => files.has(each))
  if (second !== undefined) throw new DataError(`${where} has two pictures, .${ending} and .${second}; expected one`)
  if (ending !== undefined) return files.get(ending)!
  const known = unread.find((each) => files.has(each))
  throw new DataError(
    known === undefined
      ? `${where} has no picture, only ${endingsOf(files)}; expected .${pictures.slice(0, 4).join(', .')}`
      : `${where} has a picture as .${known}, which is not read; write it as .png`,
  )
}

function labelOf(archive: RandomAccess, files: Files, where: string, byName?: ReadonlyMap<string, number>): number {
  const ending = labels.find((each) => files.has(each))
  if (ending === undefined)
    throw new DataError(`${where} has no label, only ${endingsOf(files)}; expected .cls with the number of its class`)
  const { offset, size } = files.get(ending)!
  if (size > longestLabel) throw new DataError(`${where}: its label, .${ending}, has ${size} bytes; expected a number`)
  const text = new TextDecoder().decode(partOf(archive, offset, offset + size)).trim()
  const value = ending === 'json' ? valueInJson(text, where) : text
  // A name may be of digits; what .cls says is a number.
  const named = ending !== 'cls' && typeof value === 'string' ? byName?.get(value) : undefined
  const label = named ?? (/^\d+$/.test(String(value)) ? Number(value) : undefined)
  const count = byName?.size ?? mostClasses
  if (label !== undefined && label < count) return label
  throw new DataError(
    `${where}: its label, .${ending}, is ${value === undefined ? 'not there' : `'${printable(String(value))}'`}; expected ${byName === undefined ? 'a whole number from 0 (names need a classes.txt beside the shards)' : `0 to ${count - 1}, or one of the ${count} names in classes.txt`}`,
  )
}

/** The label within JSON: all of it, or what it has as `label` or `cls`. */
function valueInJson(text: string, where: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new DataError(`${where}: its .json is not JSON`)
  }
  return isRecord(value) ? (value.label ?? value.cls) : value
}
