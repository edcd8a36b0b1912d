/** The name that was meant by one that there is not. */

/** How many letters have to change to make one word of the other (Levenshtein, 1966). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]
}

/** The choices that take at most `max` letters to change, those that take the fewest first. */
export function nearestNames(
  word: string,
  choices: readonly string[],
  max = Number.POSITIVE_INFINITY,
): readonly string[] {
  return choices
    .map((choice) => ({ choice, changes: editDistance(word, choice) }))
    .filter(({ changes }) => changes <= max)
    .sort((a, b) => a.changes - b.changes)
    .map(({ choice }) => choice)
}

/** The choice that takes the fewest letters to change; undefined where none takes at most `max`. */
export const nearestName = (word: string, choices: readonly string[], max?: number): string | undefined =>
  nearestNames(word, choices, max)[0]
