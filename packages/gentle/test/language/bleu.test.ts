import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { type BleuOptions, bleu } from '../../src/language/bleu.ts'
import { type ChrfOptions, chrf } from '../../src/language/chrf.ts'

interface Golden {
  readonly lines: readonly string[]
  readonly references: readonly (readonly string[])[]
  readonly bleu: readonly {
    readonly options: Readonly<Record<string, unknown>>
    readonly score: number
    readonly precisions: readonly number[]
    readonly penalty: number
    readonly lengths: readonly [number, number]
    readonly text: string
  }[]
  readonly chrf: readonly {
    readonly options: Readonly<Record<string, unknown>>
    readonly score: number
    readonly name: string
    readonly signature: string
  }[]
}

const goldens: readonly Golden[] = JSON.parse(
  readFileSync(new URL('../goldens/sacrebleu.json', import.meta.url), 'utf8'),
)

/** Our names of sacreBLEU's options. */
const ours: Readonly<Record<string, keyof (BleuOptions & ChrfOptions)>> = {
  tokenize: 'tokenizer',
  lowercase: 'lowercase',
  smooth_method: 'smoothing',
  smooth_value: 'smoothingValue',
  effective_order: 'effectiveOrder',
  max_ngram_order: 'order',
  char_order: 'characterOrder',
  word_order: 'wordOrder',
  beta: 'beta',
  whitespace: 'whitespace',
  eps_smoothing: 'epsilonSmoothing',
}
const optionsOf = (options: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [ours[key], value]))

const hypotheses = ['The dog bit the man.', "It wasn't surprising.", 'The man had just bitten him.']
const references = [
  ['The dog bit the man.', 'The dog had bit the man.'],
  ['It was not unexpected.', 'No one was surprised.'],
  ['The man bit him first.', 'The man had bitten the dog.'],
]

describe('BLEU', () => {
  it("is sacreBLEU's, with its text, for all tokenizers, smoothings, orders and numbers of references", () => {
    let compared = 0
    for (const golden of goldens)
      for (const { options, score, precisions, penalty, lengths, text } of golden.bleu) {
        const own = bleu(golden.lines, golden.references, optionsOf(options))
        const numbers = [own.score, own.brevityPenalty, ...own.precisions]
        const wrong = [score, penalty, ...precisions].some((value, i) => !(Math.abs(value - numbers[i]) < 1e-9))
        if (wrong || own.text !== text || own.length !== lengths[0] || own.referenceLength !== lengths[1])
          expect(own, JSON.stringify([golden.lines, options])).toEqual({ score, penalty, precisions, text, lengths })
        compared++
      }
    expect(compared).toBeGreaterThan(100)
  })

  it("gives the values of sacreBLEU's own tests", () => {
    expect(bleu(hypotheses, references).score).toBeCloseTo(48.530827, 6)
    expect(bleu(hypotheses, references, { tokenizer: 'none' }).score).toBeCloseTo(49.1919566, 6)
    expect(bleu(hypotheses, references, { tokenizer: 'intl' }).score).toBeCloseTo(43.91623493, 6)
    expect([1, 2, 3, 4, 5, 6].map((order) => bleu(hypotheses, references, { order }).score.toFixed(2))).toEqual([
      '77.65',
      '60.50',
      '53.93',
      '48.53',
      '46.14',
      '43.28',
    ])
    const raw = { tokenizer: 'none', smoothing: 'floor', smoothingValue: 0.01, effectiveOrder: true } as const
    expect(bleu(['test'], ['a test'], raw).score).toBeCloseTo(36.78794411714425, 9)
    expect(bleu(['a little test'], ['a test'], raw).score).toBeCloseTo(3.218297948685433, 9)
    expect(bleu(['this is a test', 'another test'], [['ref1'], ['ref2']], raw).score).toBe(0)
    const counted = bleu(['am I am a character sequence'], ['I am a symbol string sequence a a'], raw)
    expect([counted.matches, counted.totals]).toEqual([
      [4, 2, 1, 0],
      [6, 5, 4, 3],
    ])
  })

  it('refuses lines without references and options out of range', () => {
    expect(() => bleu([], [])).toThrow(ArgumentError)
    expect(() => bleu(['a', 'b'], ['a'])).toThrow('2 lines, but references of 1')
    expect(() => bleu(['a', 'b'], ['a', []])).toThrow('line 2 has no reference')
    expect(() => bleu(['a'], ['a'], { order: 0 })).toThrow('order is 0')
    expect(() => bleu(['a'], ['a'], { tokenizer: 'zh' as '13a' })).toThrow('tokenizer is zh; expected 13a, intl')
    expect(() => bleu(['a'], ['a'], { smoothing: 'e' as 'exp' })).toThrow('smoothing is e; expected exp')
    expect(() => bleu(['a'], ['a'], { smoothing: 'floor', smoothingValue: -1 })).toThrow('smoothingValue is -1')
  })
})

describe('chrF', () => {
  it("is sacreBLEU's, with its name and signature, for all orders, betas and smoothings", () => {
    for (const golden of goldens)
      for (const { options, score, name, signature } of golden.chrf) {
        const own = chrf(golden.lines, golden.references, optionsOf(options))
        const where = JSON.stringify([golden.lines, options])
        expect(own.score, where).toBeCloseTo(score, 9)
        expect([own.name, own.signature], where).toEqual([name, signature])
      }
  })

  it("gives the values of sacreBLEU's own tests", () => {
    const old = { beta: 3, epsilonSmoothing: true }
    expect(chrf(['aa'], ['ab'], old).score).toBeCloseTo(8.3333, 4)
    expect(chrf(['a b c'], ['abc'], old).score).toBeCloseTo(50, 9)
    expect(chrf(['a', 'b'], ['a', 'c'], { beta: 3 }).score).toBeCloseTo(50, 9)
    expect(
      chrf(
        [' Die    Beziehung zwischen  Obama und Netanjahu ist nicht gerade  freundlich. '],
        ['Das Verhältnis zwischen Obama und Netanyahu ist nicht gerade freundschaftlich.'],
        old,
      ).score,
    ).toBeCloseTo(64.1302698, 4)
    expect(
      chrf(
        ['Co nás nejvíc trápí, protože lékaři si vybírají, kdo bude žít a kdo zemře.'],
        ['Nejvíce smutní jsme z toho, že musíme rozhodovat o tom, kdo bude žít a kdo zemře.'],
        { epsilonSmoothing: true },
      ).score,
    ).toBeCloseTo(39.14078509, 6)
  })

  it('refuses options out of range', () => {
    expect(() => chrf(['a'], ['a'], { characterOrder: 0 })).toThrow(
      'characterOrder is 0; expected a whole number of at least 1',
    )
    expect(() => chrf(['a'], ['a'], { wordOrder: 1.5 })).toThrow('wordOrder is 1.5')
    expect(() => chrf(['a'], [[]])).toThrow('line 1 has no reference')
  })
})
