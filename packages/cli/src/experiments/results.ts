/** What experiments over several seeds come to, and where it is kept. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bold, columnsOf, print, table } from '../terminal/terminal.ts'

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** The mean, and from where to where the seeds lie where there are several. */
export function spread(values: readonly number[], format: (value: number) => string): string {
  if (values.length === 1) return format(values[0])
  return `${format(meanOf(values))} (${format(Math.min(...values))} to ${format(Math.max(...values))})`
}

const withoutRange = (cell: string | number): string | number =>
  typeof cell === 'number' ? cell : cell.replace(/ \(\S+ to \S+\)$/, '')

/** A table of what `spread` gives; where it is wider than `columns`, of the means alone. */
export function spreadTable(
  rows: readonly (readonly (string | number)[])[],
  columns = columnsOf(process.stdout),
): string {
  const whole = table(rows)
  if (whole.split('\n').every((line) => line.length <= columns)) return whole
  return `${table(rows.map((row) => row.map(withoutRange)))}\nno room in ${columns} columns: the range over the seeds; the JSON file has it`
}

export interface Outcome {
  readonly experiment: string
  /** Settings and results, for the JSON file. */
  readonly figures: object
  readonly svg: string
  /** What is told, for readers. */
  readonly text: string
}

/** Keeps the picture and the figures in a folder, and tells the result on stdout. */
export function saveAndPrint(
  { experiment, figures, svg, text }: Outcome,
  { out, json = false }: { readonly out: string; readonly json?: boolean },
): void {
  mkdirSync(out, { recursive: true })
  const [picture, file] = [join(out, `${experiment}.svg`), join(out, `${experiment}.json`)]
  const content = JSON.stringify({ experiment, ...figures }, null, 2)
  writeFileSync(picture, svg)
  writeFileSync(file, `${content}\n`)
  print(json ? content : `${text}\n\nWrote ${bold(picture)} and ${file}`)
}
