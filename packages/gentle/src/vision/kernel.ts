/** Kernels: the small tables of weights that a filter slides over a picture. */
import { ArgumentError } from '../core/errors.ts'

/** A table of weights, row-major [rows, columns]. */
export interface Kernel<Weights extends Float64Array | readonly number[] = Float64Array | readonly number[]> {
  readonly rows: number
  readonly columns: number
  readonly data: Weights
}

/**
 * A kernel from its rows.
 * @throws ArgumentError for no weights, rows of different lengths, or weights that are not finite numbers.
 */
export function kernelOf(rows: readonly (readonly number[])[]): Kernel<Float64Array> {
  const columns = rows[0]?.length ?? 0
  const odd = rows.findIndex((row) => row.length !== columns)
  if (odd > 0)
    throw new ArgumentError(
      `kernel is not rectangular: row 1 has ${columns} numbers and row ${odd + 1} has ${rows[odd].length}; expected equal lengths`,
    )
  const kernel = { rows: rows.length, columns, data: Float64Array.from(rows.flat()) }
  checkKernel(kernel)
  return kernel
}

/**
 * A kernel from text: rows are set apart by semicolons or new lines, numbers by blanks or commas, as Octave writes a matrix:
 * `1 0 -1; 1 0 -1`. Brackets around it are allowed.
 * @throws ArgumentError for text that holds no numbers or something else, and for rows of different lengths.
 */
export function parseKernel(text: string): Kernel<Float64Array> {
  const inside = text.trim().replace(/^\[(.*)\]$/s, '$1')
  const lines = inside.split(/;[^\S\n]*\n|[;\n]/).map((line) => line.trim())
  // As in Octave, a semicolon after the last row begins no other.
  if (lines.at(-1) === '') lines.pop()
  if (lines.length === 0) throw new ArgumentError("kernel is empty; expected numbers such as '1 0 -1; 1 0 -1'")
  return kernelOf(
    lines.map((line, row) => (line === '' ? [] : line.split(/\s*,\s*|\s+/).map((word) => read(word, row)))),
  )
}

function read(word: string, row: number): number {
  const value = Number(word)
  if (word === '' || !Number.isFinite(value))
    throw new ArgumentError(
      `kernel's row ${row + 1} has '${word.slice(0, 40)}', which is not a number; expected rows such as '1 0 -1; 1 0 -1'`,
    )
  return value
}

/** @throws ArgumentError for a kernel without weights, with another number of them than it says, or one that is not finite. */
export function checkKernel({ rows, columns, data }: Kernel): void {
  if (!Number.isInteger(rows) || !Number.isInteger(columns) || rows < 1 || columns < 1)
    throw new ArgumentError(`kernel has ${rows} x ${columns} weights; expected whole numbers of at least 1`)
  if (data.length !== rows * columns)
    throw new ArgumentError(`kernel of ${rows} x ${columns} has ${data.length} weights; expected ${rows * columns}`)
  const broken = data.findIndex((weight) => !Number.isFinite(weight))
  if (broken >= 0) throw new ArgumentError(`kernel's weight ${broken + 1} is ${data[broken]}; expected a finite number`)
}
