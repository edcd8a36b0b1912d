/** What the columns of a table are: a header, an index, the label. */
import { FormatError } from '../../core/errors.ts'
import { printable } from '../../formats/failure.ts'
import { isMissing, Numbers, plainNumber } from './numbers.ts'
import { Rows, type Separator } from './rows.ts'

/** How the label's column was found. */
export type LabelChoice = 'as given' | 'by name' | 'the only text column' | 'by its values' | 'the last column'

export interface Columns {
  readonly count: number
  /** Their names, where there is a header. */
  readonly header?: readonly string[]
  readonly label: number
  readonly chosen: LabelChoice
  /** Whether the first numbers the rows: by its name, or only as long as it counts up. */
  readonly index?: 'named' | 'counting'
}

/** Names of columns with classes, the surest first. */
const labelNames = ['label', 'labels', 'class', 'classes', 'target', 'category', 'species', 'y']
/** Names of columns that number the rows, as long as they do. */
const indexNames = ['index', 'id', 'idx', 'row', 'rownames', 'row.names', 'no', 'no.', '#']

/** Rows that are looked at to tell numbers from text. */
const sampled = 200
/** Without a header fewer rows that are counted may be what was measured. */
const fewestCounted = 10

/** How messages call a column. */
export function columnName({ header }: Pick<Columns, 'header'>, column: number): string {
  const name = header?.[column]
  return name ? `column '${printable(name)}'` : `column ${column} (from 0)`
}

interface Sample {
  readonly rows: readonly (readonly string[])[]
  readonly areNumbers: readonly (readonly boolean[])[]
}

/** @throws FormatError for a row of another length than the first. */
export function checkCells({ line, count }: Rows, expected: number, name: string): void {
  if (count !== expected)
    throw new FormatError(
      `${name}, line ${line}: ${count} ${count === 1 ? 'cell' : 'cells'}; the first row has ${expected}`,
    )
}

function sampleOf(text: string, separator: Separator, name: string): Sample {
  const rows = new Rows(text, separator, name)
  const numbers = new Numbers()
  const sample: string[][] = []
  const areNumbers: boolean[][] = []
  while (sample.length < sampled && rows.next()) {
    checkCells(rows, sample[0]?.length ?? rows.count, name)
    sample.push(rows.texts())
    areNumbers.push(sample[sample.length - 1].map((_, cell) => !Number.isNaN(numbers.read(rows, cell))))
  }
  return { rows: sample, areNumbers }
}

const isLabelName = (name: string): boolean => labelNames.includes(name.toLowerCase())

/** Whether the first row names the columns. */
function hasHeader({ rows, areNumbers }: Sample): boolean {
  const [first, ...rest] = rows
  if (rest.length === 0) return areNumbers[0].every((isNumber) => !isNumber)
  const areMostlyNumbers = (column: number): boolean =>
    2 * areNumbers.slice(1).filter((row) => row[column]).length > rest.length
  if (first.some((cell, i) => !areNumbers[0][i] && !isMissing(cell) && areMostlyNumbers(i))) return true
  if (first.some((cell, i) => isLabelName(cell) && rest.every((row) => row[i] !== cell))) return true
  // As pandas names columns that have no names: by their places, behind an index without a name.
  const named = first[0] === '' ? first.slice(1) : first
  if (first[0] === '' && named.every((cell) => cell !== '') && areMostlyNumbers(0)) return true
  const counted = named.filter((cell, i) => cell === String(i)).length
  return counted >= 4 && named.every((cell, i) => cell === String(i) || Number.isNaN(plainNumber(cell)))
}

/**
 * How much a column looks as classes do: as fractions, which are measured, not at all, somewhat, or as numbered ones, 0, 1, 2, ... or 1, 2, 3, ...
 */
function likeness(text: string, separator: Separator, name: string, column: number, header: boolean): -1 | 0 | 1 | 2 {
  const rows = new Rows(text, separator, name)
  const numbers = new Numbers()
  const seen = new Set<number>()
  let count = 0
  if (header) rows.next()
  for (; rows.next(); count++) {
    const value = numbers.read(rows, column)
    if (!Number.isInteger(value)) return -1
    seen.add(value)
    if (seen.size > 1000) return 0
  }
  if (seen.size < 2 || 2 * seen.size > count) return 0
  const min = Math.min(...seen)
  return (min === 0 || min === 1) && Math.max(...seen) - min === seen.size - 1 ? 2 : 1
}

