import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { bleu } from '../../src/language/bleu.ts'
import { chrf } from '../../src/language/chrf.ts'
import { editDistance } from '../../src/language/edit-distance.ts'
import { scoreTranslations } from '../../src/language/score-translations.ts'
import { randomCases } from '../random-cases.ts'

describe('the edit distance', () => {
  /** By its definition. */
  const byRecursion = (a: string, b: string): number => {
    if (a === '' || b === '') return a.length + b.length
    const [restOfA, restOfB] = [a.slice(1), b.slice(1)]
    if (a[0] === b[0]) return byRecursion(restOfA, restOfB)
    return 1 + Math.min(byRecursion(restOfA, b), byRecursion(a, restOfB), byRecursion(restOfA, restOfB))
  }

  it('is the fewest elements to replace, leave out and put in', () => {
    expect(editDistance([...'kitten'], [...'sitting'])).toBe(3)
    expect(editDistance([], ['a', 'b'])).toBe(2)
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 })
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(editDistance([...a], [...b])).toBe(byRecursion(a, b))
      }),
      { numRuns: randomCases(50), seed: 1 },
    )
  })
})

describe('scores of translations', () => {
  const texts = ['R EH D', 'K AE T', 'D AO G Z']
  const references = [['R IY D', 'R EH D'], 'K AE T S', ['D AO G', 'D AA G Z IH']]

  it('count what is right to the letter, and errors against the nearest reference', () => {
    const scores = scoreTranslations(texts, references)
    expect(scores.exactMatch).toBeCloseTo(1 / 3, 12)
    // 0 of 3 words, 1 of 4; and of the third 1 of 3, not 2 of 5.
    expect(scores.tokenErrorRate).toBeCloseTo(2 / 10, 12)
    expect(scores.bleu).toEqual(bleu(texts, references))
    expect(scores.chrf).toEqual(chrf(texts, references))
  })

  it('take the longer of references that are equally near, and refuse texts without', () => {
    expect(scoreTranslations(['a b'], [['a', 'a b c']]).tokenErrorRate).toBeCloseTo(1 / 3, 12)
    expect(() => scoreTranslations(['a'], [[]])).toThrow(ArgumentError)
    expect(() => scoreTranslations(['a'], [])).toThrow('scoreTranslations: 1 lines, but references of 0')
  })
})
