/** Lines that fit a terminal. */
import { stripVTControlCharacters } from 'node:util'

/** Letters of a text, without what colours it. */
export const lengthOf = (text: string): number => stripVTControlCharacters(text).length

/** Lines of at most this many letters, broken where two spaces part columns, else between words; all but the first are indented. */
export function wrapped(line: string, width: number): string[] {
  if (lengthOf(line) <= width) return [line]
  const lines: string[] = []
  const add = (text: string, gap: string): void => {
    const last = lines.at(-1)
    if (last === undefined) lines.push(text)
    else if (lengthOf(last + gap + text) <= width) lines[lines.length - 1] = last + gap + text
    else lines.push(`  ${text}`)
  }
  for (const column of line.split(/ {2,}/)) {
    const words = lengthOf(`  ${column}`) <= width ? [column] : column.split(' ')
    for (const [i, word] of words.entries()) add(word, i === 0 ? '  ' : ' ')
  }
  return lines
}

/**
 * Text as it is shown in this many columns: long lines are broken between words. Indented lines stay as they are: tables,
 * drawings, and commands, which are to be copied.
 */
export const fitted = (text: string, columns: number): string =>
  text
    .split('\n')
    .flatMap((line) => (line.startsWith(' ') ? [line] : wrapped(line, columns)))
    .join('\n')
