/** Words and how they are said: the Carnegie Mellon Pronouncing Dictionary. */

/**
 * A table of pairs of `dict.txt`: words in small letters, phonemes without the digits of stress; a word with several pronunciations, `READ` and `READ(1)`, has as many lines.
 */
export function pronunciationTable(dictionary: string): string {
  const lines = new Set<string>()
  for (const line of dictionary.split('\n')) {
    const [entry, phonemes] = line.split('  ')
    if (phonemes === undefined) continue
    const word = entry.replace(/\(\d+\)$/, '').toLowerCase()
    lines.add(`${word}\t${phonemes.trim().replace(/\d/g, '')}\n`)
  }
  return [...lines].join('')
}
