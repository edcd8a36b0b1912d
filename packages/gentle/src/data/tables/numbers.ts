/** Numbers in the cells of a table. */
import { FormatError } from '../../core/errors.ts'
import type { Rows } from './rows.ts'

const truths: ReadonlyMap<string, number> = new Map([
  ['True', 1],
  ['False', 0],
  ['true', 1],
  ['false', 0],
  ['TRUE', 1],
  ['FALSE', 0],
])

const decimalComma = /^[+-]?\d*,\d+([eE][+-]?\d+)?$/
/** Digits in groups: 12,345 may be twelve thousand or twelve and a bit. */
const inGroups = /^[+-]?[1-9]\d{0,2},\d{3}$/

/** What stands for a value that is not there. */
const missingWords = ['', 'na', 'n/a', '#n/a', '<na>', 'nan', 'null', 'none', '?', '-']

/** Whether a cell says that its value is not known. */
export const isMissing = (text: string): boolean => missingWords.includes(text.toLowerCase())

/** A number with a decimal point, by JavaScript's rules but for other bases; NaN for other text. */
export function plainNumber(text: string): number {
  if (text === '' || 'xXoObB'.includes(text.charAt(1) || ' ')) return Number.NaN
  const value = Number(text)
  return Number.isFinite(value) && Math.abs(value) < 2 ** 128 ? value : Number.NaN
}

/** Reads numbers, with decimal points or decimal commas, and sees to it that a table has one of both. */
export class Numbers {
  #pointLine = 0
  #commaLine = 0
  #grouped = ''
  #isGrouped = true

  /** The number in a cell, 1 and 0 for true and false; NaN where there is none. */
  read(rows: Rows, cell: number): number {
    const digits = rows.digits(cell)
    return digits >= 0 ? digits : this.#of(rows.text(cell), rows.line)
  }

  #of(text: string, line: number): number {
    const value = plainNumber(text)
    if (!Number.isNaN(value)) {
      if (this.#pointLine === 0 && text.includes('.')) this.#pointLine = line
      return value
    }
    if (!decimalComma.test(text)) return truths.get(text) ?? Number.NaN
    this.#commaLine ||= line
    if (!inGroups.test(text)) this.#isGrouped = false
    else this.#grouped ||= text
    return plainNumber(text.replace(',', '.'))
  }

  /** What stands before decimals. @throws FormatError where that is a point here and a comma there, or nobody knows. */
  decimal(name: string): '.' | ',' {
    if (this.#commaLine === 0) return '.'
    if (this.#pointLine > 0)
      throw new FormatError(
        `${name}: line ${this.#commaLine} has a number with a comma, line ${this.#pointLine} one with a point; expected one of both throughout, and no marks between thousands`,
      )
    if (this.#isGrouped)
      throw new FormatError(
        `${name}, line ${this.#commaLine}: '${this.#grouped}' may be a number of thousands or one with a decimal comma, as all in this table; write it without marks between thousands`,
      )
    return ','
  }
}
