/** JSON as COCO's files have it. */
import { DataError } from '../../core/errors.ts'

export type Entry = Readonly<Record<string, unknown>>

export const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isNumber = (value: unknown): value is number => Number.isFinite(value)

/** A value as it stands in a file, cut short. */
export const shown = (value: unknown): string =>
  value === undefined ? 'missing' : (JSON.stringify(value) ?? '').slice(0, 60)

/** @throws DataError for a text that is not JSON. */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // Python writes NaN and Infinity, which JSON does not have; as words they are refused where they stand for a number that counts.
    const words = text.replace(/([:[,]\s*)(NaN|-?Infinity)(?=\s*[,\]}])/g, '$1"$2"')
    try {
      return JSON.parse(words)
    } catch {
      throw new DataError(`${file} is not JSON: ${(error as Error).message.replace(/\s+/g, ' ').slice(0, 120)}`)
    }
  }
}
