/** Tables as text (Shafranovich, "Common Format and MIME Type for Comma-Separated Values Files", RFC 4180). */
import { type ModelColumns, sizeOf } from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'
import { writeOutput } from '../terminal/output-file.ts'
import { note } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'

/** A float32 with the digits that it has, as tables are written. */
export const asWritten = (value: number): number => Number(value.toPrecision(7))

/** A cell with a comma, a quote or a line's end stands in quotes. */
const cell = (value: string | number): string => {
  const text = String(value)
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Rows with commas between cells. */
const csvText = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => `${row.map(cell).join(',')}\n`).join('')

/** Writes a table to the file of `--out`, and says so. @throws UsageError where it cannot be written. */
export function writeCsv(file: string, rows: readonly (readonly (string | number)[])[]): void {
  if (!/\.csv$/i.test(file))
    throw new UsageError(`--out ${file} is not a .csv file; predictions of a table are written as CSV`)
  writeOutput('--out', file, csvText(rows))
  note(`wrote ${file}`)
}

/** Names of inputs and target; where the table has none, what they are. */
export const columnNames = ({ inputs, target }: ModelColumns, features: number) => ({
  inputs: inputs ?? Array.from({ length: features }, (_, i) => `input ${i + 1}`),
  target: target ?? 'target',
})

/** Rows of the example that `gentle predict` can be tried with. */
const exampleRows = 5

/** Some rows of a set without their labels, as a table. */
export async function exampleTable(set: Dataset, columns: ModelColumns): Promise<string> {
  const features = sizeOf(set.inputShape)
  const count = Math.min(exampleRows, set.length)
  const inputs = new Float32Array(count * features)
  await set.read(
    Array.from({ length: count }, (_, i) => i),
    inputs,
    set.target.dtype === 'int32' ? new Int32Array(count) : new Float32Array(count),
  )
  const asRead = columns.values === 'bytes' ? inputs.map((value) => Math.round(255 * value)) : inputs
  const rows = Array.from({ length: count }, (_, i) =>
    Array.from(asRead.subarray(i * features, (i + 1) * features), asWritten),
  )
  return csvText([...(columns.inputs ? [columns.inputs] : []), ...rows])
}
