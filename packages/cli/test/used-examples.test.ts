import { describe, expect, it } from 'vitest'
import { chosen, usedParts } from '../src/tasks/used-examples.ts'
import { overfitText } from '../src/train/overfit.ts'
import { gentle } from './command.ts'

/** 90 of one class, then 8, then 2. */
const labels = Int32Array.from({ length: 100 }, (_, i) => (i < 90 ? 0 : i < 98 ? 1 : 2))

const countsOf = (indices: readonly number[]): number[] =>
  [0, 1, 2].map((label) => indices.filter((i) => labels[i] === label).length)

describe('examples that a training uses', () => {
  it('are of all classes as they are in the whole, another seed takes others, and fewer are among more', () => {
    const half = chosen({ length: 100, labels }, 50, 0)
    expect(new Set(half).size).toBe(50)
    expect(countsOf(half)).toEqual([45, 4, 1])
    expect(countsOf(chosen({ length: 100, labels }, 3, 5))).toEqual([1, 1, 1])
    expect(half.slice(0, 20)).toEqual(chosen({ length: 100, labels }, 20, 0))
    expect(chosen({ length: 100, labels }, 50, 1)).not.toEqual(half)
    const plain = chosen({ length: 100 }, 50, 0)
    expect(new Set(plain).size).toBe(50)
    expect(plain).not.toEqual(plain.toSorted((a, b) => a - b))
  })

  it('are a fraction of the training alone, the same few for training and validation, or a batch of each part', () => {
    const parts = { train: [...Array(100).keys()], validation: [1, 2, 3, 4, 5, 6], test: [7, 8, 9, 10, 11], name: 'p' }
    const used = (settings: Parameters<typeof usedParts>[1]) =>
      usedParts(parts, settings, 4, (set, indices) => indices.map((i) => (set as number[])[i]))
    expect(used({})).toBe(parts)
    const tenth = used({ fraction: 0.1 })
    expect(tenth.train).toHaveLength(10)
    expect(tenth.train).toEqual([...tenth.train].sort((a, b) => a - b))
    expect(tenth).toMatchObject({ validation: parts.validation, test: parts.test, name: 'p' })
    expect(used({ fraction: 1e-9 }).train).toHaveLength(1)
    const few = used({ overfitBatches: 2 })
    expect(few.train).toHaveLength(8)
    expect(few.validation).toBe(few.train)
    expect(few.test).toBe(parts.test)
    const { train, validation, test } = used({ fastDevRun: true })
    expect([train, validation, test].map(({ length }) => length)).toEqual([4, 4, 4])
  })
})

describe('the verdict on batches that are to be learned by heart', () => {
  const prepared = { monitor: 'accuracy', scoreName: 'accuracy' } as Parameters<typeof overfitText>[1]
  const verdict = (losses: readonly number[], accuracy: number, more = {}) =>
    overfitText(
      losses.map((loss, i) => ({
        epoch: i + 1,
        train: { loss },
        validation: { loss, accuracy },
        learningRate: 0.1,
        seconds: 1,
        examplesPerSecond: 1,
        best: true,
      })),
      { ...prepared, ...more },
    )

  it('goes by the loss, then by the score, and names both', () => {
    expect(verdict([2, 0.019], 1)).toMatch(/^learned by heart: the loss of the batches went from 2\.0000 to 0\.0190/)
    expect(verdict([2, 0.5], 1)).toMatch(/^learned by heart: .*accuracy 100\.00 %; more --epochs/)
    expect(verdict([2, 0.5], 0.9)).toMatch(/^NOT learned by heart: .* to 0\.5000, accuracy 90\.00 %; try/)
    expect(verdict([2, 0.5], 1, { monitorBetter: 'less' })).toMatch(/^NOT/)
    expect(verdict([2, 0.5], 0, { monitorBetter: 'less' })).toMatch(/^learned/)
    // An R² of 1 is no share that is perfect.
    expect(verdict([2, 0.5], 1, { isShare: false })).toMatch(/^NOT/)
  })
})

describe('gentle train on some examples', () => {
  const train = ['train', 'mlp', '--data', 'moons', '--threads', '1']

  it.each([
    [['--fast-dev-run', '--run-dir', 'x'], /--fast-dev-run keeps nothing; leave --run-dir out/],
    [['--fast-dev-run', '--fraction', '0.5'], /--fast-dev-run does not go with --fraction/],
    [['--fraction', '0'], /--fraction is 0; expected above 0, at most 1/],
    [['--overfit-batches', '1.5'], /--overfit-batches is 1\.5; expected a whole number of at least 1/],
    [['--time', '10'], /--time is "10"; expected a time, such as 30s, 10m or 2h/],
  ])('refuses %j in one line', async (flags, message) => {
    const { code, stderr } = await gentle([...train, ...flags])
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
    expect(stderr.trim()).not.toContain('\n')
  })
})
