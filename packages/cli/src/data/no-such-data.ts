/** Data that is named and not there. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, extname, resolve } from 'node:path'
import { nearestName } from 'gentle-dl'
import { UsageError, unknownChoice } from '../terminal/usage.ts'

const isPath = (name: string): boolean => /[/\\]/.test(name) || /^[.~]/.test(name) || /\.[a-z]\w{0,4}$/i.test(name)

/** What is in a folder, hidden things apart; nothing where it is none. */
const entriesOf = (folder: string): string[] =>
  statSync(folder, { throwIfNoEntry: false })?.isDirectory()
    ? readdirSync(folder).filter((entry) => !entry.startsWith('.'))
    : []

/** The path with the last name that is there instead of one that is much like it. */
function nearestPath(path: string): string | undefined {
  const word = basename(path)
  const near = nearestName(word, entriesOf(dirname(path)), Math.max(1, word.length / 3))
  return near === undefined ? undefined : `${path.slice(0, path.lastIndexOf(word))}${near}`
}

/** An error for a path that is not there; it names the first folder of it that is missing, or what is much like it. */
function noSuchPath(name: string, path: string): UsageError {
  const what = extname(path) === '' ? 'folder' : 'file'
  let missing = resolve(path)
  while (!existsSync(dirname(missing))) missing = dirname(missing)
  const near = nearestPath(path)
  const why = missing === resolve(path) ? '' : ` (there is no ${missing})`
  return new UsageError(
    `--data ${name}: no such ${what}${why}${near === undefined ? '' : `; did you mean ${name.replace(path, near)}?`}`,
  )
}

/** An error for data that is neither a set by name nor a path. @param known names of sets */
export function noSuchData(name: string, known: readonly string[]): UsageError {
  if (isPath(name)) return noSuchPath(name, name)
  const near = nearestPath(name)
  return near === undefined
    ? unknownChoice('data set', name, known)
    : new UsageError(`--data ${name}: neither a data set's name nor a folder here; did you mean ${near}?`)
}

/** @throws UsageError for `kind:place`, of a known kind, whose place is a path that is not there. @param known names such as `idx:DIR` */
export function checkThere(name: string, known: readonly string[]): void {
  const [, kind, place] = /^([a-z0-9]+):([^=]+)$/.exec(name) ?? []
  const isPlace = known.some((each) => each === `${kind}:DIR` || each === `${kind}:FILE`)
  if (isPlace && place !== undefined && !existsSync(place)) throw noSuchPath(name, place)
}
