/** Pairs of texts from files: a table of two columns, or two texts line by line. */
import { DataError, FormatError } from '../../core/errors.ts'
import { printable } from '../../core/printable.ts'
import { decodeText } from '../tables/text.ts'

/** A text and what becomes of it. */
export interface TextPair {
  readonly source: string
  readonly target: string
  /** The line that it is from, from 1. */
  readonly line: number
}

/** Lines that were left out. */
export interface SkippedLine {
  readonly line: number
  readonly reason: 'empty' | 'no source' | 'no target' | 'no tab'
}

export interface TextPairs {
  readonly name: string
  /** Without blanks around the texts. */
  readonly pairs: readonly TextPair[]
  readonly skipped: readonly SkippedLine[]
  /** What was understood in one of several ways, one per line. */
  readonly remarks: readonly string[]
}

/** A file's bytes, or its text, and what messages call it. */
export interface TextFile {
  readonly name: string
  readonly content: string | Uint8Array
}

/** What a header calls two columns of texts. */
const headings = /^(source|src|input|target|tgt|trg|output)$/i

/** The text of a file with a remark where its encoding had to be guessed. @throws FormatError for what is not text. */
function textOf({ name, content }: TextFile): { readonly text: string; readonly remarks: readonly string[] } {
  const { text, encoding } =
    typeof content === 'string' ? { text: content.replace(/^\ufeff/, ''), encoding: 'utf-8' } : decodeText(content)
  if (text.includes('\0')) throw new FormatError(`${name} is not text: it has bytes of 0; expected lines of text`)
  const guessed = `${name} is not UTF-8; it is read as ${encoding}`
  return { text, remarks: encoding === 'windows-1252' ? [guessed] : [] }
}

/**
 * The lines of a text, which end with a line feed or with the two signs of Windows; with a carriage return alone only where there is no line feed at all. Other signs
 * that some programs take for ends, such as U+2028 and U+0085, are text: by them two files that go together line by line would not any more.
 */
function linesOf(text: string): string[] {
  const lines = text.split(text.includes('\n') ? /\r?\n/ : '\r')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** The number of columns that most rows have, of those with a tab. */
function defaultColumns(rows: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>()
  for (const { length } of rows) if (length > 1) counts.set(length, (counts.get(length) ?? 0) + 1)
  return [...counts].reduce((max, each) => (each[1] > max[1] ? each : max))[0]
}

/** Sorts lines into pairs and what is left out. */
function collected(
  name: string,
  cells: readonly (readonly [source: string, target: string | undefined])[],
  first: number,
) {
  const pairs: TextPair[] = []
  const skipped: SkippedLine[] = []
  for (const [i, [left, right]] of cells.entries()) {
    const line = first + i
    const [source, target] = [left.trim(), right?.trim()]
    if (source !== '' && target !== undefined && target !== '') pairs.push({ source, target, line })
    else if (source === '' && !target) skipped.push({ line, reason: 'empty' })
    else skipped.push({ line, reason: target === undefined ? 'no tab' : source === '' ? 'no source' : 'no target' })
  }
  if (pairs.length === 0) throw new DataError(`${name} contains no pairs of texts`)
  return { pairs, skipped }
}

/**
 * Pairs of a table with a tab between source and target, a pair a line; quotes are text. Columns behind the first two, such as where a sentence is from, and a header
 * such as `source` and `target` are left out, and told. Lines without both texts are left out and listed.
 * @throws FormatError for what is not text and for a file without tabs; DataError where no pair is left.
 */
export function parsePairs({ name, content }: TextFile): TextPairs {
  const { text, remarks } = textOf({ name, content })
  const rows = linesOf(text).map((line) => line.split('\t'))
  if (rows.every((row) => row.length < 2))
    throw new FormatError(
      `${name} has no tab between source and target; expected two columns, or two files that go together line by line`,
    )
  const columns = defaultColumns(rows)
  const odd = rows.findIndex((row) => row.length > 1 && row.length !== columns)
  if (odd >= 0)
    throw new FormatError(
      `${name}, line ${odd + 1} has ${rows[odd].length} columns, but most have ${columns}; a tab ends a text and cannot be in it`,
    )
  const hasHeader = rows[0].length >= 2 && rows[0].slice(0, 2).every((cell) => headings.test(cell.trim()))
  const notes = [
    ...remarks,
    ...(hasHeader ? [`${name}: the first line, ${printable(rows[0].join(', '))}, is read as a header`] : []),
    ...(columns > 2 ? [`${name}: only the first two of ${columns} columns are read`] : []),
  ]
  const cells = rows.slice(hasHeader ? 1 : 0).map(([source, target]) => [source, target] as const)
  return { name, ...collected(name, cells, hasHeader ? 2 : 1), remarks: notes }
}

/**
 * Pairs of two texts that go together line by line. Lines that are empty in either are left out and listed.
 * @throws FormatError for what is not text; DataError for unequal numbers of lines, and where no pair is left.
 */
export function parseParallel(sources: TextFile, targets: TextFile): TextPairs {
  const [from, to] = [textOf(sources), textOf(targets)]
  const [left, right] = [linesOf(from.text), linesOf(to.text)]
  if (left.length !== right.length)
    throw new DataError(
      `${sources.name} has ${left.length} lines, but ${targets.name} has ${right.length}; they must go together line by line`,
    )
  const name = `${sources.name}, ${targets.name}`
  const cells = left.map((source, i) => [source, right[i]] as const)
  return { name, ...collected(name, cells, 1), remarks: [...from.remarks, ...to.remarks] }
}
