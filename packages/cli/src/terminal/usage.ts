/** How the command ends, and what it says of wrong usage. */
import { nearestNames } from 'gentle-dl'
import { columns, terminalWidth } from './terminal.ts'

/** Wrong usage and bad input: told in one line, exit code 2. */
export class UsageError extends Error {
  /** What there is to choose from, printed below the line where it is too much for one. */
  readonly choices: readonly string[]

  constructor(message: string, choices: readonly string[] = []) {
    super(message)
    this.choices = choices
  }
}

/** Exit codes of the command. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** Letters of a list that stands in the line of an error. */
const shortList = 60

/** An error for a word that is none of the choices; it names the nearest, and all: many of them in columns, the nearest first. */
export function unknownChoice(what: string, word: string, choices: readonly string[]): UsageError {
  const near = nearestNames(word.toLowerCase(), choices, Math.max(1, word.length / 2))
  const hint = near.length === 0 ? '' : `; did you mean ${near[0]}?`
  const list = choices.join(', ')
  return list.length <= shortList
    ? new UsageError(`unknown ${what} '${word}'${hint} (choose from ${list})`)
    : new UsageError(`unknown ${what} '${word}'${hint || '; choose from:'}`, [...new Set([...near, ...choices])])
}

/** The lines that tell of an error. */
export const linesOf = ({ message, choices }: UsageError): string =>
  [`gentle: ${message.split('\n')[0]}`, ...columns(choices, terminalWidth()).map((line) => `  ${line}`)].join('\n')
