/** `gentle data get`, and the data sets that are in the cache. */
import { existsSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from 'gentle-dl/cache'
import { commandLine } from '../terminal/invocation.ts'
import { bytes, note, print, table, terminalWidth } from '../terminal/terminal.ts'
import { exitCodes, UsageError, unknownChoice } from '../terminal/usage.ts'
import { archivePlace, dataPlace } from './cache.ts'
import { fileNameOf, type PublishedData, publishedData } from './catalogue.ts'
import type { ObtainOptions, Wanted } from './obtain.ts'

/** The published set by each name under which data is opened: emnist-letters is of emnist. */
const byDataName: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(publishedData).flatMap(([name, { sets = [name] }]) => sets.map((set) => [set, name])),
)

/** Names for --data of sets that can be downloaded. */
export const downloadedNames: readonly string[] = Object.keys(byDataName)

/** A data set in the cache: its reader, and the place that this is given. */
export interface CachedData {
  readonly reader: PublishedData['reader']
  readonly place: string
  readonly classes?: readonly string[]
}

/** The files of a set as they are kept. */
const wantedOf = (name: string, { files, archive }: PublishedData): Wanted[] =>
  files.map((file) => ({
    file,
    path: archive === undefined ? join(dataPlace(name), fileNameOf(file)) : archivePlace(fileNameOf(file)),
  }))

/** Whether a set is in the cache: a folder that is unpacked, or files of the right size. */
function isThere(name: string, data: PublishedData): boolean {
  if (data.archive !== undefined) return existsSync(dataPlace(name))
  return wantedOf(name, data).every(({ file, path }) => statSync(path, { throwIfNoEntry: false })?.size === file.bytes)
}

/**
 * A set that can be downloaded, in the cache; undefined for any other name, and for one that names a file or folder here.
 * @throws UsageError for a set that is not in the cache yet.
 */
export function cachedData(name: string): CachedData | undefined {
  if (!Object.hasOwn(byDataName, name) || existsSync(name)) return undefined
  const published = byDataName[name]
  const data = publishedData[published]
  const { reader, classes } = data
  if (!isThere(published, data))
    throw new UsageError(`${name} is not downloaded yet; to download it: ${commandLine('data', 'get', published)}`)
  const place = data.sets === undefined ? dataPlace(published) : join(dataPlace(published), name)
  return { reader, place, ...(classes === undefined ? {} : { classes }) }
}

/** What a folder in the cache says of itself. */
const sourceText = ({ title, homepage, licence, files }: PublishedData): string =>
  [
    title,
    homepage,
    `licence: ${licence}`,
    ...files.map(({ address, sha256 }) => `${address} SHA-256 ${sha256}`),
    '',
  ].join('\n')

/**
 * Downloads a set into the cache and unpacks it. Gives its folder.
 * @throws as obtain.
 */
export async function obtainData(name: string, data: PublishedData, options: ObtainOptions): Promise<string> {
  const folder = dataPlace(name)
  if (data.archive !== undefined && existsSync(folder)) return folder
  if (!options.quiet) note(`${data.title}\n${data.homepage}\nlicence: ${data.licence}`)
  const wanted = wantedOf(name, data)
  const { obtain } = await import('./obtain.ts')
  await obtain(wanted, options)
  if (data.archive !== undefined) {
    const { unpack } = await import('./unpack.ts')
    await unpack(wanted[0].path, data.archive, folder)
  }
  await writeFile(join(folder, 'SOURCE.txt'), sourceText(data))
  return folder
}

export async function getData(names: readonly string[], options: ObtainOptions): Promise<number> {
  if (names.length === 0) {
    print(listing())
    return exitCodes.done
  }
  for (const given of names) {
    if (given === 'mnist') {
      print('mnist comes with Gentle: --data mnist')
      continue
    }
    const name = Object.hasOwn(byDataName, given) ? byDataName[given] : given
    if (!Object.hasOwn(publishedData, name))
      throw unknownChoice('data set', given, ['mnist', ...Object.keys(publishedData)])
    const data = publishedData[name]
    const folder = await obtainData(name, data, options)
    print(`${name} is in ${folder}; use it with --data ${(data.sets ?? [name]).join(', ')}`)
  }
  return exitCodes.done
}

function listing(): string {
  const rows = Object.entries(publishedData).map(([name, data]) => [
    name,
    bytes(data.files.reduce((sum, file) => sum + (file.bytes ?? 0), 0)),
    isThere(name, data) ? 'yes' : 'no',
    data.title.replace(/^[^:]*: /, ''),
  ])
  return [
    table([['name', 'download', 'in cache', 'description'], ...rows], terminalWidth()),
    '',
    `cache: ${cacheFolder()} (GENTLE_CACHE sets another)`,
  ].join('\n')
}
