/** Examples from tables in text. */
import { FormatError } from '../core/errors.ts'
import { printable } from '../formats/failure.ts'
import type { Dataset } from './dataset.ts'
import { inMemory } from './memory.ts'
import { areBytes } from './pixel-bytes.ts'
import { type Columns, checkCells, columnName, columnsOf, type LabelChoice } from './tables/columns.ts'
import { inputColumns } from './tables/input-columns.ts'
import { isMissing, Numbers, plainNumber } from './tables/numbers.ts'
import { Rows, type Separator } from './tables/rows.ts'
import { separatorOf } from './tables/separator.ts'
import { decodeText, type Encoding } from './tables/text.ts'

export interface CsvOptions {
  /**
   * The column with the label: its name, where there is a header, or its number from 0. Unless given, a column with a name such as `label`, `class` or
   * `target`; else the only one of text; else the first, where its numbers look more as classes do than those of the last; else the last.
   */
  readonly label?: string | number
  /**
   * Whether the labels are classes, or numbers to predict, whose targets are float32 [1]; 'classes' unless given. With 'auto' they are numbers to predict where some
   * are not whole, or where they are more than 20 different ones with fewer than 10 rows each.
   */
  readonly targets?: 'classes' | 'numbers' | 'auto'
  /**
   * Names of the columns that are inputs, in the order in which a model takes them, whatever the order in the table; others are left out. All but the label unless
   * given. A table without a header has them in this order.
   */
  readonly inputs?: readonly string[]
  /** For messages; 'csv' unless given. */
  readonly name?: string
}

/** How a table was read, as plain data. */
export interface TableReading {
  readonly encoding: Encoding
  readonly separator: Separator
  /** What stands before decimals. */
  readonly decimal: '.' | ','
  readonly header: boolean
  /** The column with the label, and how it was found. */
  readonly label: { readonly column: number; readonly name?: string; readonly chosen: LabelChoice }
  /** A column that was left out because it numbers the rows. */
  readonly index?: { readonly column: number; readonly name?: string }
  /** Names of the inputs' columns, where there is a header. */
  readonly inputs?: readonly string[]
  /** Names of columns that are neither inputs nor label. */
  readonly ignored?: readonly string[]
  /** Whether the inputs are bytes, which are read as themselves / 255, or numbers as they are. */
  readonly values: 'bytes' | 'numbers'
}

/** A data set of a table. */
export interface TableSet extends Dataset {
  readonly reading: TableReading
}

interface Content {
  readonly inputs: Float32Array<ArrayBuffer>
  /** Numbers to predict, where those are the labels. */
  readonly predicted: Float32Array<ArrayBuffer>
  /** Classes as they are written, one a row, where those are the labels. */
  readonly labels: readonly string[]
  /** The line in which a label is met first. */
  readonly lineOf: ReadonlyMap<string, number>
  readonly decimal: '.' | ','
}

/** Rows that a text may have, by the ends of its lines. */
function maxRows(text: string): number {
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) if (text[at + 1] !== '\n') lines++
  return lines
}

/** The columns that are inputs. @throws FormatError where one is not there, or is the label. */
function featuresOf(
  { count, header, label, index }: Columns,
  asked: readonly string[] | undefined,
  name: string,
): number[] {
  const all = Array.from({ length: count }, (_, column) => column)
  if (asked === undefined || header === undefined)
    return all.filter((column) => column !== label && !(column === 0 && index !== undefined))
  return inputColumns(header, count, { features: asked.length, names: asked, name }).map((column) => {
    if (column !== label) return column
    throw new FormatError(`${name}: ${columnName({ header }, column)} is an input, and cannot be the label as well`)
  })
}

