/** The likeliest texts of a network of CTC, with a language model: prefix beam search. */
import { ArgumentError } from '../../core/errors.ts'
import { checkBlank, logSumOfStep, stepsOf } from './greedy.ts'
import { type DecodingLanguage, type Spelled, Spelling } from './spelling.ts'

export interface CtcBeamSearchOptions {
  /** How many beginnings go on from step to step; 64 unless given. */
  readonly beamSize?: number
  /** The symbol that stands for none; 0 unless given. */
  readonly blank?: number
  /** A language model, and how much it counts; none unless given. */
  readonly language?: DecodingLanguage
}

/** A text that was found. */
export interface CtcHypothesis {
  readonly symbols: Int32Array
  /** The logarithm of the probability that the network gives it, summed over the paths that were followed. */
  readonly logProbability: number
  /** By which texts are compared: that, and what the language model counts. */
  readonly score: number
}

/** Symbols less likely than this are not a continuation at a step, unless nothing else is. */
const minLogProbability = -16

/** A beginning of a text; all share those that they begin with. */
class Prefix {
  readonly parent: Prefix | undefined
  readonly symbol: number
  readonly spelled: Spelled | undefined
  /** Logarithms of the probability of paths up to the last step that give this and end in the blank, or in its last symbol. */
  blank = Number.NEGATIVE_INFINITY
  other = Number.NEGATIVE_INFINITY
  /** The same with the step that is being taken. */
  nextBlank = Number.NEGATIVE_INFINITY
  nextOther = Number.NEGATIVE_INFINITY
  /** Whether it is among those that the step has reached. */
  isReached = false
  /** By which prefixes are compared. */
  score = 0
  // Most prefixes are left out after the step that made them; they need no maps.
  #children: Map<number, Prefix> | undefined
  #spelledNext: Map<number, Spelled> | undefined

  constructor(parent: Prefix | undefined, symbol: number, spelled: Spelled | undefined) {
    this.parent = parent
    this.symbol = symbol
    this.spelled = spelled
  }

  get logProbability(): number {
    return logAdd(this.blank, this.other)
  }

  /** Those with one more symbol. */
  get children(): Map<number, Prefix> {
    this.#children ??= new Map()
    return this.#children
  }

  /** What the language model knows of those with one more symbol; it is asked once. */
  get spelledNext(): Map<number, Spelled> {
    this.#spelledNext ??= new Map()
    return this.#spelledNext
  }

  get hasChildren(): boolean {
    return this.#children !== undefined && this.#children.size > 0
  }

  /** What the step led to is what is known. */
  settle(): void {
    this.blank = this.nextBlank
    this.other = this.nextOther
    this.nextBlank = Number.NEGATIVE_INFINITY
    this.nextOther = Number.NEGATIVE_INFINITY
    this.isReached = false
    this.score = this.logProbability + (this.spelled?.score ?? 0)
  }

  symbols(): Int32Array {
    const symbols: number[] = []
    for (let prefix: Prefix = this; prefix.parent !== undefined; prefix = prefix.parent) symbols.push(prefix.symbol)
    return Int32Array.from(symbols.reverse())
  }
}

function logAdd(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a]
  return low === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(low - high))
}

/**
 * Prefix beam search (Hannun, Maas, Jurafsky and Ng, "First-Pass Large Vocabulary Continuous Speech Recognition using Bi-Directional Recurrent DNNs", 2014,
 * algorithm 1): beginnings of texts are compared by the sum over their paths, and by what a language model says of their words. It takes logits as they
 * come: `push` goes on where the last one ended.
 *
 * ```ts
 * const search = new CtcBeamSearch(symbols.size, { beamSize: 100, language: { model, symbols: symbols.symbols, tokens: 'words', weight: 0.8, bonus: 1 } })
 * search.push(logits)
 * const [{ symbols: best }] = search.best()
 * ```
 */
export class CtcBeamSearch {
  readonly #symbols: number
  readonly #beamSize: number
  readonly #blank: number
  readonly #spelling: Spelling | undefined
  readonly #maxGain: number
  #prefixes: Prefix[]

