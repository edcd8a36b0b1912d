import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArgumentError, DataError } from '../../src/core/errors.ts'
import type { Dataset } from '../../src/data/index.ts'
import { inMemory, labelsOf, randomSplit, subset } from '../../src/data/index.ts'

/** Example i is the point (i, -i) with label i mod classes. */
const points = (length: number, classes = 3): Dataset =>
  inMemory({
    name: 'points',
    inputs: Float32Array.from({ length: 2 * length }, (_, i) => (i % 2 === 0 ? i / 2 : -(i - 1) / 2)),
    inputShape: [2],
    targets: Int32Array.from({ length }, (_, i) => i % classes),
  })

function readAll(dataset: Dataset): { inputs: number[]; targets: number[] } {
  const inputs = new Float32Array(2 * dataset.length)
  const targets = new Int32Array(dataset.length)
  dataset.read(
    Array.from({ length: dataset.length }, (_, i) => i),
    inputs,
    targets,
  )
  return { inputs: [...inputs], targets: [...targets] }
}

/** The first coordinates, which tell the examples of `points` apart. */
const membersOf = (dataset: Dataset): number[] => readAll(dataset).inputs.filter((_, i) => i % 2 === 0)

const countsOf = (labels: ArrayLike<number>, classes: number): number[] =>
  Array.from({ length: classes }, (_, label) => Array.from(labels).filter((other) => other === label).length)

describe('a data set in memory', () => {
  it('reads the examples asked for, in their order, to the front of the batch', () => {
    const inputs = new Float32Array(8).fill(9)
    const targets = new Int32Array(4).fill(9)
    points(5).read([4, 0, 4], inputs, targets)
    expect([...inputs]).toEqual([4, -4, 0, -0, 4, -4, 9, 9])
    expect([...targets]).toEqual([1, 0, 1, 9])
  })

  it('reads a byte as itself / 255, rounded to float32', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    const dataset = inMemory({ inputs: bytes, inputShape: [1, 16, 16], targets: Uint8Array.of(3) })
    const inputs = new Float32Array(256)
    const targets = new Int32Array(1)
    dataset.read([0], inputs, targets)
    expect([...inputs]).toEqual([...bytes].map((byte) => Math.fround(byte / 255)))
    expect(targets[0]).toBe(3)
    expect(dataset.target).toEqual({ dtype: 'int32', shape: [] })
  })

  it('has real targets of any shape', () => {
    const dataset = inMemory({
      inputs: Float32Array.of(1, 2),
      inputShape: [],
      targets: Float32Array.of(0.5, 1, 1.5, 2, 2.5, 3),
      targetShape: [3],
    })
    const targets = new Float32Array(3)
    dataset.read([1], new Float32Array(1), targets)
    expect([...targets]).toEqual([2, 2.5, 3])
    expect(dataset).toMatchObject({ length: 2, target: { dtype: 'float32', shape: [3] } })
    expect(dataset.labels).toBeUndefined()
    expect(() => labelsOf(dataset)).toThrow(ArgumentError)
  })

  it.each([
    ['inputs', new Float32Array(5), Int32Array.of(0, 1), 2],
    ['targets', new Float32Array(4), Int32Array.of(0, 1, 0), 2],
    ['a shape without elements', new Float32Array(0), new Int32Array(0), 0],
  ])('is refused where %s are not as many as examples', (_, inputs, targets, size) => {
    expect(() => inMemory({ name: 'x', inputs, inputShape: [size], targets })).toThrow(DataError)
    expect(() => inMemory({ name: 'x', inputs, inputShape: [size], targets })).toThrow(/^data set x: .*same number/)
  })

  it.each([2, -1])('is refused for the label %i of two classes', (label) => {
    const make = () =>
      inMemory({ inputs: new Float32Array(2), inputShape: [], targets: Int32Array.of(0, label), classes: ['a', 'b'] })
    expect(make).toThrow(DataError)
    expect(make).toThrow(`example 1 has label ${label}; expected 0 to 1`)
  })

  it.each([5, -1, 0.5, Number.NaN])('refuses to read example %d of five, and of a part of six', (index) => {
    const part = subset(points(6), [0, 1, 2, 3, 4])
    for (const dataset of [points(5), part])
      expect(() => dataset.read([0, index], new Float32Array(4), new Int32Array(2))).toThrow(
        new ArgumentError(`data set points: there is no example ${index}; expected 0 to 4`),
      )
  })

  it('refuses a batch with too little room', () => {
    const read = (inputs: number, targets: number) => () =>
      points(5).read([0, 1], new Float32Array(inputs), new Int32Array(targets))
    expect(read(3, 2)).toThrow(ArgumentError)
    expect(read(3, 2)).toThrow(/room for 3 values of inputs, but 2 examples have 4/)
    expect(read(4, 1)).toThrow(/room for 1 values of targets/)
  })
})

