import { describe, expect, it, test } from 'vitest'
import { ClassesError } from '../../src/core/errors.ts'
import { type Classes, differenceOfClasses, matchClasses } from '../../src/core/match-classes.ts'

const model = (names?: readonly string[], count?: number): Classes => ({ of: 'the model', names, count })
const data = (names?: readonly string[], count?: number): Classes => ({ of: 'data set pets', names, count })
const labels = (known: readonly string[], given: readonly string[]): number[] | undefined => {
  const match = matchClasses(model(known), data(given))
  expect(match.by).toBe('names')
  return match.labels && [...match.labels]
}

describe('classes of a model and of data', () => {
  it('are the same by name, in whatever order, and the data may lack some', () => {
    expect(labels(['cat', 'dog'], ['cat', 'dog'])).toBeUndefined()
    expect(labels(['cat', 'dog', 'owl'], ['owl', 'cat', 'dog'])).toEqual([2, 0, 1])
    expect(labels(['cat', 'dog', 'owl'], ['owl', 'dog'])).toEqual([2, 1])
    expect(labels(['0', '1', '2', '3'], ['1', '3'])).toEqual([1, 3])
  })

  it('are the same but for spaces around a name and how an accent is encoded, and not where case differs', () => {
    expect(labels(['Äpfel ', 'b'], ['b', 'A\u0308pfel'])).toEqual([1, 0])
    expect(() => labels(['cat', 'dog'], ['Cat', 'dog'])).toThrow(
      'only the former has Cat (is it cat, apart from case and spaces?); only the latter has cat',
    )
    expect(() => labels(['traffic light', 'dog'], ['traffic_light', 'dog'])).toThrow('is it traffic light')
  })

  it('that have no counterpart are all listed, with the names that may be meant', () => {
    const known = ['cat', 'donkey', 'x']
    expect(() => labels(known, ['ant', 'cat', 'donkeys', '\u001b[2J'])).toThrow(
      'data set pets and the model have different classes: only the former has ant, donkeys (is it donkey?), \\u001b[2J; only the latter has donkey, x',
    )
    const many = Array.from({ length: 80 }, (_, i) => `kind ${i}`)
    expect(() => labels(known, many)).toThrow('kind 4 and 75 more; only the latter has cat, donkey, x;')
    try {
      labels(known, ['ant', 'cat'])
    } catch (error) {
      expect(error).toBeInstanceOf(ClassesError)
      expect(error).toMatchObject({ unknown: ['ant'], missing: ['donkey', 'x'] })
    }
  })

  it('of one name are told apart only where both lists are the same', () => {
    expect(labels(['crane', 'crane', 'owl'], ['crane', 'crane', 'owl'])).toBeUndefined()
    expect(labels(['crane', 'crane', 'owl'], ['owl'])).toEqual([2])
    expect(() => labels(['crane', 'crane', 'owl'], ['owl', 'crane'])).toThrow(
      "the model has two classes of the name 'crane'",
    )
    expect(() => labels(['crane', 'owl'], ['owl', 'owl '])).toThrow("data set pets has two classes of the name 'owl'")
  })

  it('are counted where one side has no names, or numbers for names', () => {
    const [pets, digits] = [
      ['cat', 'dog'],
      ['0', '1'],
    ]
    for (const [known, given, names] of [
      [model(undefined, 2), data(pets), pets],
      [model(pets), data(), pets],
      [model(pets, 2), data(digits), pets],
      [model(digits), data(pets), pets],
      [model(undefined, 2), data(digits), digits],
      [model(), data(pets), pets],
      [model(['background', 'cat']), data(['background', 'class 1']), ['background', 'cat']],
    ] as const)
      expect(matchClasses(known, given)).toEqual({ by: 'places', names })
    expect(() => matchClasses(model(undefined, 3), data(pets))).toThrow(
      'data set pets has 2 classes (cat, dog), but the model has 3, and the latter has no class names',
    )
    expect(() => matchClasses(model(pets), data(['0', '1', '2']))).toThrow('the former has no class names')
    expect(() => matchClasses(model(['0', '1']), data(['0', '1', '2']))).toThrow('neither has class names')
  })
})

test('what differs between two lists is told in a line', () => {
  expect(differenceOfClasses(model(['a', 'b']), data(['a', 'b']))).toBeUndefined()
  expect(differenceOfClasses(model(['a', 'b']), data(['b', 'a']))).toBe(
    'data set pets has the classes of the model in another order',
  )
  expect(differenceOfClasses(model(['a', 'b']), data(['a', 'c']))).toMatch(
    /only the former has c; only the latter has b/,
  )
})
