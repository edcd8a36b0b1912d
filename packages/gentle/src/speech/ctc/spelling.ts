/** What a language model says of symbols as they come, one after the other. */
import { ArgumentError } from '../../core/errors.ts'
import { characterTokens, type NgramModel, type NgramState } from '../../language/ngrams/ngram-model.ts'

/** A language model for decoding. */
export interface DecodingLanguage {
  readonly model: NgramModel
  /** The text of each symbol, by its number; that of the blank does not count. A blank between words is ' '. */
  readonly symbols: readonly string[]
  /** What the model's tokens are. */
  readonly tokens: 'words' | 'characters'
  /** α: how much the logarithm of the model's probability counts; from 0. */
  readonly weight: number
  /** β: what is added for each token, for a model alone prefers few; 0 unless given. Hannun et al. multiply by |W|^β instead. */
  readonly bonus?: number
}

/** What a language model knows of a beginning of a text. */
export interface Spelled {
  readonly state: NgramState
  /** Of a model of words: what has come of the last word. */
  readonly word: string
  /** What all tokens count up to here: α times logarithms and β for each. */
  readonly score: number
}

export class Spelling {
  readonly #language: Required<DecodingLanguage>

  /** @throws ArgumentError for a weight below 0, and numbers that are none. */
  constructor(language: DecodingLanguage) {
    const { weight, bonus = 0 } = language
    if (!(weight >= 0 && weight < Infinity) || !Number.isFinite(bonus))
      throw new ArgumentError(
        `ctcBeamSearch: the language model's weight is ${weight} and its bonus ${bonus}; expected a weight from 0, and numbers`,
      )
    this.#language = { ...language, bonus }
  }

  /** The most that one more symbol can add to the score. */
  get maxGain(): number {
    const { bonus, symbols, tokens } = this.#language
    const max = tokens === 'words' ? 1 : Math.max(...symbols.map((text) => characterTokens(text).length))
    return Math.max(0, bonus) * max
  }

  begin(): Spelled {
    return { state: this.#language.model.begin(), word: '', score: 0 }
  }

  /** With one more symbol. A model of words says nothing of a word before it is over. */
  next(spelled: Spelled, symbol: number): Spelled {
    const { tokens, symbols } = this.#language
    const text = symbols[symbol]
    if (tokens === 'characters') return characterTokens(text).reduce((all, token) => this.#token(all, token), spelled)
    if (text !== ' ') return { ...spelled, word: spelled.word + text }
    return this.#wordOver(spelled)
  }

  /** What all counts where the text ends here: its last word and the end with it. */
  ended(spelled: Spelled): number {
    const { tokens, model, weight } = this.#language
    const over = tokens === 'words' ? this.#wordOver(spelled) : spelled
    return over.score + times(weight, model.end(over.state))
  }

  #wordOver(spelled: Spelled): Spelled {
    return spelled.word === '' ? spelled : { ...this.#token(spelled, spelled.word), word: '' }
  }

  #token({ state, word, score }: Spelled, token: string): Spelled {
    const { model, weight, bonus } = this.#language
    const step = model.next(state, token)
    return { state: step.state, word, score: score + times(weight, step.logProbability) + bonus }
  }
}

/** What does not count, counts nothing, though it be infinite. */
const times = (weight: number, logarithm: number): number => (weight === 0 ? 0 : weight * logarithm)
