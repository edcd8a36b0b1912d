/** Ids in COCO's files: numbers, or strings that stand for some. */
import { DataError } from '../../core/errors.ts'
import { isEntry, shown } from './coco-json.ts'

/** The number that stands for each id that is a word. */
export type WordIds = ReadonlyMap<string, number>

/** Below all numbers that people have for ids. */
const lowestId = Number.MIN_SAFE_INTEGER

/** Numbers for the ids of entries that are words, as some programs have them. */
export function wordIdsOf(entries: readonly unknown[]): WordIds {
  const words = new Map<string, number>()
  for (const entry of entries) {
    const id = isEntry(entry) ? entry['id'] : undefined
    if (typeof id === 'string' && id !== '' && !digits.test(id) && !words.has(id)) words.set(id, lowestId + words.size)
  }
  return words
}

const digits = /^\d+$/

/** An id as a number. @throws DataError for one that is none, and a word that the file does not have. */
export function idOf(id: unknown, name: string, words: WordIds, where: string): number {
  const number = typeof id === 'string' ? (words.get(id) ?? (digits.test(id) ? Number(id) : id)) : id
  if (!Number.isSafeInteger(number))
    throw new DataError(`${where} has the ${name} ${shown(id)}; expected a whole number, or an id of the file`)
  return number as number
}
