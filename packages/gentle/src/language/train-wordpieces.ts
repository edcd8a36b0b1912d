/** Learns from texts which pieces of words there shall be. */
import { ArgumentError } from '../core/errors.ts'
import { countsOf } from './references.ts'
import { firstText, Wordpieces, wordsOfText } from './wordpieces.ts'

export interface WordpieceOptions {
  /** Most pieces, with the special ones; 8,000 unless given. There are fewer where no two neighbours come twice any more. */
  readonly size?: number
}

/** Keys of pairs of numbers below this. */
const maxPieces = 2 ** 26

/** Two pieces that stand side by side. */
interface Pair {
  readonly left: number
  readonly right: number
  /** What they are together. */
  readonly text: string
  /** How often. */
  count: number
  /** Words that have them, or had them once. */
  readonly words: Set<number>
}

interface Candidate {
  readonly pair: Pair
  /** How often the pair was met when it was put here. */
  readonly count: number
}

/** Whether a pair is joined before another: the more frequent; of equals the one first in the alphabet. */
function before(a: Candidate, b: Candidate): boolean {
  if (a.count !== b.count) return a.count > b.count
  if (a.pair.text !== b.pair.text) return a.pair.text < b.pair.text
  return a.pair.left < b.pair.left
}

/** The frequent first. */
class Queue {
  readonly #heap: Candidate[] = []

  push(candidate: Candidate): void {
    const heap = this.#heap
    let at = heap.length
    for (let above = (at - 1) >> 1; at > 0 && before(candidate, heap[above]); above = (at - 1) >> 1) {
      heap[at] = heap[above]
      at = above
    }
    heap[at] = candidate
  }

  pop(): Candidate | undefined {
    const heap = this.#heap
    const [first] = heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && before(heap[below + 1], heap[below])) below++
      if (!before(heap[below], last)) break
      heap[at] = heap[below]
      at = below
    }
    heap[at] = last
    return first
  }
}

/** Characters by how often they are there, then by their code points; at most so many. */
function charactersOf(counts: ReadonlyMap<string, number>, limit: number): string[] {
  const characters = new Map<string, number>()
  for (const [text, count] of counts)
    for (const character of text) characters.set(character, (characters.get(character) ?? 0) + count)
  return [...characters]
    .sort(([a, m], [b, n]) => n - m || a.codePointAt(0)! - b.codePointAt(0)!)
    .slice(0, limit)
    .map(([character]) => character)
}

function limitOf({ size = 8000 }: WordpieceOptions, where: string): number {
  if (!Number.isInteger(size) || size <= firstText)
    throw new ArgumentError(
      `${where}: size is ${size}; expected a whole number from ${firstText + 1}, since ${firstText} pieces are special`,
    )
  return size - firstText
}

/**
 * Pieces of one character each: the most frequent ones of the texts.
 * @throws ArgumentError for a size that leaves no room for them.
 */
export function characterPieces(texts: Iterable<string>, options: WordpieceOptions = {}): Wordpieces {
  const limit = limitOf(options, 'characterPieces')
  return new Wordpieces({ kind: 'characters', texts: charactersOf(countsOf(texts), limit) })
}

/**
 * Pieces that make texts short: it begins with single characters and joins, again and again, the two neighbours within words that are met most often, which is what
 * leaves the fewest pieces (GNMT's aim, section 4.1, reached greedily as in Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016). The
 * same texts give the same pieces, in whatever order they come.
 * @throws ArgumentError for a size that leaves no room for pieces.
 */
export function trainWordpieces(texts: Iterable<string>, options: WordpieceOptions = {}): Wordpieces {
  const limit = limitOf(options, 'trainWordpieces')
  const counts = countsOf(wordsIn(texts))
  const pieces = charactersOf(counts, limit)
  const numbers = new Map(pieces.map((text, i) => [text, i]))
  // A character that is not a piece is -1, and joins nothing.
  const words = Array.from(counts, ([word, count]) => ({
    parts: Array.from(word, (character) => numbers.get(character) ?? -1),
    count,
  }))
  const pairs = new Map<number, Pair>()
  const queue = new Queue()

  /** Counts the neighbours of a word, or takes them back; those that became more are put into the queue. */
  const count = (word: number, sign: 1 | -1): void => {
    const { parts, count: times } = words[word]
    for (let i = 0; i + 1 < parts.length; i++) {
      const [left, right] = [parts[i], parts[i + 1]]
      if (left < 0 || right < 0) continue
      const key = left * maxPieces + right
      let pair = pairs.get(key)
      if (pair === undefined) {
        pair = { left, right, text: pieces[left] + pieces[right], count: 0, words: new Set() }
        pairs.set(key, pair)
      }
      pair.count += sign * times
      if (sign > 0) pair.words.add(word)
    }
  }

  for (const word of words.keys()) count(word, 1)
  for (const pair of pairs.values()) queue.push({ pair, count: pair.count })
  while (pieces.length < limit) {
    const next = queue.pop()
    if (next === undefined) break
    const { pair } = next
    // What became less since it was put here has another place.
    if (next.count !== pair.count) {
      if (next.count > pair.count) queue.push({ pair, count: pair.count })
      continue
    }
    if (pair.count < 2) break
    // The same text may come about in two ways.
    let joined = numbers.get(pair.text)
    if (joined === undefined) {
      joined = pieces.push(pair.text) - 1
      numbers.set(pair.text, joined)
    }
    const changed = new Map<Pair, number>()
    for (const word of pair.words) {
      count(word, -1)
      words[word].parts = withJoined(words[word].parts, pair, joined)
      count(word, 1)
      for (const near of neighbours(words[word].parts, joined)) {
        const key = near[0] * maxPieces + near[1]
        const own = pairs.get(key)
        if (own !== undefined) changed.set(own, own.count)
      }
    }
    pairs.delete(pair.left * maxPieces + pair.right)
    for (const own of changed.keys()) queue.push({ pair: own, count: own.count })
  }
  return new Wordpieces({ kind: 'wordpieces', texts: pieces })
}

function* wordsIn(texts: Iterable<string>): Generator<string> {
  for (const text of texts) yield* wordsOfText(text)
}

/** The parts of a word after the pair was joined wherever it is, from the left. */
function withJoined(parts: readonly number[], { left, right }: Pair, joined: number): number[] {
  const after: number[] = []
  for (let i = 0; i < parts.length; i++) {
    const isPair = parts[i] === left && parts[i + 1] === right
    after.push(isPair ? joined : parts[i])
    if (isPair) i++
  }
  return after
}

/** The pairs that a part has with those beside it. */
function* neighbours(parts: readonly number[], part: number): Generator<readonly [number, number]> {
  for (let i = 0; i + 1 < parts.length; i++)
    if ((parts[i] === part || parts[i + 1] === part) && parts[i] >= 0 && parts[i + 1] >= 0)
      yield [parts[i], parts[i + 1]]
}
