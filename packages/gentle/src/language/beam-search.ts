/** Beam search: likely sequences of tokens, found step by step. It knows no network, only a function that tells how likely each next token is. */
import { ArgumentError, DataError } from '../core/errors.ts'

/** What is known of the next token of each row; it is read before the next step, and may be the same memory each time. */
export interface BeamStep {
  /** The logarithm of each token's probability, [rows, tokens]. */
  readonly logProbabilities: Float32Array
  /** How much the step attended to each position of the source, [rows, positions]. */
  readonly attention?: Float32Array
}

export interface BeamSearchOptions {
  /** How many sequences are looked for at once; 1 unless given. */
  readonly examples?: number
  /** How many hypotheses of an example go on from step to step: 1, unless given, is greedy decoding. */
  readonly beamSize?: number
  /** Which token every sequence begins with; it is not part of the hypotheses. */
  readonly begin: number
  /** Which token ends a sequence; it counts in its length and probability, but is not part of its tokens. */
  readonly end: number
  /** The most tokens of a sequence with its end mark, of all examples or of each. */
  readonly maxLength: number | readonly number[]
  /** α of the length normalisation, which divides logarithms by ((5 + length) / 6)^α; 0, unless given, prefers short sequences. GNMT has 0.2. */
  readonly lengthPenalty?: number
  /** β of the penalty for positions of the source that were attended to less than once in all; 0 unless given. GNMT has 0.2. */
  readonly coveragePenalty?: number
  /** How many positions each example's source has, for attention: those behind are padding. All of them unless given. */
  readonly positions?: ArrayLike<number>
  /** How many hypotheses of an example to give, at most `beamSize`; 1 unless given. */
  readonly nBest?: number
}

/** A sequence that was found. */
export interface Hypothesis {
  /** Without begin and end marks. */
  readonly tokens: Int32Array
  /** By which hypotheses are compared: GNMT's equation 14. */
  readonly score: number
  /** Of all its tokens, the end mark's with them. */
  readonly logProbability: number
  /** Whether it ended by itself, and not because it had its maximal length. */
  readonly ended: boolean
  /** How much each token, and the end mark where there is one, attended to each position of the source: a row a token. */
  readonly attention?: readonly Float32Array[]
}

/** A hypothesis that goes on: a list from its last token back. */
interface Live {
  readonly token: number
  readonly before?: Live
  readonly length: number
  readonly logProbability: number
  readonly attention?: Float32Array
  /** Row of the step that this one goes on from. */
  readonly row: number
}

/**
 * The likeliest sequences of each example, best first, by a search that keeps `beamSize` hypotheses of each and looks at what they may go on with. `step` is
 * given the last token of each row and the row of the step before that it goes on from (whose state it takes over), examples x beam of each, the rows of
 * an example together; rows of which nothing is wanted any more are given, too. Of an example are given first the hypotheses that ended; it is done when
 * `beamSize` have ended and none that goes on is as good by now, or at its maximal length. A sequence ends where the end mark is among the `beamSize` likeliest ways to go on.
 *
 * A hypothesis is scored by log P(Y|X) / ((5 + |Y|) / 6)^α + β Σ log(min(Σ attention to a position, 1)), the sum over the source's positions; a position
 * that was never attended to counts as 1e-10.
 * Source: Wu et al., "Google's Neural Machine Translation System", 2016, section 7, equation 14.
 *
 * @example
 * ```ts
 * const [[best]] = await beamSearch((tokens, parents) => ({ logProbabilities: decode(tokens, parents) }), { beamSize: 4, begin: 1, end: 2, maxLength: 50 })
 * ```
 * @throws ArgumentError for options out of range; DataError for steps of another size, or that give NaN.
 */
