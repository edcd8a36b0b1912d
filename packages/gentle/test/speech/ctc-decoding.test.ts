import { describe, expect, it } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { characterTokens, countNgrams } from '../../src/language/index.ts'
import { CtcBeamSearch, type CtcBeamSearchOptions, type CtcHypothesis, ctcGreedy } from '../../src/speech/index.ts'

const drawn = (steps: number, symbols: number, seed: number): Float32Array => {
  const random = new Random(seed)
  return Float32Array.from({ length: steps * symbols }, () => 2 * random.normal())
}

/** The probability of each text, summed over all alignments, by its symbols joined. */
function allTexts(logits: Float32Array, symbols: number, blank: number): Map<string, number> {
  const steps = logits.length / symbols
  const rows = Array.from({ length: steps }, (_, t) => {
    const exponentials = [...logits.subarray(t * symbols, (t + 1) * symbols)].map(Math.exp)
    const total = exponentials.reduce((a, b) => a + b)
    return exponentials.map((e) => e / total)
  })
  const texts = new Map<string, number>()
  for (let code = 0; code < symbols ** steps; code++) {
    const path = rows.map((_, t) => Math.floor(code / symbols ** t) % symbols)
    const text = path.filter((symbol, t) => symbol !== blank && symbol !== path[t - 1]).join()
    texts.set(text, (texts.get(text) ?? 0) + path.reduce((product, symbol, t) => product * rows[t][symbol], 1))
  }
  return texts
}

function search(logits: Float32Array, symbols: number, options: CtcBeamSearchOptions, count = 1): CtcHypothesis[] {
  const found = new CtcBeamSearch(symbols, options)
  found.push(logits)
  return found.best(count)
}

/** Logits of a network that is sure of one symbol a step. */
const confident = (path: readonly number[], symbols: number, logit = 8): Float32Array =>
  Float32Array.from({ length: path.length * symbols }, (_, i) =>
    i % symbols === path[Math.floor(i / symbols)] ? logit : 0,
  )

describe('ctcGreedy', () => {
  it('merges equal neighbours, drops blanks, and tells when each symbol was heard', () => {
    const decoded = ctcGreedy(confident([1, 1, 0, 1, 2, 2, 2, 0], 3), 3)
    expect([...decoded.symbols]).toEqual([1, 1, 2])
    expect([...decoded.begins]).toEqual([0, 3, 4])
    expect([...decoded.ends]).toEqual([2, 4, 7])
    expect(decoded.logProbability).toBeCloseTo(-8 * Math.log1p(2 * Math.exp(-8)), 6)
    expect([...ctcGreedy(confident([1, 1, 0, 1], 2), 2, { blank: 1 }).symbols]).toEqual([0])
  })

  it('refuses logits that are not whole steps, and NaN', () => {
    expect(() => ctcGreedy(new Float32Array(7), 3)).toThrow('ctcGreedy: 7 logits for 3 symbols')
    expect(() => ctcGreedy(new Float32Array(3).fill(Number.NaN), 3)).toThrow(/NaN or infinite/)
    expect(() => ctcGreedy(new Float32Array(3), 3, { blank: 3 })).toThrow('blank is 3; expected a symbol from 0 to 2')
  })
})

