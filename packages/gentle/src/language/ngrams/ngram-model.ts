/** Language models of n-grams: how probable a token is after those before it. */
import { ArgumentError } from '../../core/errors.ts'

/** Tokens that stand for the beginning and the end of a sentence, and for all that are none of the model's. */
export const sentenceBegin = '<s>'
export const sentenceEnd = '</s>'
export const unknownToken = '<unk>'

/** A sequence of tokens that a model knows, in a tree: those that it begins with are above it. */
export interface Ngram {
  readonly children: Map<number, Ngram>
  /** The natural logarithm of the probability of its last token after the others; NaN where the model has only longer ones. */
  logProbability: number
  /** The natural logarithm of the factor of probabilities after a shorter history, where this one has never been followed by a token. */
  logBackoff: number
}

export const newNgram = (): Ngram => ({ children: new Map(), logProbability: Number.NaN, logBackoff: 0 })

/** A history: the sequences that it ends with and that something may follow, the longest first. */
export type NgramState = readonly Ngram[]

/** How probable a token is, and the history with it. */
export interface NgramStep {
  /** Natural logarithm; -Infinity for a token that a model without `<unk>` does not know. */
  readonly logProbability: number
  readonly state: NgramState
}

/**
 * An n-gram model with back-off (Katz, 1987): a sequence that was seen has its own probability, another that of a shorter history times a factor. Tokens are
 * words, or characters, which `characterTokens` gives. `countNgrams` makes one of texts, `readArpa` of a file.
 */
export class NgramModel {
  /** Tokens of the longest sequences. */
  readonly order: number
  /** All tokens, with those of `sentenceBegin`, `sentenceEnd` and `unknownToken` that it has. */
  readonly tokens: readonly string[]
  /** The empty sequence, above all others. */
  readonly root: Ngram
  readonly #numbers: ReadonlyMap<string, number>

  constructor(order: number, tokens: readonly string[], root: Ngram) {
    this.order = order
    this.tokens = tokens
    this.root = root
    this.#numbers = new Map(tokens.map((token, number) => [token, number]))
  }

  /** The history at the beginning of a sentence. */
  begin(): NgramState {
    const begin = this.root.children.get(this.#numbers.get(sentenceBegin) ?? -1)
    return begin === undefined || this.order === 1 ? [this.root] : [begin, this.root]
  }

  /** A token after a history. One that the model does not know is `unknownToken`. */
  next(state: NgramState, token: string): NgramStep {
    const number = this.#numbers.get(token) ?? this.#numbers.get(unknownToken)
    if (number === undefined) return { logProbability: Number.NEGATIVE_INFINITY, state: [this.root] }
    return { logProbability: logProbabilityAfter(state, number), state: this.#after(state, number) }
  }

  /** The end of a sentence after a history: the logarithm of its probability; 0 for a model that has no ends. */
  end(state: NgramState): number {
    const number = this.#numbers.get(sentenceEnd)
    return number === undefined ? 0 : logProbabilityAfter(state, number)
  }

  /** Whether a token is one of the model's own. */
  knows(token: string): boolean {
    return this.#numbers.has(token)
  }

  /** The natural logarithm of a whole sentence's probability, its end included. */
  logProbability(sentence: readonly string[]): number {
    let state = this.begin()
    let sum = 0
    for (const token of sentence) {
      const step = this.next(state, token)
      sum += step.logProbability
      state = step.state
    }
    return sum + this.end(state)
  }

  /**
   * How many tokens the model hesitates between, on average, at each token of sentences and each end: exp of the mean of -log p.
   * @throws ArgumentError where there are no sentences.
   */
  perplexity(sentences: readonly (readonly string[])[]): number {
    if (sentences.length === 0) throw new ArgumentError('NgramModel: there are no sentences; expected at least one')
    const sum = sentences.reduce((total, sentence) => total + this.logProbability(sentence), 0)
    return Math.exp(-sum / sentences.reduce((total, { length }) => total + length + 1, 0))
  }

  #after(state: NgramState, number: number): NgramState {
    const longer: Ngram[] = []
    for (const ngram of state) {
      const child = ngram.children.get(number)
      // What nothing follows, and what has no factor of its own, changes no probability as a history.
      if (child !== undefined && (child.children.size > 0 || child.logBackoff !== 0)) longer.push(child)
    }
    return [...longer, this.root]
  }
}

function logProbabilityAfter(state: NgramState, number: number): number {
  let backoff = 0
  for (const { children, logBackoff } of state) {
    const logProbability = children.get(number)?.logProbability ?? Number.NaN
    if (!Number.isNaN(logProbability)) return backoff + logProbability
    backoff += logBackoff
  }
  return Number.NEGATIVE_INFINITY
}

/** The token that stands for a blank between words: ARPA files part tokens by blanks. */
export const spaceToken = '<space>'

/** The characters of a text as tokens; a blank is `<space>`. */
export const characterTokens = (text: string): string[] =>
  Array.from(text, (character) => (character === ' ' ? spaceToken : character))