/** All rows; undefined where the first column turns out not to count them. */
function readContent(
  text: string,
  separator: Separator,
  columns: Columns,
  {
    targets,
    inputs: asked,
    name,
  }: { readonly targets: 'classes' | 'numbers'; readonly inputs?: readonly string[]; readonly name: string },
): Content | undefined {
  const rows = new Rows(text, separator, name)
  const numbers = new Numbers()
  const { count, header, label, index } = columns
  const features = featuresOf(columns, asked, name)
  const max = maxRows(text)
  const inputs = new Float32Array(max * features.length)
  const predicted = new Float32Array(targets === 'numbers' ? max : 0)
  let [row, place] = [0, 0]
  const labels: string[] = []
  const lineOf = new Map<string, number>()
  if (header !== undefined) rows.next()
  let start = 0
  for (; rows.next(); row++) {
    checkCells(rows, count, name)
    if (index === 'counting') {
      const counted = rows.digits(0)
      if (row === 0) start = counted
      if (counted !== start + row) return undefined
    }
    for (const column of features) {
      const value = numbers.read(rows, column)
      if (Number.isNaN(value)) throw new FormatError(refusal(rows, column, columns, name))
      inputs[place++] = value
    }
    if (targets === 'numbers') {
      const value = numbers.read(rows, label)
      if (Number.isNaN(value))
        throw new FormatError(
          `${name}, line ${rows.line}, ${columnName(columns, label)}: '${printable(rows.text(label))}' is not a number to predict`,
        )
      predicted[row] = value
      continue
    }
    const own = rows.text(label).normalize('NFC')
    labels.push(own)
    if (!lineOf.has(own)) lineOf.set(own, rows.line)
  }
  return {
    inputs: inputs.subarray(0, place),
    predicted: predicted.subarray(0, row),
    labels,
    lineOf,
    decimal: numbers.decimal(name),
  }
}

/** Why a cell is not an input. */
function refusal(rows: Rows, column: number, columns: Columns, name: string): string {
  const cell = rows.text(column)
  const where = `${name}, line ${rows.line}, ${columnName(columns, column)}`
  return isMissing(cell)
    ? `${where}: the value is missing${cell === '' ? '' : ` (${printable(cell)})`}; fill it or leave the row out`
    : `${where}: '${printable(cell)}' is not a number; the label is ${columnName(columns, columns.label)}, all others are inputs, which have to be numbers: leave the column out, or write its words as numbers`
}

/** Most classes of which a few examples each are believed. */
const believed = 20

/** More classes than those have so many examples each on average, or they are taken for numbers. */
const perClass = 10

/** Whether labels are numbers to predict, not classes: all are numbers, and some are fractions, or most occur a few times alone. */
function areMeasured(text: string, separator: Separator, { header, label, chosen }: Columns, name: string): boolean {
  if (chosen === 'by its values') return false
  const rows = new Rows(text, separator, name)
  const numbers = new Numbers()
  const seen = new Set<number>()
  let [count, isFraction] = [0, false]
  if (header !== undefined) rows.next()
  for (; rows.next(); count++) {
    const value = numbers.read(rows, label)
    // What is missing is told when the labels are read.
    if (Number.isNaN(value) && isMissing(rows.text(label))) continue
    if (Number.isNaN(value)) return false
    isFraction ||= !Number.isInteger(value)
    seen.add(value)
  }
  return isFraction || (seen.size > believed && count < perClass * seen.size)
}

/** Labels as classes in order of their names, by their value where all are numbers. */
function classesOf(
  { labels, lineOf }: Content,
  { called, chosen, name }: { called: string; chosen: LabelChoice; name: string },
) {
  const texts = [...lineOf.keys()]
  const present = texts.filter((text) => !isMissing(text))
  const areNumbers = present.length > 0 && present.every((text) => !Number.isNaN(plainNumber(text)))
  // Among names 'none' and 'NA' can be names.
  const missing = texts.find((text) => isMissing(text) && (areNumbers || text === '' || text.toLowerCase() === 'nan'))
  if (missing !== undefined)
    throw new FormatError(
      `${name}, line ${lineOf.get(missing)}, ${called}: the label is missing${missing === '' ? '' : ` (${missing})`}; fill it or leave the row out`,
    )
  const nameOf = areNumbers ? (text: string) => String(plainNumber(text)) : (text: string) => text
  const names = [...new Set(texts.map(nameOf))]
  // A column that was taken by itself is the wrong one; one that is named may have one class, to score a model on.
  if (names.length < 2 && (chosen === 'by its values' || chosen === 'the last column'))
    throw new FormatError(
      `${name}: ${called} is ${printable(names[0])} in every row, which leaves nothing to tell apart; name the column with the classes as label`,
    )
  const isFraction = areNumbers && names.some((each) => !Number.isInteger(Number(each)))
  if (names.length > believed && (isFraction || 2 * names.length > labels.length))
    throw new FormatError(
      `${name}: ${called} has ${names.length} different ${areNumbers ? 'numbers' : 'texts'} in ${labels.length} rows, so it is ${areNumbers ? 'a number to predict or an index' : 'a name'}, no class; name the column with the classes as label`,
    )
  const classes = areNumbers ? names.sort((a, b) => Number(a) - Number(b)) : names.sort()
  const places = new Map(texts.map((text) => [text, classes.indexOf(nameOf(text))]))
  return { classes, targets: Int32Array.from(labels, (label) => places.get(label)!) }
}

