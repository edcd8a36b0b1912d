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
  if (error instanceof UsageError) {
    note(linesOf(error))
    return exitCodes.usage
  }
  const [line] = (error instanceof Error ? error.message : String(error)).split('\n')
  note(`gentle: ${line}`)
  const failed = [BackendError, DivergenceError, InternalError, MemoryError, StorageError].some(
    (type) => error instanceof type,
  )
  return error instanceof GentleError && !failed ? exitCodes.usage : exitCodes.failed
}
