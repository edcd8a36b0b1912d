/** Points from tables in text (Shafranovich, "Common Format and MIME Type for Comma-Separated Values Files", RFC 4180). */
import { FormatError } from '../core/errors.ts'
import type { Dataset } from './dataset.ts'
import { inMemory } from './memory.ts'

export interface CsvOptions {
  /** The column with the label: its name, where there is a header, or its number from 0; the last unless given. */
  readonly label?: string | number
  /** Whether the labels are classes, or numbers to predict, whose targets are float32 [1]; 'classes' unless given. */
  readonly targets?: 'classes' | 'numbers'
  /** For messages; 'csv' unless given. */
  readonly name?: string
}

interface Row {
  readonly line: number
  readonly cells: readonly string[]
}

/** Cells between commas; within double quotes a comma and a line's end are text, and two quotes are one. */
function rowsOf(text: string, name: string): Row[] {
  const rows: Row[] = []
  let cells: string[] = []
  let cell = ''
  let line = 1
  let first = 1
  let quotedSince = 0
  const endRow = (): void => {
    cells.push(cell)
    if (cells.length > 1 || cells[0].trim() !== '') rows.push({ line: first, cells: cells.map((each) => each.trim()) })
    cells = []
    cell = ''
    first = line + 1
  }
  for (let i = text.startsWith('\ufeff') ? 1 : 0; i < text.length; i++) {
    const letter = text[i]
    if (quotedSince > 0) {
      if (letter !== '"') cell += letter
      else if (text[i + 1] === '"') cell += text[++i]
      else quotedSince = 0
    } else if (letter === '"' && cell.trim() === '') {
      cell = ''
      quotedSince = line
    } else if (letter === ',') {
      cells.push(cell)
      cell = ''
    } else if (letter === '\n') endRow()
    else if (letter !== '\r') cell += letter
    if (letter === '\n') line++
  }
  if (quotedSince > 0) throw new FormatError(`${name}, line ${quotedSince}: a quote is opened there and never closed`)
  endRow()
  return rows
}

const isNumber = (cell: string): boolean => cell !== '' && Number.isFinite(Number(cell))

/**
 * Examples of a table: a row each, its numbers the input, one column its label. A first row that has no number where all others have one is a header. Classes are in
 * order of their names, by their value where all are numbers.
 * @throws FormatError for no rows, rows of another length, cells that are no numbers, and a label column that is none.
 */
export function csvPoints(text: string, { label, targets = 'classes', name = 'csv' }: CsvOptions = {}): Dataset {
  const rows = rowsOf(text, name)
  if (rows.length === 0) throw new FormatError(`${name} is empty; expected a row of numbers and a label each line`)
  const columns = rows[0].cells.length
  const other = rows.find(({ cells }) => cells.length !== columns)
  if (other !== undefined)
    throw new FormatError(`${name}, line ${other.line}: ${other.cells.length} cells; the first row has ${columns}`)
  if (columns < 2) throw new FormatError(`${name} has one column; expected numbers and a label`)
  const hasHeader = rows.length > 1 && rows[0].cells.some((cell, i) => !isNumber(cell) && isNumber(rows[1].cells[i]))
  const header = hasHeader || typeof label === 'string' ? rows[0].cells : undefined
  const examples = header === undefined ? rows : rows.slice(1)
  const column = typeof label === 'string' ? rows[0].cells.indexOf(label) : (label ?? columns - 1)
  if (!(Number.isInteger(column) && column >= 0 && column < columns))
    throw new FormatError(
      `${name} has no column ${label}; there are ${header === undefined ? `0 to ${columns - 1}` : header.join(', ')}`,
    )
  const numbers = examples.flatMap(({ line, cells }) =>
    cells.flatMap((cell, i) => {
      if (i === column) return []
      if (!isNumber(cell)) throw new FormatError(`${name}, line ${line}: '${cell.slice(0, 40)}' is no number`)
      return [Number(cell)]
    }),
  )
  const labels = examples.map(({ cells }) => cells[column])
  const inputs = Float32Array.from(numbers)
  const inputShape = [columns - 1]
  if (targets === 'numbers') {
    const none = examples.find((_, i) => !isNumber(labels[i]))
    if (none !== undefined)
      throw new FormatError(`${name}, line ${none.line}: '${none.cells[column].slice(0, 40)}' is no number`)
    return inMemory({ name, inputs, inputShape, targets: Float32Array.from(labels, Number), targetShape: [1] })
  }
  const names = [...new Set(labels)]
  const classes = names.every(isNumber) ? names.sort((a, b) => Number(a) - Number(b)) : names.sort()
  const places = new Map(classes.map((each, i) => [each, i]))
  return inMemory({
    name,
    inputs,
    inputShape,
    targets: Int32Array.from(labels, (each) => places.get(each)!),
    classes,
  })
}
