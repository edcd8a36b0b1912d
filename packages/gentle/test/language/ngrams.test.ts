import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import {
  characterTokens,
  countNgrams,
  type NgramModel,
  type NgramState,
  readArpa,
  sentenceBegin,
  writeArpa,
} from '../../src/language/index.ts'

const text = [
  'the cat sat on the mat',
  'the cat ate the rat',
  'a dog sat on a mat',
  'the dog saw the cat',
  '',
  'on the mat the dog sat',
].map((line) => line.split(' ').filter((word) => word !== ''))

/** All that may come after a history, the end of the sentence with it: their probabilities. */
const sumAfter = (model: NgramModel, state: NgramState): number =>
  model.tokens
    .filter((token) => token !== sentenceBegin)
    .reduce((sum, token) => sum + Math.exp(model.next(state, token).logProbability), 0)

const stateAfter = (model: NgramModel, words: readonly string[]): NgramState =>
  words.reduce((state, word) => model.next(state, word).state, model.begin())

describe('countNgrams', () => {
  it.each([1, 2, 3, 4])('gives probabilities that add up to 1 after any history, order %s', (order) => {
    const model = countNgrams(text, { order })
    for (const history of ['', 'the', 'the cat', 'on the', 'cat dog', 'zebra', 'the zebra', 'a dog sat on'])
      expect(sumAfter(model, stateAfter(model, history.split(' ').filter(Boolean))), history).toBeCloseTo(1, 12)
  })

  it('is interpolated Kneser-Ney, as counted by hand', () => {
    // Pairs: <s> a, a b, b </s>, <s> a, a c, c </s>.
    const model = countNgrams(
      [
        ['a', 'b'],
        ['a', 'c'],
      ],
      { order: 2 },
    )
    // Before a there is <s>; before b and c there is a; before the end, b and c: 1, 1, 1, 2 of 5. D = 3 / (3 + 2).
    const d1 = 3 / 5
    const left = (d1 * 4) / 5
    const unigram = (predecessors: number): number => (predecessors - d1) / 5 + left / 5
    expect(Math.exp(model.next([model.root], 'b').logProbability)).toBeCloseTo(unigram(1), 12)
    expect(Math.exp(model.next([model.root], 'zebra').logProbability)).toBeCloseTo(left / 5, 12)
    // Of pairs, 4 are seen once and 1 twice: D = 4 / 6. After a, b and c came once each of two.
    const d2 = 4 / 6
    const afterA = (count: number, predecessors: number) =>
      Math.max(count - d2, 0) / 2 + ((d2 * 2) / 2) * unigram(predecessors)
    const state = stateAfter(model, ['a'])
    expect(Math.exp(model.next(state, 'b').logProbability)).toBeCloseTo(afterA(1, 1), 12)
    expect(Math.exp(model.end(state))).toBeCloseTo(afterA(0, 2), 12)
  })

  it('finds texts like those it was counted of likelier than others, by characters, too', () => {
    const words = countNgrams(text)
    expect(words.perplexity([['the', 'dog', 'sat']])).toBeLessThan(words.perplexity([['sat', 'the', 'a']]) / 2)
    const characters = countNgrams(
      text.map((line) => characterTokens(line.join(' '))),
      { order: 5 },
    )
    expect(characters.tokens).toContain('<space>')
    const [near, far] = ['the rat sat', 'teh art tas'].map((line) => characters.perplexity([characterTokens(line)]))
    expect(near).toBeLessThan(far / 2)
  })

  it('refuses what is not text', () => {
    expect(() => countNgrams([])).toThrow('countNgrams: there are no sentences to count')
    expect(() => countNgrams([['a b']])).toThrow("countNgrams: 'a b' is not a token; expected words without spaces")
    expect(() => countNgrams([['</s>']])).toThrow("countNgrams: '</s>' is a reserved marker; expected words of a text")
    expect(() => countNgrams(text, { order: 0 })).toThrow(/order is 0/)
  })
})

/** Katz' example of back-off: after "a", "b" has a probability of its own, and "c" that of "c" times the factor of "a". */
const arpa = `made by hand

\\data\\
ngram 1=5
ngram 2=2

\\1-grams:
-1.0\t<unk>
-99\t<s>\t-0.5
-0.5 </s>
-0.7  a   -0.25
-0.9\tc

\\2-grams:
-0.1\t<s> a
-0.2\ta </s>

\\end\\
`

