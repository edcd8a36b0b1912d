import { sizeOf } from 'gentle-dl'
import { describe, expect, it } from 'vitest'
import { embeddings, oneHotCharacters, type Representation, stretches, trigramCounts, trigrams } from './language.ts'
import { clean, readArticles } from './text.ts'

const articles = readArticles()

const encoded = ({ inputShape, encode }: Representation, text: string): Float32Array => {
  const numbers = new Float32Array(sizeOf(inputShape))
  encode(text, numbers)
  return numbers
}

describe('the text', () => {
  it('is thirty articles in each of twenty languages, and no article is in two sets', () => {
    const { train, validation, test } = articles
    expect([train.length, validation.length, test.length]).toEqual([360, 120, 120])
    expect(new Set([...train, ...validation, ...test].map(({ text, language }) => `${language} ${text}`)).size).toBe(
      600,
    )
    expect(train[0].text).toMatch(/^alle mennesker er født frie og lige i værdighed og rettighed/)
  })

  it('has small letters and single spaces, with accents that belong to the letter', () => {
    expect(clean(' L’État,  1789: İnsan – Cafe\u0301!')).toBe('l état insan café')
  })
})

describe('a representation', () => {
  it('as one-hot characters has one 1 a known character, in its row', () => {
    const representation = oneHotCharacters(articles.train)
    const width = representation.inputShape[1]
    const numbers = encoded(representation, 'aba')
    const ones = [...numbers.keys()].filter((i) => numbers[i] === 1)
    expect(ones.map((i) => Math.floor(i / width))).toEqual([0, 1, 2])
    expect(ones[0]).toBe(ones[2] - 2 * width)
    expect(numbers.reduce((sum, x) => sum + x)).toBe(3)
    expect(encoded(representation, '語').every((x) => x === 0)).toBe(true)
  })

  it('as trigram counts forgets where a word stood', () => {
    expect(trigrams('to be')).toEqual([' to', 'to ', 'o b', ' be', 'be '])
    const representation = trigramCounts(articles.train)
    const moved = [trigramCounts, oneHotCharacters].map((represent) => {
      const [a, b] = ['everyone has rights', 'rights everyone has'].map((text) =>
        encoded(represent(articles.train), text),
      )
      return a.reduce((sum, x, i) => sum + x * b[i], 0) / (Math.hypot(...a) * Math.hypot(...b))
    })
    expect(moved[0]).toBeGreaterThan(0.7)
    expect(moved[1]).toBeLessThan(0.3)
    expect(Math.hypot(...encoded(representation, 'everyone has the right'))).toBeCloseTo(1)
    expect(encoded(representation, '語').every((x) => x === 0)).toBe(true)
  })

  it('as numbers of characters ends with zeros', () => {
    const numbers = encoded(embeddings(articles.train), 'a 語')
    expect(numbers[0]).toBeGreaterThan(1)
    expect([...numbers.slice(1, 4)]).toEqual([1, 0, 0])
  })
})

it('stretches of text are the same whenever they are read, and differ from pass to pass', () => {
  const data = stretches(articles.test, embeddings(articles.train))
  const read = (pass: number): Float32Array => {
    const numbers = new Float32Array(2 * 80).fill(9)
    data.read([3, 700], numbers, new Int32Array(2), pass)
    return numbers
  }
  expect(read(1)).toEqual(read(1))
  expect(read(1)).not.toEqual(read(2))
})
