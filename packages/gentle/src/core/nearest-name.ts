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

/** The choice that takes the fewest letters to change; undefined where none takes at most `most`. */
export function nearestName(
  word: string,
  choices: readonly string[],
  most = Number.POSITIVE_INFINITY,
): string | undefined {
  const [nearest] = choices
    .map((choice) => ({ choice, changes: editDistance(word, choice) }))
    .sort((a, b) => a.changes - b.changes)
  return nearest !== undefined && nearest.changes <= most ? nearest.choice : undefined
}
