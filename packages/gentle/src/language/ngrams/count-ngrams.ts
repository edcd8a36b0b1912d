/** N-gram models counted from texts, smoothed by Kneser and Ney's method. */
import { ArgumentError } from '../../core/errors.ts'
import { type Ngram, NgramModel, newNgram, sentenceBegin, sentenceEnd, unknownToken } from './ngram-model.ts'

export interface CountOptions {
  /** Tokens of the longest sequences; 3 unless given. */
  readonly order?: number
}

/** A sequence while it is counted. */
interface Counted {
  readonly ngram: Ngram
  readonly children: Map<number, Counted>
  /** How often it was seen; below the model's order, how many different tokens were seen before it. */
  count: number
}

const newCounted = (): Counted => ({ ngram: newNgram(), children: new Map(), count: 0 })

function childOf(parent: Counted, token: number): Counted {
  let child = parent.children.get(token)
  if (child === undefined) {
    child = newCounted()
    parent.children.set(token, child)
    parent.ngram.children.set(token, child.ngram)
  }
  return child
}

/**
 * Counts sentences, of words or of `characterTokens`, and smooths what was counted: interpolated Kneser-Ney (Kneser and Ney, 1995; Chen and Goodman, "An
 * Empirical Study of Smoothing Techniques for Language Modeling", 1999, sections 2.7 and 3). Each count is less by a discount D, and what that
 * leaves goes to the shorter history, where a token counts by how many different ones were seen before it. D is n1 / (n1 + 2 n2) of each order, of the
 * sequences seen once and twice; 1/2 where there are none of either. After every history the probabilities of all tokens, the end and `<unk>` add up to 1.
 * @throws ArgumentError for an order that is not a whole number from 1, tokens that are empty, have blanks in them or are marks, and where there is no sentence.
 */
export function countNgrams(sentences: Iterable<readonly string[]>, { order = 3 }: CountOptions = {}): NgramModel {
  if (!(Number.isInteger(order) && order >= 1))
    throw new ArgumentError(`countNgrams: order is ${order}; expected a whole number of at least 1`)
  const tokens = [unknownToken, sentenceBegin, sentenceEnd]
  const numbers = new Map(tokens.map((token, number) => [token, number]))
  const [unknown, begin, end] = [0, 1, 2]
  const numberOf = (token: string): number => {
    let number = numbers.get(token)
    if (number === undefined) {
      if (token === '' || /\s/u.test(token))
        throw new ArgumentError(`countNgrams: '${token}' is not a token; expected words without spaces`)
      number = tokens.push(token) - 1
      numbers.set(token, number)
    }
    if (number <= end) throw new ArgumentError(`countNgrams: '${token}' is a reserved marker; expected words of a text`)
    return number
  }
  const root = newCounted()
  let any = false
  for (const sentence of sentences) {
    any = true
    const sequence = [begin, ...sentence.map(numberOf), end]
    for (let i = 0; i < sequence.length; i++) {
      let counted = root
      for (const token of sequence.slice(i, i + order)) {
        counted = childOf(counted, token)
        counted.count++
      }
    }
  }
  if (!any) throw new ArgumentError('countNgrams: there are no sentences to count')
  for (let length = 1; length < order; length++) countPredecessors(root, length, begin)
  // No sentence begins in the middle of one.
  const first = root.children.get(begin)!
  first.count = 0
  first.ngram.logProbability = Number.NEGATIVE_INFINITY
  const unseen = smooth(root, order, tokens.length - 1)
  root.ngram.children.set(unknown, { ...newNgram(), logProbability: Math.log(unseen) })
  return new NgramModel(order, tokens, root.ngram)
}

/** Visits all sequences of a length. `sequence` is the same array each time. */
function visitSequences(
  root: Counted,
  length: number,
  visit: (sequence: readonly number[], counted: Counted) => void,
): void {
  const sequence: number[] = []
  const descend = (counted: Counted): void => {
    if (sequence.length === length) {
      visit(sequence, counted)
      return
    }
    for (const [token, child] of counted.children) {
      sequence.push(token)
      descend(child)
      sequence.pop()
    }
  }
  descend(root)
}

/** What was counted of a sequence without its first token. */
function withoutFirst(root: Counted, sequence: readonly number[]): Counted {
  let counted = root
  for (let i = 1; i < sequence.length; i++) counted = counted.children.get(sequence[i])!
  return counted
}

/** How many different tokens come before each sequence; those at the beginning of sentences keep their counts, for nothing comes before them. */
function countPredecessors(root: Counted, length: number, begin: number): void {
  visitSequences(root, length, (sequence, counted) => {
    if (sequence[0] !== begin) counted.count = 0
  })
  visitSequences(root, length + 1, (sequence) => {
    withoutFirst(root, sequence).count++
  })
}

/** Sets all probabilities, of short sequences first; gives that of one token that was never seen. */
function smooth(root: Counted, order: number, tokens: number): number {
  let unseen = 0
  for (let length = 1; length <= order; length++) {
    const discount = discountOf(root, length)
    visitSequences(root, length - 1, (history, { ngram, children }) => {
      let [total, followers] = [0, 0]
      for (const { count } of children.values()) {
        total += count
        if (count > 0) followers++
      }
      if (total === 0) return
      const left = (discount * followers) / total
      if (length === 1) unseen = left / tokens
      else ngram.logBackoff = Math.log(left)
      const shorter = withoutFirst(root, history).children
      for (const [token, child] of children) {
        const before = length === 1 ? 1 / tokens : Math.exp(shorter.get(token)?.ngram.logProbability ?? 0)
        if (child.count > 0) child.ngram.logProbability = Math.log((child.count - discount) / total + left * before)
      }
    })
  }
  return unseen
}

/** Of sequences of a length, n1 / (n1 + 2 n2), of those with the counts 1 and 2. */
function discountOf(root: Counted, length: number): number {
  let [once, twice] = [0, 0]
  visitSequences(root, length, (_, { count }) => {
    if (count === 1) once++
    if (count === 2) twice++
  })
  return once > 0 && twice > 0 ? once / (once + 2 * twice) : 0.5
}
