/** Rows of a table without labels, for a model that knows the names of its inputs. */
import { FormatError } from '../core/errors.ts'
import { printable } from '../formats/failure.ts'
import { checkCells } from './tables/columns.ts'
import { inputColumns } from './tables/input-columns.ts'
import { isMissing, Numbers } from './tables/numbers.ts'
import { Rows } from './tables/rows.ts'
import { separatorOf } from './tables/separator.ts'
import { decodeText } from './tables/text.ts'

export interface CsvRowsOptions {
  /** How many inputs the model takes. */
  readonly features: number
  /** What the columns of the inputs are called, in the order in which the model takes them; by their order alone unless given. */
  readonly names?: readonly string[]
  /** For messages; 'csv' unless given. */
  readonly name?: string
}

/** Rows as a model takes them. */
export interface CsvRows {
  /** Number of rows. */
  readonly length: number
  /** The inputs of all rows, row by row. */
  readonly inputs: Float32Array<ArrayBuffer>
  /** Names of all columns, where there is a header. */
  readonly header?: readonly string[]
  /** Columns that are not inputs. */
  readonly ignored: readonly string[]
  /** All cells of a row as they are written. */
  cells(row: number): readonly string[]
}

/**
 * Reads rows for a model to predict. Columns are matched by name, in whatever order, where the model knows names and the table has a header; else by their order.
 * @throws FormatError for a table without rows, one that lacks a column or has it twice, another number of columns where there are no names to match, rows of
 * another length, and cells that are missing or not numbers; the message names line and column.
 */
export function csvRows(source: string | Uint8Array, { features, names, name = 'csv' }: CsvRowsOptions): CsvRows {
  const text = typeof source === 'string' ? source : decodeText(source).text
  if (text.includes('\0')) throw new FormatError(`${name} is not text: it has bytes of 0; expected a table in text`)
  const separator = separatorOf(text, name)
  const rows = new Rows(text, separator, name)
  const numbers = new Numbers()
  if (!rows.next()) throw new FormatError(`${name} is empty; expected a row of numbers on each line`)
  const first = rows.texts()
  const isHeader =
    first.some((cell) => names?.includes(cell)) ||
    first.some((cell, i) => !isMissing(cell) && Number.isNaN(new Numbers().read(rows, i)))
  const header = isHeader ? first : undefined
  const columns = inputColumns(header, first.length, { features, names, name })
  const inputs: number[] = []
  const texts: (readonly string[])[] = []
  for (let more = isHeader ? rows.next() : true; more; more = rows.next()) {
    checkCells(rows, first.length, name)
    for (const column of columns) {
      const value = numbers.read(rows, column)
      if (Number.isNaN(value)) {
        const cell = rows.text(column)
        const where = `${name}, line ${rows.line}, ${header === undefined ? `column ${column} (from 0)` : `column '${printable(header[column])}'`}`
        throw new FormatError(
          isMissing(cell)
            ? `${where}: the value is missing${cell === '' ? '' : ` (${printable(cell)})`}; fill it or leave the row out`
            : `${where}: '${printable(cell)}' is not a number`,
        )
      }
      inputs.push(value)
    }
    texts.push(rows.texts())
  }
  if (texts.length === 0) throw new FormatError(`${name} has a header alone; expected rows below it`)
  numbers.decimal(name)
  return {
    length: texts.length,
    inputs: Float32Array.from(inputs),
    ...(header && { header }),
    ignored: (header ?? []).filter((_, column) => !columns.includes(column)),
    cells: (row) => texts[row],
  }
}