/** Text of a table. @throws FormatError for bytes of anything else. */
function textOf(source: string | Uint8Array, name: string): { readonly text: string; readonly encoding: Encoding } {
  const decoded = typeof source === 'string' ? { text: source, encoding: 'utf-8' as const } : decodeText(source)
  if (decoded.text.includes('\0'))
    throw new FormatError(`${name} is not text: it has bytes of 0; expected a table in text`)
  return decoded
}

/**
 * Whether the labels of a table are classes or numbers to predict, as `csvPoints` with `targets: 'auto'` takes them.
 * @throws FormatError as `csvPoints`, for what is no table and a label column that is not there.
 */
export function csvTargets(
  source: string | Uint8Array,
  { label, name = 'csv' }: Pick<CsvOptions, 'label' | 'name'> = {},
): 'classes' | 'numbers' {
  const { text } = textOf(source, name)
  const separator = separatorOf(text, name)
  const columns = columnsOf(text, separator, { label, targets: 'auto', name })
  return areMeasured(text, separator, columns, name) ? 'numbers' : 'classes'
}

/**
 * Examples of a table, as text or as a file's bytes: a row each, its numbers the input, one column its label. What separates cells, whether there is a
 * header, the label's column, decimal commas, and a first column that only numbers the rows, which is left out, are seen by the content; `reading` says
 * what was seen. `True` and `False` are 1 and 0. Where all inputs are whole numbers of 0 to 255 that by number or by name are pixels, they are bytes, and
 * become [0, 1]. Classes are in order of their names, by their value where all are numbers.
 * @throws FormatError for no rows, rows of another length, cells that are not numbers or missing, a label column that is not there or has no
 * classes, and one that nobody named and that is the same in every row; the message names line and column.
 */
export function csvPoints(
  source: string | Uint8Array,
  { label, targets: asked = 'classes', inputs: names, name = 'csv' }: CsvOptions = {},
): TableSet {
  const { text, encoding } = textOf(source, name)
  const separator = separatorOf(text, name)
  const seen = columnsOf(text, separator, { label, targets: asked, name })
  const targets = asked === 'auto' ? (areMeasured(text, separator, seen, name) ? 'numbers' : 'classes') : asked
  let columns: Columns = seen
  let content = readContent(text, separator, columns, { targets, inputs: names, name })
  if (content === undefined) {
    columns = { ...seen, index: undefined }
    content = readContent(text, separator, columns, { targets, inputs: names, name })!
  }
  if (content.inputs.length === 0) throw new FormatError(`${name} has a header alone; expected examples below it`)
  const { inputs, decimal } = content
  const { header, index } = columns
  const called = columnName(columns, columns.label)
  const used = featuresOf(columns, names, name)
  const inputShape = [used.length]
  const features = header && used.map((column) => header[column])
  const ignored = header?.filter(
    (_, column) => column !== columns.label && !used.includes(column) && !(column === 0 && index !== undefined),
  )
  const isPixels = areBytes(inputs, { features: inputShape[0], names: features })
  const named = (column: number) => ({ column, ...(header && { name: header[column] }) })
  const reading: TableReading = {
    encoding,
    separator,
    decimal,
    header: header !== undefined,
    label: { ...named(columns.label), chosen: columns.chosen },
    ...(index !== undefined && { index: named(0) }),
    ...(features && { inputs: features }),
    ...(ignored && ignored.length > 0 && { ignored }),
    values: isPixels ? 'bytes' : 'numbers',
  }
  const common = { name, inputs: isPixels ? new Uint8Array(inputs) : inputs, inputShape }
  const dataset =
    targets === 'numbers'
      ? inMemory({ ...common, targets: content.predicted, targetShape: [1] })
      : inMemory({ ...common, ...classesOf(content, { called, chosen: columns.chosen, name }) })
  return { ...dataset, description: reading, reading }
}
