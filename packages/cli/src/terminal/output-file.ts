/** Files of results that an option names. */
import { writeFileSync } from 'node:fs'
import { reasonOf } from './reason.ts'
import { UsageError } from './usage.ts'

/** @param flag the option, such as `--out`. @throws UsageError where the file cannot be written. */
export function writeOutput(flag: string, file: string, content: string | Uint8Array): void {
  try {
    writeFileSync(file, content)
  } catch (error) {
    throw new UsageError(`${flag} ${file} cannot be written: ${reasonOf(error, 'write')}`)
  }
}