describe('CtcBeamSearch', () => {
  it.each([0, 1, 2])('finds all texts and their probabilities where the beam holds them, blank %s', (blank) => {
    const logits = drawn(6, 3, 1 + blank)
    const all = [...allTexts(logits, 3, blank)].sort(([, a], [, b]) => b - a)
    const found = search(logits, 3, { beamSize: 1000, blank }, 1000)
    expect(found.length).toBe(all.length)
    found.forEach(({ symbols, logProbability, score }, i) => {
      expect(symbols.join()).toBe(all[i][0])
      expect(Math.exp(logProbability)).toBeCloseTo(all[i][1], 6)
      expect(score).toBe(logProbability)
    })
  })

  it('sums over paths, where the best path is of another text', () => {
    // The blank is likeliest at each step, 0.6 of 1; but of all paths, 0.64 spell the symbol.
    const logits = Float32Array.of(Math.log(0.6), Math.log(0.4), Math.log(0.6), Math.log(0.4))
    expect(ctcGreedy(logits, 2).symbols.length).toBe(0)
    expect([...search(logits, 2, {})[0].symbols]).toEqual([1])
  })

  it('goes on from chunk to chunk', () => {
    const logits = drawn(40, 5, 9)
    const whole = search(logits, 5, { beamSize: 8 }, 3)
    const pieces = new CtcBeamSearch(5, { beamSize: 8 })
    for (const [from, to] of [
      [0, 7],
      [7, 7],
      [7, 8],
      [8, 40],
    ])
      pieces.push(logits.subarray(5 * from, 5 * to))
    expect(pieces.best(3)).toEqual(whole)
  })

  const symbols = ['', ' ', ...'acdeot']
  const numbers = (text: string): number[] => Array.from(text, (character) => symbols.indexOf(character))
  const spelled = ({ symbols: found }: CtcHypothesis): string => Array.from(found, (symbol) => symbols[symbol]).join('')
  /** As if "the" of `said` were heard with one letter that is nearly as likely to be another. */
  const ambiguous = (said: string, at: number, other: string): Float32Array => {
    const logits = confident(numbers(said), symbols.length)
    logits[at * symbols.length + symbols.indexOf(other)] = 8.5
    return logits
  }

  it('prefers words that a language model knows, also the last one, which no blank ends', () => {
    const model = countNgrams(
      ['a cat', 'a cat ate', 'cat ate a cat'].map((line) => line.split(' ')),
      { order: 2 },
    )
    const language = { model, symbols, tokens: 'words', weight: 1, bonus: 1 } as const
    for (const [said, at] of [
      ['a cat ate', 3],
      ['a cat', 4],
    ] as const) {
      const logits = ambiguous(said, at, 'd')
      expect(spelled(search(logits, symbols.length, {})[0])).toBe(`${said.slice(0, at)}d${said.slice(at + 1)}`)
      const [best] = search(logits, symbols.length, { language })
      expect(spelled(best)).toBe(said)
      const words = said.split(' ')
      expect(best.score).toBeCloseTo(best.logProbability + model.logProbability(words) + words.length, 10)
      expect(spelled(search(logits, symbols.length, { language: { ...language, weight: 0 } })[0])).not.toBe(said)
    }
  })

  it('takes a model of characters, a blank being one of them', () => {
    const model = countNgrams(['a cat', 'a cat ate', 'cat ate a cat'].map(characterTokens), { order: 4 })
    const language = { model, symbols, tokens: 'characters', weight: 1 } as const
    const [best] = search(ambiguous('a cat ate', 3, 'd'), symbols.length, { language })
    expect(spelled(best)).toBe('a cat ate')
    expect(best.score).toBeCloseTo(best.logProbability + model.logProbability(characterTokens('a cat ate')), 10)
  })

  it('refuses what does not fit', () => {
    expect(() => new CtcBeamSearch(3, { beamSize: 0 })).toThrow(/beamSize is 0/)
    expect(() => new CtcBeamSearch(3, { blank: 3 })).toThrow(/blank is 3; expected a symbol from 0 to 2/)
    const model = countNgrams([['a']])
    expect(() => new CtcBeamSearch(3, { language: { model, symbols, tokens: 'words', weight: 1 } })).toThrow(
      'ctcBeamSearch: the language model has texts for 8 symbols; expected 3',
    )
    const language = { model, symbols, tokens: 'words', weight: -1 } as const
    expect(() => new CtcBeamSearch(8, { language })).toThrow(/weight is -1/)
    expect(() => new CtcBeamSearch(3).push(new Float32Array(4))).toThrow('ctcBeamSearch: 4 logits for 3 symbols')
  })
})
