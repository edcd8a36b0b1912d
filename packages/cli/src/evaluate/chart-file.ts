/** A chart that is asked for by --out. */
import { writeFileSync } from 'node:fs'
import { reasonOf } from '../terminal/reason.ts'
import { note } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'

/** @throws UsageError where it cannot be written. */
export function writeChart(file: string, svg: string): void {
  try {
    writeFileSync(file, svg)
  } catch (error) {
    throw new UsageError(`--out ${file} cannot be written: ${reasonOf(error, 'write')}`)
  }
  note(`curves: ${file}`)
}
