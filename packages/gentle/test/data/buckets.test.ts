import { describe, expect, it } from 'vitest'
import { DataError } from '../../src/core/errors.ts'
import { Random } from '../../src/core/random.ts'
import { batchesByLength, batchesFrom, bucketLength, checkLengths } from '../../src/data/buckets.ts'
import { type NamedDataset, namedInMemory, randomSplit, subset } from '../../src/data/index.ts'
import { stepsOf } from '../../src/train/batches.ts'

const sequences = (lengths: readonly number[]): NamedDataset =>
  namedInMemory({
    inputs: { tokens: { values: lengths.map((length, i) => new Int32Array(length).fill(i)) } },
    target: { values: Int32Array.from(lengths, (_, i) => i % 2) },
    classes: ['even', 'odd'],
  })

const inOrder = (length: number): Uint32Array => Uint32Array.from({ length }, (_, i) => i)

describe('buckets', () => {
  it('are few, and less than a third of them is padding', () => {
    const buckets = Array.from({ length: 1000 }, (_, i) => bucketLength(i + 1, 1000))
    expect([...new Set(buckets)]).toEqual([8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1000])
    for (const [i, bucket] of buckets.entries()) {
      expect(bucket).toBeGreaterThanOrEqual(i + 1)
      if (i + 1 >= 8) expect((i + 1) / bucket).toBeGreaterThan(2 / 3)
    }
    expect(bucketLength(3, 5)).toBe(5)
  })

  it('hold all examples once, each long enough, in as many batches as without lengths', () => {
    const random = new Random(1)
    for (let n = 0; n < 20; n++) {
      const lengths = Array.from({ length: 1 + random.integer(60) }, () => 1 + random.integer(70))
      const batchSize = 1 + random.integer(9)
      const batches = batchesByLength(sequences(lengths), random.permutation(lengths.length), batchSize, { random })
      expect(batches).toHaveLength(stepsOf(lengths.length, batchSize))
      expect(batches.flatMap(({ indices }) => [...indices]).sort((a, b) => a - b)).toEqual([...inOrder(lengths.length)])
      expect(batches.filter(({ indices }) => indices.length !== batchSize).length).toBeLessThanOrEqual(1)
      if (lengths.length > 1 && batchSize > 1) for (const { indices } of batches) expect(indices.length).not.toBe(1)
      for (const { indices, padded } of batches)
        expect(padded['tokens']).toBe(
          bucketLength(Math.max(...[...indices].map((i) => lengths[i])), Math.max(...lengths)),
        )
    }
  })

  it('give what is left of a length to the next longer one', () => {
    const batches = batchesByLength(sequences([20, 3, 9, 5, 20, 7, 10]), inOrder(7), 2)
    expect(batches.map(({ indices, padded }) => [[...indices], padded['tokens']])).toEqual([
      [[1, 3], 8],
      [[5, 2], 12],
      [[6, 0], 20],
      [[4], 20],
    ])
  })

  it('pad other sequences alike, of all batches of a length of the first one', () => {
    const random = new Random(4)
    const source = Array.from({ length: 200 }, () => 1 + random.integer(60))
    const target = source.map((length) => 1 + random.integer(length))
    const set: NamedDataset = {
      ...sequences(source),
      target: { dtype: 'int32', shape: [], sequence: Math.max(...target) },
      lengths: { tokens: source, target },
    }
    const batches = batchesByLength(set, random.permutation(200), 8, { random })
    const pairs = new Map<number, Set<number>>()
    for (const { indices, padded } of batches) {
      expect(padded['target']).toBeGreaterThanOrEqual(Math.max(...[...indices].map((i) => target[i])))
      expect(padded['target']).toBeLessThanOrEqual(padded['tokens'])
      pairs.set(padded['tokens'], (pairs.get(padded['tokens']) ?? new Set()).add(padded['target']))
    }
    expect(pairs.size).toBeGreaterThan(4)
    for (const targets of pairs.values()) expect(targets.size).toBe(1)
  })

  it('are stretches of the order where there are no sequences', () => {
    const set = namedInMemory({
      inputs: { a: { values: new Float32Array(5) } },
      target: { values: new Float32Array(5) },
    })
    const order = Uint32Array.of(3, 1, 4, 0, 2)
    const batches = batchesByLength(set, order, 3, { random: new Random(0) })
    expect(batches.map(({ indices, padded }) => [[...indices], padded])).toEqual([
      [[3, 1, 4], {}],
      [[0, 2], {}],
    ])
  })

  it('have in training no batch of one example that was left over', () => {
    const batches = (random?: Random) =>
      batchesByLength(sequences([20, 3, 9, 5, 20, 7, 10]), inOrder(7), 2, { random }).map(
        ({ indices }) => indices.length,
      )
    expect(batches()).toEqual([2, 2, 2, 1])
    expect(batches(new Random(1)).sort()).toEqual([2, 2, 3])
  })

  it('go on after the examples that were taken', () => {
    const batches = batchesByLength(sequences([1, 1, 20, 20, 20]), inOrder(5), 2)
    expect(batchesFrom(batches, 2)).toEqual(batches.slice(1))
    expect(() => batchesFrom(batches, 3)).toThrow(/none ends after 3/)
  })

  it('need lengths', () => {
    const set = sequences([2, 3])
    expect(() => checkLengths({ ...set, lengths: {} })).toThrow(/tokens is a sequence, but there are no lengths/)
    expect(() => checkLengths({ ...set, lengths: { tokens: [2, 4] } })).toThrow(
      /example 1 has length 4; expected 1 to 3/,
    )
  })
})

