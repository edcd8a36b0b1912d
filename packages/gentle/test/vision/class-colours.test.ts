import { expect, test } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { classColour, textColourOn } from '../../src/vision/class-colours.ts'

const distance = (a: readonly number[], b: readonly number[]): number => Math.hypot(...a.map((v, i) => v - b[i]))

test('the colours of the first twenty classes are far apart, and those of two hundred differ', () => {
  const min = (count: number): number => {
    const colours = Array.from({ length: count }, (_, i) => classColour(i))
    return Math.min(...colours.flatMap((a, i) => colours.slice(0, i).map((b) => distance(a, b))))
  }
  expect(min(10)).toBeGreaterThan(0.25)
  expect(min(20)).toBeGreaterThan(0.15)
  expect(min(200)).toBeGreaterThan(0.005)
})

test('colours are neither near black nor near white', () => {
  for (let i = 0; i < 200; i++) {
    const colour = classColour(i)
    expect(colour.every((value) => value >= 0 && value <= 1)).toBe(true)
    expect(distance(colour, [0, 0, 0])).toBeGreaterThan(0.5)
    expect(distance(colour, [1, 1, 1])).toBeGreaterThan(0.3)
  }
})

test('text is white on blue and black on yellow', () => {
  expect(textColourOn([0, 0, 1])).toEqual([1, 1, 1])
  expect(textColourOn([1, 1, 0])).toEqual([0, 0, 0])
})

test('an index that is not a whole number of at least 0 is refused', () => {
  expect(() => classColour(-1)).toThrow(ArgumentError)
  expect(() => classColour(0.5)).toThrow(/index is 0.5; expected a whole number of at least 0/)
})
