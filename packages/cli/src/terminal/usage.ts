/** How the command ends, and what it says of wrong usage. */
import { nearestName } from 'gentle-dl'

/** Wrong usage and bad input: told in one line, exit code 2. */
export class UsageError extends Error {}

/** Exit codes of the command. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** An error for a word that is none of the choices; it names the nearest, and all. */
export function unknownChoice(what: string, word: string, choices: readonly string[]): UsageError {
  const nearest = nearestName(word, choices, Math.max(2, word.length / 2))
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`
  return new UsageError(`unknown ${what} '${word}'${hint} (there are ${choices.join(', ')})`)
}
