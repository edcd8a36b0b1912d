/** Lines to be scored and what they should have been. */
import { ArgumentError } from '../core/errors.ts'

/** What each line should have been: one text, or several that are as good. */
export type References = readonly (string | readonly string[])[]

/**
 * The references of each line as lists.
 * @throws ArgumentError for no line, another number of references than of lines, and a line without a reference.
 */
export function referencesOf(lines: readonly string[], references: References, where: string): (readonly string[])[] {
  if (lines.length === 0) throw new ArgumentError(`${where}: there are no lines to score; expected at least one`)
  if (lines.length !== references.length)
    throw new ArgumentError(
      `${where}: ${lines.length} lines, but references of ${references.length}; give each line its own`,
    )
  return references.map((each, i) => {
    const list = typeof each === 'string' ? [each] : each
    if (list.length === 0) throw new ArgumentError(`${where}: line ${i + 1} has no reference; expected at least one`)
    return list
  })
}

/** How many references lines have, as a signature says it. */
export function countText(references: readonly (readonly string[])[]): string {
  const counts = new Set(references.map(({ length }) => length))
  return counts.size === 1 ? String(references[0].length) : 'var'
}

/** How often each is there. */
export function countsOf(items: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}

/** The version of sacreBLEU as which we count. */
export const sacrebleuVersion = '2.6.0'

/** A number with so many decimals, ties to even, as Python writes it. */
export function pythonFixed(value: number, decimals: number): string {
  const scaled = value * 10 ** decimals
  // A tie is exact in binary, so that the product is, too.
  const isTie = Number.isInteger(2 * scaled) && !Number.isInteger(scaled) && scaled / 10 ** decimals === value
  return (isTie ? (2 * Math.round(scaled / 2)) / 10 ** decimals : value).toFixed(decimals)
}
