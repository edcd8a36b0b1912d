/** How wrong texts are that were recognised: words, characters or phonemes replaced, left out and put in. */
import { ArgumentError } from '../core/errors.ts'

/** One place of two sequences that are laid side by side. */
export interface Edit<Element> {
  readonly kind: 'equal' | 'substitution' | 'deletion' | 'insertion'
  /** What should be there; none where something was put in. */
  readonly expected?: Element
  /** What is there; none where something was left out. */
  readonly found?: Element
}

/**
 * Two sequences side by side with as few edits as possible (Levenshtein, 1966): which elements are equal, replaced, left out (deletions) and put in
 * (insertions). Of several ways it takes the one that, from the end, replaces before it leaves out, and leaves out before it puts in.
 */
export function alignEdits<Element>(expected: ArrayLike<Element>, found: ArrayLike<Element>): Edit<Element>[] {
  const width = found.length + 1
  const distances = new Uint32Array((expected.length + 1) * width)
  for (let j = 0; j < width; j++) distances[j] = j
  for (let i = 1; i <= expected.length; i++) {
    distances[i * width] = i
    for (let j = 1; j < width; j++)
      distances[i * width + j] = Math.min(
        distances[(i - 1) * width + j - 1] + (expected[i - 1] === found[j - 1] ? 0 : 1),
        distances[(i - 1) * width + j] + 1,
        distances[i * width + j - 1] + 1,
      )
  }
  const edits: Edit<Element>[] = []
  for (let [i, j] = [expected.length, found.length]; i > 0 || j > 0; ) {
    const here = distances[i * width + j]
    const isEqual = i > 0 && j > 0 && expected[i - 1] === found[j - 1]
    if (i > 0 && j > 0 && here === distances[(i - 1) * width + j - 1] + (isEqual ? 0 : 1)) {
      edits.push({ kind: isEqual ? 'equal' : 'substitution', expected: expected[--i], found: found[--j] })
    } else if (i > 0 && here === distances[(i - 1) * width + j] + 1)
      edits.push({ kind: 'deletion', expected: expected[--i] })
    else edits.push({ kind: 'insertion', found: found[--j] })
  }
  return edits.reverse()
}

/** Errors of a set of texts, as recognition is measured. */
export interface ErrorRate {
  /** Edits over the elements that should be there, of all texts together: 0 where all is right, and above 1 where more is wrong than was asked. */
  readonly rate: number
  readonly substitutions: number
  readonly deletions: number
  readonly insertions: number
  /** How many elements should be there. */
  readonly length: number
}

/** What should have been found; where several sequences are right, such as the ways to say a word, the nearest one counts. */
export interface Recognised<Element> {
  readonly expected: readonly ArrayLike<Element>[]
  readonly found: ArrayLike<Element>
}

/**
 * The error rate of sequences: the sum of all edits over the sum of all lengths, so that a long one counts more than a short one. Of several that are right, the
 * one with the least share of edits counts, with its own length.
 * @throws ArgumentError where nothing should be there at all, and for an example without a sequence that is right.
 */
export function errorRate<Element>(examples: Iterable<Recognised<Element>>): ErrorRate {
  const sum = { substitutions: 0, deletions: 0, insertions: 0, length: 0 }
  let place = 0
  for (const { expected, found } of examples) {
    place++
    if (expected.length === 0) throw new ArgumentError(`errorRate: example ${place} has no reference`)
    const counts = expected.map((each) => countsOf(each, found))
    const nearest = counts.reduce((a, b) => (shareOf(b) < shareOf(a) ? b : a))
    for (const name of ['substitutions', 'deletions', 'insertions', 'length'] as const) sum[name] += nearest[name]
  }
  if (sum.length === 0) throw new ArgumentError('errorRate: all references are empty; expected at least one with text')
  return { rate: (sum.substitutions + sum.deletions + sum.insertions) / sum.length, ...sum }
}

function countsOf<Element>(expected: ArrayLike<Element>, found: ArrayLike<Element>) {
  const edits = alignEdits(expected, found)
  const count = (kind: Edit<Element>['kind']): number => edits.filter((edit) => edit.kind === kind).length
  return {
    substitutions: count('substitution'),
    deletions: count('deletion'),
    insertions: count('insertion'),
    length: expected.length,
  }
}

const shareOf = ({ substitutions, deletions, insertions, length }: Omit<ErrorRate, 'rate'>): number =>
  (substitutions + deletions + insertions) / Math.max(1, length)

/** Words between blanks. */
const wordsOf = (text: string): string[] => text.split(/\s+/u).filter((word) => word !== '')

function paired<Element>(
  expected: readonly string[],
  found: readonly string[],
  elements: (text: string) => Element[],
): Recognised<Element>[] {
  if (expected.length !== found.length)
    throw new ArgumentError(`errorRate: ${found.length} texts for ${expected.length} references; expected one for each`)
  return expected.map((text, i) => ({ expected: [elements(text)], found: elements(found[i]) }))
}

/**
 * Word error rate of texts against those that are right, in their order. Texts are compared as they are: bring case and punctuation into one form before.
 *
 * ```ts
 * wordErrorRate(['the cat sat'], ['the cat sat down']).rate // → 1 / 3
 * ```
 * @throws ArgumentError for lists of different lengths, and where no words should be there.
 */
export const wordErrorRate = (expected: readonly string[], found: readonly string[]): ErrorRate =>
  errorRate(paired(expected, found, wordsOf))

/** Character error rate: as `wordErrorRate`, of code points, a blank between words being one of them. */
export const characterErrorRate = (expected: readonly string[], found: readonly string[]): ErrorRate =>
  errorRate(paired(expected, found, (text) => [...wordsOf(text).join(' ')]))
