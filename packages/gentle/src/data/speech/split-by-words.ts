/** Parts of recordings in which nothing is said that another part has. */
import { DataError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { wordsOf } from '../../speech/text/transcript-text.ts'

/**
 * Splits off about `count` recordings by seed: as many word sequences, with all recordings of each, until there are so many. The order of the recordings does not matter.
 * @returns indices of the rest and of the part, in order
 * @throws DataError where nothing would be left of the rest.
 */
export function splitByWords(
  transcripts: readonly string[],
  count: number,
  seed: number,
  what: string,
): readonly [rest: Uint32Array, part: Uint32Array] {
  const bySequence = new Map<string, number[]>()
  for (const [i, transcript] of transcripts.entries()) {
    const words = wordsOf(transcript)
    const own = bySequence.get(words)
    if (own === undefined) bySequence.set(words, [i])
    else own.push(i)
  }
  const sequences = [...bySequence.keys()].sort()
  const isTaken = new Uint8Array(transcripts.length)
  let taken = 0
  for (const place of new Random(seed, 'split by words').permutation(sequences.length)) {
    if (taken >= count) break
    for (const i of bySequence.get(sequences[place])!) isTaken[i] = 1
    taken += bySequence.get(sequences[place])!.length
  }
  if (taken === 0 || taken >= transcripts.length)
    throw new DataError(
      `${what}: its ${transcripts.length} recordings have ${sequences.length} different texts, too few to hold out ${count} recordings; give folders train, validation and test`,
    )
  const indices = Uint32Array.from({ length: transcripts.length }, (_, i) => i)
  return [indices.filter((i) => isTaken[i] === 0), indices.filter((i) => isTaken[i] === 1)]
}