const isPlace = (label: string): boolean => /^\d+$/.test(label)

/** The column that is asked for, by its name or its number. */
function columnOf(label: string | number, first: readonly string[], header: boolean, name: string): number {
  const named = header ? first.flatMap((cell, i) => (cell === label ? [i] : [])) : []
  if (named.length > 1)
    throw new FormatError(
      `${name} has ${named.length} columns that are called '${printable(String(label))}': ${named.join(', ')}; give the number of one`,
    )
  if (named.length === 1) return named[0]
  const column = typeof label === 'number' || isPlace(label) ? Number(label) : -1
  if (Number.isInteger(column) && column >= 0 && column < first.length) return column
  const names = first.slice(0, 12).map(printable).join(', ')
  throw new FormatError(
    `${name} has no column ${printable(String(label))}; there are ${header ? `${names}${first.length > 12 ? ', ...' : ''}` : `0 to ${first.length - 1}`}${String(label).includes(',') ? '; the label is one column' : ''}`,
  )
}

/** @throws FormatError for a table without rows, of one column, and one without the column that is asked for. */
export function columnsOf(
  text: string,
  separator: Separator,
  {
    label,
    targets,
    name,
  }: { readonly label?: string | number; readonly targets: 'classes' | 'numbers' | 'auto'; readonly name: string },
): Columns {
  const sample = sampleOf(text, separator, name)
  const { rows, areNumbers } = sample
  if (rows.length === 0) throw new FormatError(`${name} is empty; expected a row of numbers and a label each line`)
  const [first] = rows
  const count = first.length
  if (count < 2)
    throw new FormatError(
      `${name} has one column; expected numbers and a label, with commas, semicolons, tabs or | between them`,
    )
  const isNamed = typeof label === 'string' && !isPlace(label) && first.includes(label)
  const header = isNamed || hasHeader(sample) ? first : undefined
  const examples = rows.slice(header === undefined ? 0 : 1)
  const found = (): Pick<Columns, 'label' | 'chosen'> => {
    if (label !== undefined) return { label: columnOf(label, first, header !== undefined, name), chosen: 'as given' }
    const names = header?.map((cell) => cell.toLowerCase()) ?? []
    // Of a plane's points y is not a label.
    const candidates = labelNames.filter((each) => names.includes(each) && !(each === 'y' && names.includes('x')))
    if (candidates.length > 0)
      return { label: columnOf(header![names.indexOf(candidates[0])], first, true, name), chosen: 'by name' }
    const last = count - 1
    if (targets === 'numbers') return { label: last, chosen: 'the last column' }
    const isText = (column: number): boolean =>
      areNumbers.slice(rows.length - examples.length).every((row, i) => !row[column] && !isMissing(examples[i][column]))
    const texts = first.flatMap((_, column) =>
      isText(column) && !(column === 0 && header?.[0] === '') ? [column] : [],
    )
    if (texts.length === 1) return { label: texts[0], chosen: 'the only text column' }
    const [ofFirst, ofLast] = [0, last].map((column) => likeness(text, separator, name, column, header !== undefined))
    // Where labels may be numbers to predict, a first column that is not numbered as classes are is an input such as others.
    const least = targets === 'auto' ? 1 : 0
    // Where a name could have told, a last column of what was measured is asked for by mistake.
    return ofFirst > Math.max(least, ofLast) && (header === undefined || ofLast >= 0)
      ? { label: 0, chosen: 'by its values' }
      : { label: last, chosen: 'the last column' }
  }
  const { label: column, chosen } = found()
  const index = column === 0 || count < 3 ? undefined : indexOf(header, examples)
  return { count, label: column, chosen, ...(header && { header }), ...(index && { index }) }
}

/** Whether the first column numbers the rows. */
function indexOf(
  header: readonly string[] | undefined,
  examples: readonly (readonly string[])[],
): Columns['index'] | undefined {
  // A header alone is refused where its examples are read.
  if (examples.length === 0) return undefined
  const name = header?.[0].toLowerCase()
  if (name === '' || name === 'unnamed: 0') return 'named'
  if (name === undefined ? examples.length < fewestCounted : !indexNames.includes(name)) return undefined
  const start = Number(examples[0][0])
  return (start === 0 || start === 1) && examples.every(([cell], i) => cell !== '' && Number(cell) === start + i)
    ? 'counting'
    : undefined
}
