import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import {
  type Dataset,
  gaussians,
  labelsOf,
  logic,
  moons,
  rings,
  spirals,
  toyNames,
  toySplits,
} from '../../src/data/index.ts'

it('there may be more points than a call has arguments', () => {
  expect(moons({ examples: 200_000 }).classes).toEqual(['0', '1'])
})

function placesOf(dataset: Dataset): [number, number][] {
  const inputs = new Float32Array(2 * dataset.length)
  const indices = Array.from({ length: dataset.length }, (_, i) => i)
  dataset.read(indices, inputs, new Int32Array(dataset.length))
  return indices.map((i) => [inputs[2 * i], inputs[2 * i + 1]])
}

const countsOf = (dataset: Dataset): number[] =>
  dataset.classes!.map((_, label) => labelsOf(dataset).filter((other) => other === label).length)

describe('a logic function', () => {
  it.each([
    ['and', (a: number, b: number) => a & b],
    ['or', (a: number, b: number) => a | b],
    ['xor', (a: number, b: number) => a ^ b],
  ] as const)('%s is its four points with its value', (name, value) => {
    const dataset = logic(name)
    expect(dataset).toMatchObject({ name, length: 4, inputShape: [2], classes: ['0', '1'] })
    expect(placesOf(dataset).toSorted()).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ])
    expect([...labelsOf(dataset)]).toEqual(placesOf(dataset).map(([a, b]) => value(a, b)))
  })
})

describe('moons', () => {
  it('without noise lie on two half circles, half of the points on each', () => {
    const dataset = moons({ examples: 101, noise: 0 })
    expect(countsOf(dataset)).toEqual([51, 50])
    const labels = labelsOf(dataset)
    placesOf(dataset).forEach(([x, y], i) => {
      const [across, up] = labels[i] === 0 ? [x, y] : [1 - x, 0.5 - y]
      expect(Math.hypot(across, up)).toBeCloseTo(1, 5)
      expect(up).toBeGreaterThanOrEqual(-1e-6)
    })
  })

  it('with noise are off by its standard deviation', () => {
    const labels = labelsOf(moons({ examples: 2000 }))
    const away = placesOf(moons({ examples: 2000, noise: 0.05, seed: 4 })).map(([x, y], i) =>
      labels[i] === 0 ? Math.hypot(x, y) - 1 : Math.hypot(1 - x, 0.5 - y) - 1,
    )
    const std = Math.sqrt(away.reduce((sum, d) => sum + d * d, 0) / away.length)
    expect(std).toBeGreaterThan(0.045)
    expect(std).toBeLessThan(0.055)
  })
})

describe('spirals', () => {
  it('without noise turn as often as told, each class a turn’s share ahead', () => {
    const [classes, turns] = [3, 2]
    const dataset = spirals({ examples: 90, classes, turns, noise: 0 })
    expect(countsOf(dataset)).toEqual([30, 30, 30])
    const labels = labelsOf(dataset)
    placesOf(dataset).forEach(([x, y], i) => {
      const radius = Math.hypot(x, y)
      expect(radius).toBeGreaterThan(0.0999)
      expect(radius).toBeLessThan(1.0001)
      const angle = 2 * Math.PI * (turns * radius + labels[i] / classes)
      expect([x / radius, y / radius]).toEqual([expect.closeTo(Math.cos(angle), 4), expect.closeTo(Math.sin(angle), 4)])
    })
  })
})

describe('seeds', () => {
  it.each([
    ['moons', moons],
    ['spirals', spirals],
  ])('give the same %s again, and other ones for another seed', (_, make) => {
    const places = (seed?: number) => placesOf(make({ examples: 20, seed }))
    expect(places()).toEqual(places(0))
    expect(places(1)).toEqual(places(1))
    expect(places(1)).not.toEqual(places(2))
  })
})

describe('options out of range', () => {
  it.each([
    ['one example', () => moons({ examples: 1 })],
    ['half an example', () => spirals({ examples: 2.5 })],
    ['negative noise', () => moons({ noise: -1 })],
    ['infinite noise', () => moons({ noise: Number.POSITIVE_INFINITY })],
    ['one class', () => spirals({ classes: 1 })],
    ['fewer examples than classes', () => spirals({ classes: 5, examples: 4 })],
    ['turns that are not a number', () => spirals({ turns: Number.NaN })],
  ])('are refused: %s', (_, make) => {
    expect(make).toThrow(ArgumentError)
  })
})

describe('toy sets', () => {
  it.each(toyNames)('%s comes in three sets of points of two classes', (name) => {
    for (const part of Object.values(toySplits(name, 5)))
      expect(part).toMatchObject({ name, inputShape: [2], classes: ['0', '1'] })
  })

  it('are drawn apart for training, validation and test, by the seed', () => {
    const firsts = [0, 1].flatMap((seed) =>
      Object.values(toySplits('moons', seed)).map((part) => placesOf(part)[0].join()),
    )
    expect(new Set(firsts).size).toBe(6)
    expect(Object.values(toySplits('spirals')).map(({ length }) => length)).toEqual([1000, 500, 500])
    expect(placesOf(toySplits('spirals', 2).test)).toEqual(placesOf(toySplits('spirals', 2).test))
  })

  it('of logic are the same four points three times', () => {
    const { train, validation, test } = toySplits('xor')
    expect([validation, test]).toEqual([train, train])
  })
})

describe('rings and clouds', () => {
  it('are told apart by the distance from the middle, and by the nearest middle', () => {
    const ringSet = rings({ examples: 60, classes: 3, noise: 0 })
    expect(countsOf(ringSet)).toEqual([20, 20, 20])
    const labels = labelsOf(ringSet)
    for (const [i, [x, y]] of placesOf(ringSet).entries())
      expect(Math.hypot(x, y)).toBeCloseTo((labels[i] + 0.5) / 2.5, 5)
    const clouds = gaussians({ examples: 50, classes: 5, noise: 0 })
    expect(new Set(placesOf(clouds).map(([x, y]) => `${x},${y}`)).size).toBe(5)
    expect(placesOf(clouds).every(([x, y]) => Math.abs(Math.hypot(x, y) - 1) < 1e-5)).toBe(true)
  })

  it('refuse options out of range by name', () => {
    expect(() => rings({ classes: 1 })).toThrow('rings: classes is 1; expected a whole number of at least 2')
    expect(() => gaussians({ classes: 3, examples: 2 })).toThrow('gaussians: 2 examples are fewer than the 3 classes')
  })
})
