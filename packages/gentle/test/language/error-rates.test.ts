import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alignEdits, characterErrorRate, editDistance, errorRate, wordErrorRate } from '../../src/language/index.ts'

describe('alignEdits', () => {
  it('lays two sequences side by side', () => {
    expect(alignEdits('the cat sat'.split(' '), 'a cat sat down'.split(' '))).toEqual([
      { kind: 'substitution', expected: 'the', found: 'a' },
      { kind: 'equal', expected: 'cat', found: 'cat' },
      { kind: 'equal', expected: 'sat', found: 'sat' },
      { kind: 'insertion', found: 'down' },
    ])
    expect(alignEdits([1, 2], [2])).toEqual([
      { kind: 'deletion', expected: 1 },
      { kind: 'equal', expected: 2, found: 2 },
    ])
  })

  it('takes as few edits as the distance, and gives both sequences back', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 9 })
    fc.assert(
      fc.property(letters, letters, (expected, found) => {
        const edits = alignEdits(expected, found)
        expect(edits.filter(({ kind }) => kind !== 'equal').length).toBe(editDistance(expected, found))
        expect(edits.flatMap((edit) => edit.expected ?? [])).toEqual(expected)
        expect(edits.flatMap((edit) => edit.found ?? [])).toEqual(found)
      }),
    )
  })
})

describe('error rates', () => {
  it('are all edits over all lengths, not a mean of rates', () => {
    expect(wordErrorRate(['one two three four', 'five'], ['one two three', 'six seven'])).toEqual({
      rate: 3 / 5,
      substitutions: 1,
      deletions: 1,
      insertions: 1,
      length: 5,
    })
    expect(characterErrorRate(['naïve  cat'], ['naive cat']).rate).toBe(1 / 9)
    expect(wordErrorRate(['', 'a'], ['b', 'a']).rate).toBe(1)
  })

  it('take the nearest of several sequences that are right, with its own length', () => {
    const ways = ['T OW M EY T OW', 'T AH M AA T OW'].map((way) => way.split(' '))
    expect(errorRate([{ expected: ways, found: 'T AH M AA T'.split(' ') }])).toMatchObject({
      rate: 1 / 6,
      deletions: 1,
    })
    expect(errorRate([{ expected: [['A', 'B', 'C', 'D'], ['A']], found: ['A', 'B', 'C'] }]).rate).toBe(1 / 4)
  })

  it('refuse what has no rate', () => {
    expect(() => wordErrorRate([''], ['a'])).toThrow('errorRate: all references are empty')
    expect(() => wordErrorRate(['a'], [])).toThrow('errorRate: 0 texts for 1 references; expected one for each')
    expect(() => errorRate([{ expected: [], found: ['a'] }])).toThrow('errorRate: example 1 has no reference')
  })
})