describe('a subset', () => {
  it('has the chosen examples in the chosen order, and their labels', () => {
    const part = subset(subset(points(10), [9, 8, 7, 6], 'late'), [3, 0])
    expect(part.name).toBe('late')
    expect(readAll(part)).toEqual({ inputs: [6, -6, 9, -9], targets: [0, 0] })
    expect([...labelsOf(part)]).toEqual([0, 0])
  })

  it('may be of a data set that does not give its labels', () => {
    const { labels: _, ...silent } = points(10)
    expect([...labelsOf(subset(silent, [5, 4, 3]))]).toEqual([2, 1, 0])
  })

  it.each([10, -1, 1.5])('is refused for index %d of ten', (index) => {
    expect(() => subset(points(10), [0, index])).toThrow(ArgumentError)
  })
})

describe('labels', () => {
  it('are a copy', () => {
    const dataset = points(4)
    labelsOf(dataset).fill(7)
    expect([...labelsOf(dataset)]).toEqual([0, 1, 2, 0])
  })
})

describe('a split', () => {
  it('shares the examples out: each is in one part, of the size asked for, in the old order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(), fc.nat(), (length, draw, seed) => {
        const count = 1 + (draw % (length - 1))
        const [rest, part] = randomSplit(points(length), count, seed).map(membersOf)
        expect(part).toHaveLength(count)
        expect(part).toEqual(part.toSorted((a, b) => a - b))
        expect(rest).toEqual(Array.from({ length }, (_, i) => i).filter((i) => !part.includes(i)))
      }),
      { seed: 20260 },
    )
  })

  it('takes from each class its share, to within one example', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4), { minLength: 2, maxLength: 60 }), fc.nat(), (labels, draw) => {
        const count = 1 + (draw % (labels.length - 1))
        const all = inMemory({
          inputs: new Float32Array(labels.length),
          inputShape: [],
          targets: Int32Array.from(labels),
        })
        const taken = countsOf(labelsOf(randomSplit(all, count)[1]), 5)
        countsOf(labels, 5).forEach((members, label) => {
          expect(Math.abs(taken[label] - (members * count) / labels.length)).toBeLessThan(1)
        })
      }),
      { seed: 20260 },
    )
  })

  it('is the same for the same seed, and another for another', () => {
    const part = (seed?: number) => membersOf(randomSplit(points(60), 20, seed)[1])
    expect(part()).toEqual(part(0))
    expect(part(1)).toEqual(part(1))
    expect(part(1)).not.toEqual(part(2))
  })

  it('needs no labels', () => {
    const all = inMemory({ inputs: new Float32Array(9), inputShape: [], targets: new Float32Array(9) })
    expect(randomSplit(all, 4).map(({ length }) => length)).toEqual([5, 4])
  })

  it.each([0, 10, -1, 2.5, Number.NaN])('of %d of ten examples is refused', (count) => {
    expect(() => randomSplit(points(10), count)).toThrow(ArgumentError)
    expect(() => randomSplit(points(10), count)).toThrow(/expected 1 to 9/)
  })

  it('of a single example is refused', () => {
    expect(() => randomSplit(points(1), 1)).toThrow(/it is too small/)
  })
})