export async function beamSearch(
  step: (tokens: Int32Array, parents: Int32Array) => BeamStep | Promise<BeamStep>,
  options: BeamSearchOptions,
): Promise<Hypothesis[][]> {
  const { examples, beamSize, begin, maxLengths, nBest } = checked(options)
  const rows = examples * beamSize
  const searches = maxLengths.map((max, i) => new Search(i, max, options))
  const tokens = new Int32Array(rows).fill(begin)
  const parents = Int32Array.from({ length: rows }, (_, i) => i)
  while (searches.some(({ done }) => !done)) {
    const { logProbabilities, attention } = await step(tokens, parents)
    const count = logProbabilities.length / rows
    const positions = (attention?.length ?? 0) / rows
    if (!Number.isInteger(count) || count < 1 || !Number.isInteger(positions))
      throw new DataError(
        `beamSearch: a step gives ${logProbabilities.length} probabilities and ${attention?.length ?? 'no'} weights of attention; expected as many for each of ${rows} rows`,
      )
    for (const search of searches) {
      if (search.done) continue
      search.goOn(logProbabilities, count, attention && { weights: attention, positions })
      search.live.forEach(({ token, row }, i) => {
        tokens[search.firstRow + i] = token
        parents[search.firstRow + i] = row
      })
    }
  }
  return searches.map((search) => search.hypotheses().slice(0, nBest))
}

function checked(options: BeamSearchOptions) {
  const { examples = 1, beamSize = 1, nBest = 1, begin, maxLength, lengthPenalty = 0, coveragePenalty = 0 } = options
  const whole = { examples, beamSize, nBest, ...(typeof maxLength === 'number' ? { maxLength } : {}) }
  for (const [name, value] of Object.entries(whole))
    if (!Number.isInteger(value) || value < 1)
      throw new ArgumentError(`beamSearch: ${name} is ${value}; expected a whole number of at least 1`)
  if (nBest > beamSize) throw new ArgumentError(`beamSearch: nBest is ${nBest}; expected at most beamSize, ${beamSize}`)
  for (const [name, value] of Object.entries({ lengthPenalty, coveragePenalty }))
    if (!(value >= 0 && Number.isFinite(value)))
      throw new ArgumentError(`beamSearch: ${name} is ${value}; expected a number of at least 0`)
  const maxLengths = typeof maxLength === 'number' ? new Array<number>(examples).fill(maxLength) : maxLength
  if (maxLengths.length !== examples || maxLengths.some((n) => !Number.isInteger(n) || n < 1))
    throw new ArgumentError(
      `beamSearch: maxLength is ${maxLengths.join(', ')}; expected a whole number of at least 1 for each of ${examples} examples`,
    )
  return { examples, beamSize, begin, maxLengths, nBest }
}

/** A way in which a row may go on. */
interface Way {
  readonly row: number
  readonly token: number
  readonly logProbability: number
}

/** The search for the sequences of one example. */
class Search {
  readonly firstRow: number
  readonly #example: number
  readonly #maxLength: number
  readonly #options: BeamSearchOptions
  readonly #beamSize: number
  readonly #ended: { readonly last: Live; readonly score: number }[] = []
  live: readonly Live[]
  done = false

  constructor(example: number, maxLength: number, options: BeamSearchOptions) {
    this.#example = example
    this.#maxLength = maxLength
    this.#options = options
    this.#beamSize = options.beamSize ?? 1
    this.firstRow = example * this.#beamSize
    // All rows are alike at first: one of them counts.
    this.live = [{ token: options.begin, length: 0, logProbability: 0, row: this.firstRow }]
  }

