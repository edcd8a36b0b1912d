/** Files of results that an option names. */
import { writeFileSync } from 'node:fs'
import { reasonOf } from './reason.ts'
import { UsageError } from './usage.ts'

/**
 * @param flag the option, such as `--out`
 * @param mode who may do what with the file, where it is new
 * @throws UsageError where the file cannot be written.
 */
export function writeOutput(flag: string, file: string, content: string | Uint8Array, mode?: number): void {
  try {
    writeFileSync(file, content, { mode })
  } catch (error) {
    throw new UsageError(`${flag} ${file} cannot be written: ${reasonOf(error, 'write')}`)
  }
}
