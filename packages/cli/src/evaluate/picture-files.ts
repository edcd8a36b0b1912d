/** Pictures as they are named for `gentle predict`: files, folders of them, and globs that the shell left as they are. */
import { existsSync, globSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../terminal/usage.ts'

const isPicture = (name: string): boolean => /\.(jpe?g|png|webp|gif|tiff?|avif|svg)$/i.test(name)

/** In the order in which people count: 2.png before 10.png. */
const { compare } = new Intl.Collator('en', { numeric: true })

/** The pictures of a folder and of those in it, hidden ones apart. */
function picturesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.'))
    .sort((a, b) => compare(a.name, b.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return picturesIn(path)
      return isPicture(entry.name) ? [path] : []
    })
}

/** Files that one word names; a file that is not there stays, and is told when it is read. */
function filesOf(word: string): string[] {
  if (statSync(word, { throwIfNoEntry: false })?.isDirectory()) {
    const found = picturesIn(word)
    if (found.length === 0)
      throw new UsageError(`${word} is a folder without pictures; expected PNG, JPEG or WebP files`)
    return found
  }
  if (existsSync(word) || !/[*?[{]/.test(word)) return [word]
  const found = globSync(word)
    .sort(compare)
    .flatMap((path) => (isPicture(path) ? [path] : statSync(path).isDirectory() ? picturesIn(path) : []))
  if (found.length === 0) throw new UsageError(`no picture is named ${word}`)
  return found
}

/** All pictures that words name, each once. @throws UsageError for a folder or a glob without pictures. */
export const pictureFiles = (words: readonly string[]): string[] => [...new Set(words.flatMap(filesOf))]