  /** @throws ArgumentError for options out of range, and a language model for other symbols. */
  constructor(symbols: number, { beamSize = 64, blank = 0, language }: CtcBeamSearchOptions = {}) {
    if (!(Number.isInteger(beamSize) && beamSize >= 1))
      throw new ArgumentError(`ctcBeamSearch: beamSize is ${beamSize}; expected a whole number of at least 1`)
    checkBlank(blank, symbols, 'ctcBeamSearch')
    if (language !== undefined && language.symbols.length !== symbols)
      throw new ArgumentError(
        `ctcBeamSearch: the language model has texts for ${language.symbols.length} symbols; expected ${symbols}`,
      )
    this.#symbols = symbols
    this.#beamSize = beamSize
    this.#blank = blank
    this.#spelling = language && new Spelling(language)
    this.#maxGain = this.#spelling?.maxGain ?? 0
    const empty = new Prefix(undefined, blank, this.#spelling?.begin())
    empty.blank = 0
    this.#prefixes = [empty]
  }

  /** Takes further steps. @throws ShapeError for logits that are not whole steps. */
  push(logits: Float32Array): void {
    const steps = stepsOf(logits, this.#symbols, 'ctcBeamSearch')
    for (let t = 0; t < steps; t++) this.#step(logits.subarray(t * this.#symbols, (t + 1) * this.#symbols))
  }

  /** The texts that score best if all has been heard, at most `count` of them, the best one first. */
  best(count = 1): CtcHypothesis[] {
    return this.#prefixes
      .map((prefix) => {
        const ofLanguage = prefix.spelled === undefined ? 0 : this.#spelling!.ended(prefix.spelled)
        return { prefix, logProbability: prefix.logProbability, score: prefix.logProbability + ofLanguage }
      })
      .sort((a, b) => descending(a.score, b.score))
      .slice(0, count)
      .map(({ prefix, ...rest }) => ({ symbols: prefix.symbols(), ...rest }))
  }

  #step(row: Float32Array): void {
    const total = logSumOfStep(row, 'ctcBeamSearch')
    const [blank, symbols] = [this.#blank, this.#symbols]
    const blankLog = row[blank] - total
    const likely: number[] = []
    let max = Number.NEGATIVE_INFINITY
    for (const logit of row) max = Math.max(max, logit)
    const atLeast = Math.min(max, total + minLogProbability)
    for (let k = 0; k < symbols; k++) if (k !== blank && row[k] >= atLeast) likely.push(k)
    const reached: Prefix[] = []
    for (const prefix of this.#prefixes) {
      prefix.isReached = true
      reached.push(prefix)
      prefix.nextBlank = prefix.logProbability + blankLog
      // The last symbol once more is the same text; after a blank it is the next one.
      if (prefix.parent !== undefined) prefix.nextOther = prefix.other + row[prefix.symbol] - total
    }
    // What can score no better than all that are here already is not looked at: it would be left out in the end.
    const min = this.#prefixes.length < this.#beamSize ? Number.NEGATIVE_INFINITY : minNext(this.#prefixes)
    const gain = this.#maxGain
    for (const prefix of this.#prefixes) {
      const all = prefix.logProbability
      const max = gain + (prefix.spelled?.score ?? 0)
      for (const symbol of likely) {
        const isRepeated = prefix.parent !== undefined && symbol === prefix.symbol
        const logProbability = (isRepeated ? prefix.blank : all) + row[symbol] - total
        if (logProbability === Number.NEGATIVE_INFINITY) continue
        if (logProbability + max < min && prefix.children.get(symbol)?.isReached !== true) continue
        const longer = this.#longer(prefix, symbol)
        if (!longer.isReached) reached.push(longer)
        longer.isReached = true
        longer.nextOther = logAdd(longer.nextOther, logProbability)
      }
    }
    for (const prefix of reached) prefix.settle()
    this.#prefixes = this.#kept(reached)
  }

  #longer(prefix: Prefix, symbol: number): Prefix {
    let longer = prefix.children.get(symbol)
    if (longer === undefined) {
      longer = new Prefix(prefix, symbol, prefix.spelled && this.#spelledNext(prefix, prefix.spelled, symbol))
      prefix.children.set(symbol, longer)
    }
    return longer
  }

  #spelledNext({ spelledNext }: Prefix, spelled: Spelled, symbol: number): Spelled {
    let next = spelledNext.get(symbol)
    if (next === undefined) {
      next = this.#spelling!.next(spelled, symbol)
      spelledNext.set(symbol, next)
    }
    return next
  }

  /** The best of the prefixes. Those that are left are forgotten with all that only they hold. */
  #kept(reached: Prefix[]): Prefix[] {
    reached.sort((a, b) => descending(a.score, b.score))
    for (const prefix of reached.slice(this.#beamSize)) {
      prefix.blank = Number.NEGATIVE_INFINITY
      prefix.other = Number.NEGATIVE_INFINITY
      if (!prefix.hasChildren) prefix.parent?.children.delete(prefix.symbol)
    }
    return reached.slice(0, this.#beamSize)
  }
}

/** The least score that prefixes have after a step, whatever else it leads to. */
const minNext = (prefixes: readonly Prefix[]): number =>
  prefixes.reduce(
    (min, { nextBlank, nextOther, spelled }) => Math.min(min, logAdd(nextBlank, nextOther) + (spelled?.score ?? 0)),
    Number.POSITIVE_INFINITY,
  )

/** From the largest to the smallest; -Infinity is equal to itself. */
const descending = (a: number, b: number): number => (a === b ? 0 : b - a)