describe('a set of named inputs', () => {
  it('is refused where its fields do not go together', () => {
    const values = { values: Float32Array.of(1, 2) }
    const refused: [Parameters<typeof namedInMemory>[0], RegExp][] = [
      [{ inputs: { a: values }, target: { values: Float32Array.of(1) } }, /a has 2 examples, but target has 1/],
      [{ inputs: { a: { ...values, shape: [3] } }, target: values }, /not a whole number of examples of 3/],
      [
        { inputs: { a: { values: [Float32Array.of(1), new Float32Array(0)] } }, target: values },
        /a of example 1 has 0/,
      ],
      [{ inputs: { a: { values: [Float32Array.of(1), Int32Array.of(1)] } }, target: values }, /a different type/],
      [
        { inputs: { a: values }, target: { values: Int32Array.of(0, 2) }, classes: ['x', 'y'] },
        /label 2; expected 0 to 1/,
      ],
    ]
    for (const [options, message] of refused) {
      expect(() => namedInMemory(options)).toThrow(DataError)
      expect(() => namedInMemory(options)).toThrow(message)
    }
    expect(() => namedInMemory({ inputs: {}, target: values })).toThrow(/name at least one/)
    const clash = { a: { values: [Float32Array.of(1)] }, aLengths: { values: Float32Array.of(1) } }
    expect(() => namedInMemory({ inputs: clash, target: { values: Float32Array.of(1) } })).toThrow(
      /'aLengths' is taken/,
    )
  })

  it('has parts, of each class its share', () => {
    const set = sequences(Array.from({ length: 12 }, (_, i) => i + 1))
    const part = subset(set, [7, 2], 'part')
    expect([...Array.from(part.lengths!['tokens'])]).toEqual([8, 3])
    const tokens = new Int32Array(3)
    void part.read(1, { tokens }, new Int32Array(1), 0)
    expect([...tokens]).toEqual([2, 2, 2])
    const [rest, some] = randomSplit(set, 4)
    expect([rest.length, some.length]).toEqual([8, 4])
    expect(Array.from(some.labels!).sort()).toEqual([0, 0, 1, 1])
  })
})
