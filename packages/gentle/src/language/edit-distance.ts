/** How far two sequences are apart. */

/**
 * The fewest elements to replace, leave out and put in until one sequence is the other (Levenshtein, 1966); of words, or of a text's characters.
 *
 * ```ts
 * editDistance([...'kitten'], [...'sitting']) // → 3
 * ```
 */
export function editDistance<Element>(from: ArrayLike<Element>, to: ArrayLike<Element>): number {
  // The distances of all beginnings of `to` from one beginning of `from`.
  const distances = Uint32Array.from({ length: to.length + 1 }, (_, j) => j)
  for (let i = 0; i < from.length; i++) {
    let diagonal = i
    distances[0] = i + 1
    for (let j = 0; j < to.length; j++) {
      const replaced = diagonal + (from[i] === to[j] ? 0 : 1)
      diagonal = distances[j + 1]
      distances[j + 1] = Math.min(replaced, diagonal + 1, distances[j] + 1)
    }
  }
  return distances[to.length]
}