  /** One step, from what all rows of all examples may go on with. */
  goOn(
    logProbabilities: Float32Array,
    count: number,
    attention: { readonly weights: Float32Array; readonly positions: number } | undefined,
  ): void {
    const attended = this.live.map((_, i) => attention && this.#attentionOf(attention, this.firstRow + i))
    const next: Live[] = []
    for (const [rank, { row, token, logProbability }] of this.#ways(logProbabilities, count).entries()) {
      const before = this.live[row]
      const longer: Live = {
        token,
        before,
        length: before.length + 1,
        logProbability,
        attention: attended[row],
        row: this.firstRow + row,
      }
      if (token !== this.#options.end) next.push(longer)
      else if (rank < this.#beamSize) this.#ended.push({ last: longer, score: this.#scoreOf(longer) })
      if (next.length === this.#beamSize) break
    }
    if (next.length + this.#ended.length === 0)
      throw new DataError(`beamSearch: no token can follow in example ${this.#example}, all have probability 0`)
    this.live = next
    this.done = next.length === 0 || next[0].length === this.#maxLength || this.#isFound(next[0])
  }

  /**
   * Whether `beamSize` have ended, and as many of them as are wanted are better than the likeliest that goes on. Where a network is sure, the first to end are
   * the improbable ones that end too early.
   */
  #isFound(live: Live): boolean {
    if (this.#ended.length < this.#beamSize) return false
    const { nBest = 1, lengthPenalty = 0 } = this.#options
    const wanted = this.#ended.map(({ score }) => score).sort((a, b) => b - a)[nBest - 1]
    return wanted >= live.logProbability / lengthNorm(live.length, lengthPenalty)
  }

  /** The likeliest ways to go on, best first: twice as many as the beam is wide, so that enough are left where sequences end. */
  #ways(logProbabilities: Float32Array, count: number): Way[] {
    const max = 2 * this.#beamSize
    const ways: Way[] = []
    let min = Number.NEGATIVE_INFINITY
    for (const [row, { logProbability: before }] of this.live.entries()) {
      const start = (this.firstRow + row) * count
      for (let token = 0; token < count; token++) {
        const logProbability = before + logProbabilities[start + token]
        if (logProbability > min) {
          let at = ways.length
          while (at > 0 && ways[at - 1].logProbability < logProbability) at--
          ways.splice(at, 0, { row, token, logProbability })
          if (ways.length > max) ways.pop()
          if (ways.length === max) min = ways[max - 1].logProbability
        } else if (Number.isNaN(logProbability))
          throw new DataError(`beamSearch: the probability of token ${token} is NaN, for example ${this.#example}`)
      }
    }
    return ways
  }

  #attentionOf({ weights, positions }: { weights: Float32Array; positions: number }, row: number): Float32Array {
    const own = this.#options.positions?.[this.#example] ?? positions
    if (own > positions)
      throw new DataError(
        `beamSearch: the source of example ${this.#example} has ${own} positions, but a step attends to ${positions}`,
      )
    return weights.slice(row * positions, row * positions + own)
  }

  hypotheses(): Hypothesis[] {
    const unended = this.live.slice(0, Math.max(0, this.#beamSize - this.#ended.length))
    const hypothesesOf = (group: readonly Live[], ended: boolean): Hypothesis[] =>
      group.map((last) => this.#hypothesis(last, ended)).sort((a, b) => b.score - a.score)
    return [
      ...hypothesesOf(
        this.#ended.map(({ last }) => last),
        true,
      ),
      ...hypothesesOf(unended, false),
    ]
  }

  #scoreOf(last: Live): number {
    const { lengthPenalty = 0, coveragePenalty = 0 } = this.#options
    const coverage = coveragePenalty === 0 ? 0 : coveragePenalty * logCoverage(attentionOf(pathTo(last)))
    return last.logProbability / lengthNorm(last.length, lengthPenalty) + coverage
  }

  #hypothesis(last: Live, ended: boolean): Hypothesis {
    const path = pathTo(last)
    const attention = attentionOf(path)
    const score = this.#scoreOf(last)
    return {
      tokens: Int32Array.from((ended ? path.slice(0, -1) : path).map(({ token }) => token)),
      score,
      logProbability: last.logProbability,
      ended,
      ...(attention.length > 0 && { attention }),
    }
  }
}

/** All that led to a token, from the first one on. */
function pathTo(last: Live): Live[] {
  const path: Live[] = []
  for (let at = last; at.before !== undefined; at = at.before) path.push(at)
  return path.reverse()
}

const attentionOf = (path: readonly Live[]): Float32Array[] =>
  path.map((each) => each.attention).filter((each) => each !== undefined)

/** What logarithms of sequences of a length are divided by. */
const lengthNorm = (length: number, penalty: number): number => ((5 + length) / 6) ** penalty

/** Σ log(min(Σ weights, 1)) over the positions. */
function logCoverage(attention: readonly Float32Array[]): number {
  const sums = new Float64Array(attention[0]?.length ?? 0)
  for (const weights of attention) for (let i = 0; i < sums.length; i++) sums[i] += weights[i]
  return sums.reduce((total, sum) => total + Math.log(Math.min(Math.max(sum, 1e-10), 1)), 0)
}
