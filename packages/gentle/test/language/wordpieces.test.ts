import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { characterPieces, trainWordpieces } from '../../src/language/train-wordpieces.ts'
import { beginPiece, endPiece, firstText, Wordpieces, wordsOfText } from '../../src/language/wordpieces.ts'
import { randomCases } from '../random-cases.ts'

const texts = [
  'three hundred and twenty-one',
  'thirty-one thousand one hundred and one',
  'Drei hundert, und “zwanzig”: DREI!',
  'naïve naı̈ve 東京都 тысяча 1,234.5',
  'one hundred one hundred one hundred',
]

/** Pieces by counting all pairs of neighbours anew before each is joined. */
function piecesByCounting(lines: readonly string[], limit: number): string[] {
  const words = lines.flatMap((line) => wordsOfText(line)).map((word) => Array.from(word))
  const letters = new Map<string, number>()
  for (const letter of words.flat()) letters.set(letter, (letters.get(letter) ?? 0) + 1)
  const pieces = [...letters]
    .sort(([a, m], [b, n]) => n - m || a.codePointAt(0)! - b.codePointAt(0)!)
    .map(([letter]) => letter)
  while (pieces.length < limit) {
    const pairs = new Map<string, { left: string; right: string; count: number }>()
    for (const word of words)
      for (let i = 0; i + 1 < word.length; i++) {
        const key = JSON.stringify([word[i], word[i + 1]])
        const pair = pairs.get(key) ?? { left: word[i], right: word[i + 1], count: 0 }
        pairs.set(key, { ...pair, count: pair.count + 1 })
      }
    const textOf = ({ left, right }: { left: string; right: string }) => left + right
    const [best] = [...pairs.values()].sort(
      (a, b) =>
        b.count - a.count ||
        (textOf(a) < textOf(b) ? -1 : textOf(a) > textOf(b) ? 1 : pieces.indexOf(a.left) - pieces.indexOf(b.left)),
    )
    if (best === undefined || best.count < 2) break
    if (!pieces.includes(textOf(best))) pieces.push(textOf(best))
    for (const word of words)
      for (let i = 0; i + 1 < word.length; i++)
        if (word[i] === best.left && word[i + 1] === best.right) word.splice(i, 2, textOf(best))
  }
  return pieces
}

describe('wordpieces', () => {
  it('join again and again the neighbours that are met most often, as counting anew does', () => {
    for (const size of [70, 90, 200])
      expect(trainWordpieces(texts, { size }).toJSON().texts).toEqual(piecesByCounting(texts, size - firstText))
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'ab', ' ', 'é', '1'), maxLength: 20 })),
        (lines) => {
          const learned = trainWordpieces(lines, { size: firstText + 30 }).toJSON().texts
          expect(learned).toEqual(piecesByCounting(lines, 30).slice(0, 30))
        },
      ),
      { numRuns: randomCases(40), seed: 1 },
    )
  })

  it('are the same whatever order the texts come in', () => {
    const one = trainWordpieces(texts, { size: 120 })
    expect(trainWordpieces(texts.toReversed(), { size: 120 }).toJSON()).toEqual(one.toJSON())
  })

  it('say every text to the letter: blanks, cases, signs, characters that were never seen, halves of pairs', () => {
    const some = [trainWordpieces(texts, { size: 120 }), characterPieces(texts), trainWordpieces([], { size: 20 })]
    for (const pieces of some) {
      for (const text of [
        ...texts,
        '',
        ' ',
        '  two  blanks ',
        '\t\r\n\u00a0\u2028',
        '\ufeffmark',
        '<s> <0> </s>',
        '👩‍👩‍👧 \ud800 \udc00\ud800',
      ])
        expect(pieces.decode(pieces.encode(text))).toBe(text)
      fc.assert(
        fc.property(fc.array(fc.nat(0x10ffff), { maxLength: 40 }), (codes) => {
          const text = String.fromCodePoint(...codes)
          expect(pieces.decode(pieces.encode(text))).toBe(text)
        }),
        { numRuns: randomCases(30), seed: 2 },
      )
    }
  })

  it('are fewer the more there may be, and whole words in the end', () => {
    const counts = [50, 80, 150, 400].map((size) => {
      const pieces = trainWordpieces(texts, { size })
      return texts.reduce((sum, text) => sum + pieces.encode(text).length, 0)
    })
    expect(counts.toSorted((a, b) => b - a)).toEqual(counts)
    const pieces = trainWordpieces(texts)
    const names = pieces.encode('one hundred').map((number) => pieces.pieces[number])
    expect(names).toEqual([' one', ' hundred'])
    // The first word has a blank before it, as all have, and so is the same piece.
    expect(pieces.encode('one one')[0]).toBe(pieces.encode('one one')[1])
  })

  it('keep digits apart, and words of 64 characters at most together', () => {
    const pieces = trainWordpieces(['1234 1234 1234', 'x'.repeat(1000)])
    expect(pieces.encode('1234').map((number) => pieces.pieces[number])).toEqual([' 1', '2', '3', '4'])
    const started = performance.now()
    expect(pieces.decode(pieces.encode('y'.repeat(1e4)))).toBe('y'.repeat(1e4))
    expect(performance.now() - started).toBeLessThan(5000)
  })

  it('spell what they have not by code points, and rare characters where there is no room for all', () => {
    const pieces = characterPieces(['aab'], { size: firstText + 1 })
    expect(pieces.size).toBe(firstText + 1)
    expect(pieces.encode('ab').map((number) => pieces.pieces[number])).toEqual([
      'a',
      '<0>',
      '<0>',
      '<0>',
      '<0>',
      '<6>',
      '<2>',
    ])
    const digit = (value: number) => 2 + value
    const spelled = (code: string) => Array.from(code, (each) => digit(Number.parseInt(each, 16)))
    expect(pieces.decode([beginPiece, ...spelled('01f600'), endPiece])).toBe('😀')
    expect(pieces.decode([...spelled('0062'), firstText])).toBe('\ufffda')
    expect(pieces.decode(spelled('ffffff'))).toBe('\ufffd')
  })

  it('come back from what was kept', () => {
    const pieces = trainWordpieces(texts, { size: 100 })
    const again = new Wordpieces(JSON.parse(JSON.stringify(pieces)))
    expect(again.pieces).toEqual(pieces.pieces)
    for (const text of texts) expect(again.encode(text)).toEqual(pieces.encode(text))
  })

  it('refuse sizes without room, numbers of no piece, and broken vocabularies', () => {
    expect(() => trainWordpieces(texts, { size: firstText })).toThrow(ArgumentError)
    expect(() => characterPieces(texts, { size: 30.5 })).toThrow('size is 30.5; expected a whole number from 19')
    expect(() => characterPieces(['a']).decode([19])).toThrow('there is no piece 19; expected 0 to 18')
    expect(() => new Wordpieces({ kind: 'wordpieces', texts: ['a', 'a'] })).toThrow('2 texts, of which 1 are different')
    expect(() => new Wordpieces({ kind: 'characters', texts: ['ab'] })).toThrow(
      "'ab' is not a piece of kind characters",
    )
  })
})