describe('ARPA files', () => {
  it('are read: back-off, marks, tokens apart by any blanks', async () => {
    const model = await readArpa(arpa)
    expect(model.order).toBe(2)
    const log10 = (sentence: string[]): number => model.logProbability(sentence) / Math.LN10
    expect(log10(['a'])).toBeCloseTo(-0.1 - 0.2, 10)
    expect(log10(['c'])).toBeCloseTo(-0.5 - 0.9 - 0.5, 10)
    expect(log10(['a', 'c'])).toBeCloseTo(-0.1 - 0.25 - 0.9 - 0.5, 10)
    expect(log10(['a', 'zebra'])).toBeCloseTo(-0.1 - 0.25 - 1 - 0.5, 10)
  })

  it('have tokens with blanks that do not break a line', async () => {
    const model = await readArpa(arpa.replace('\tc', '\t10\u00a0000'))
    expect(model.tokens).toContain('10\u00a0000')
    expect(model.logProbability(['10\u00a0000']) / Math.LN10).toBeCloseTo(-0.5 - 0.9 - 0.5, 10)
  })

  it('are read from bytes, compressed ones too', async () => {
    for (const bytes of [new TextEncoder().encode(arpa.replaceAll('\n', '\r\n')), gzipSync(arpa)])
      expect((await readArpa(new Uint8Array(bytes))).logProbability(['a'])).toBeCloseTo(-0.3 * Math.LN10, 10)
    await expect(readArpa(Uint8Array.of(0x1f, 0x8b, 1, 2, 3), 'x.gz')).rejects.toThrow(/^x\.gz: its bytes cannot/)
  })

  it('hold what was counted: a model that is written and read gives the same probabilities', async () => {
    const model = countNgrams(text)
    const read = await readArpa(writeArpa(model))
    expect(read.order).toBe(3)
    for (const sentence of [...text, ['zebra', 'the', 'cat'], ['mat', 'mat']])
      expect(read.logProbability(sentence)).toBeCloseTo(model.logProbability(sentence), 4)
    expect(writeArpa(read)).toBe(writeArpa(model))
  })

  it('mean to CMU Sphinx what they mean here: bits a word, to the precision of its tables', () => {
    const { learned, sentences, bits } = JSON.parse(
      readFileSync(new URL('../goldens/ngrams.json', import.meta.url), 'utf8'),
    ) as { learned: string[]; sentences: string[]; bits: number[] }
    const model = countNgrams(learned.map((line) => line.split(' ')))
    sentences.forEach((sentence, i) => {
      expect(Math.log2(model.perplexity([sentence.split(' ')])), sentence).toBeCloseTo(bits[i], 2)
    })
  })

  it.each([
    ['no model', 'hello', 'm, line 1: there is no \\data\\'],
    ['one that breaks off', arpa.slice(0, -7), 'm, line 16: it ends before \\end\\'],
    ['other counts', arpa.replace('1=5', '1=6'), 'm, line 14: there are 5 sequences of length 1; 6 are announced'],
    [
      'more than was counted',
      arpa.replace('1=5', '1=4'),
      'm, line 12: there are more sequences of length 1 than the 4 that are announced',
    ],
    ['a line without an end', 'x'.repeat(2 ** 20 + 1), 'm, line 1: it has more than 1048576 letters'],
    ['unknown tokens', arpa.replace('a </s>', 'b </s>'), "m, line 16: 'b' is not among the unigrams"],
    ['other numbers', arpa.replace('-0.2\t', 'x\t'), "m, line 16: 'x' is not a number"],
    ['infinite factors', arpa.replace('-0.25', 'Infinity'), /'Infinity' is not a number/],
    ['probabilities above 1', arpa.replace('-0.2\t', '0.2\t'), /line 16: the logarithm of a probability is 0\.2/],
    [
      'missing parts',
      arpa.replace('a </s>', 'a'),
      /line 16: '-0\.2\\u0009a' has 2 parts; expected a logarithm, 2 tokens/,
    ],
    ['sequences twice', arpa.replace('a </s>', '<s> a'), /line 16: '-0\.2\\u0009<s> a' is listed twice/],
    ['sections out of order', arpa.replace('\\2-grams:', '\\3-grams:'), 'm, line 14: \\3-grams:; expected \\2-grams:'],
  ])('are refused by the line: %s', async (_, source, message) => {
    await expect(readArpa(source, 'm')).rejects.toThrow(message)
  })
})
