/** How the command ends where it fails. */
import { type Command, CommanderError } from 'commander'
import { BackendError, DivergenceError, GentleError, InternalError, MemoryError, StorageError } from 'gentle-dl'
import { commandErrorText, commandOf } from './command-error.ts'
import { note } from './terminal.ts'
import { exitCodes, linesOf, UsageError } from './usage.ts'

/** Tells an error in one line and gives the exit code. */
export function reportError(error: unknown, program: Command): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.done
    const words = process.argv.slice(2)
    if (error.code === 'commander.help')
      process.stderr.write(commandOf(program, words).helpInformation({ error: true }))
    else note(`gentle: ${commandErrorText(error, program, words)}`)
    return exitCodes.usage
  }
  const { text, code } = failureOf(error)
  note(error instanceof UsageError ? text : `gentle: ${text}`)
  return code
}

/** What is told of an error, and the exit code. */
export function failureOf(error: unknown): { readonly text: string; readonly code: number } {
  if (error instanceof UsageError) return { text: linesOf(error), code: exitCodes.usage }
  const [text] = (error instanceof Error ? error.message : String(error)).split('\n')
  const failed = [BackendError, DivergenceError, InternalError, MemoryError, StorageError].some(
    (type) => error instanceof type,
  )
  return { text, code: error instanceof GentleError && !failed ? exitCodes.usage : exitCodes.failed }
}
