/** Wrong usage and bad input: told in one line, exit code 2. */
export class UsageError extends Error {}

/** Exit codes of the command. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** How many letters have to change to make one word of the other (Levenshtein, 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]
}

/** The choice that takes the fewest letters to change. */
export const nearestOf = (word: string, choices: readonly string[]): string =>
  [...choices].sort((a, b) => distance(word, a) - distance(word, b))[0]

/** An error for a word that is none of the choices; it names the nearest, and all. */
export function unknownChoice(what: string, word: string, choices: readonly string[]): UsageError {
  const nearest = nearestOf(word, choices)
  const hint = distance(word, nearest) <= Math.max(2, word.length / 2) ? `; did you mean ${nearest}?` : ''
  return new UsageError(`unknown ${what} '${word}'${hint} (there are ${choices.join(', ')})`)
}
