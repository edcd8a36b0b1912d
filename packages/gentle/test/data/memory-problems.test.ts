import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { sizeOf } from '../../src/core/shape.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { addingProblem, copyingProblem } from '../../src/data/memory-problems.ts'

function read(data: Dataset, index: number, pass = 0) {
  const inputs = new Float32Array(sizeOf(data.inputShape)).fill(9)
  const size = sizeOf(data.target.shape)
  const targets = data.target.dtype === 'int32' ? new Int32Array(size) : new Float32Array(size)
  data.read([index], inputs, targets, pass)
  return { inputs, targets }
}

describe('the adding problem', () => {
  it('marks one number of each half, whose sum is the target', () => {
    const data = addingProblem(9, { examples: 100 })
    const places = new Set<number>()
    for (let i = 0; i < 100; i++) {
      const { inputs, targets } = read(data, i)
      const marked = Array.from({ length: 9 }, (_, t) => t).filter((t) => inputs[2 * t + 1] === 1)
      expect(marked).toHaveLength(2)
      expect(marked[0]).toBeLessThan(4)
      expect(marked[1]).toBeGreaterThanOrEqual(4)
      expect(targets[0]).toBeCloseTo(inputs[2 * marked[0]] + inputs[2 * marked[1]], 6)
      for (const t of marked) places.add(t)
    }
    expect(places.size).toBe(9)
  })

  it('is drawn anew in every pass, and the same whenever it is read', () => {
    const data = addingProblem(6, { seed: 3 })
    expect(read(data, 7, 1)).toEqual(read(addingProblem(6, { seed: 3 }), 7, 1))
    expect(read(data, 7, 1)).not.toEqual(read(data, 7, 2))
    expect(read(data, 7)).not.toEqual(read(data, 8))
    expect(read(data, 7)).not.toEqual(read(addingProblem(6, { seed: 4 }), 7))
  })
})

describe('the copying problem', () => {
  it('shows symbols, then blanks and a question, and wants the symbols at the end', () => {
    const data = copyingProblem(4, { symbols: 3 })
    expect(data.inputShape).toEqual([10, 10])
    const { inputs, targets } = read(data, 0)
    const shown = Array.from({ length: 10 }, (_, t) => {
      const row = [...inputs.subarray(10 * t, 10 * t + 10)]
      expect(row.filter((x) => x !== 0)).toEqual([1])
      return row.indexOf(1)
    })
    expect(shown.slice(3)).toEqual([8, 8, 8, 9, 8, 8, 8])
    expect([...targets]).toEqual([8, 8, 8, 8, 8, 8, 8, ...shown.slice(0, 3)])
  })
})

it('problems of memory refuse options out of range by name', () => {
  expect(() => addingProblem(1)).toThrow(
    new ArgumentError('addingProblem: steps is 1; expected a whole number of at least 2'),
  )
  expect(() => copyingProblem(0)).toThrow(ArgumentError)
  expect(() => copyingProblem(5, { symbols: 0 })).toThrow(ArgumentError)
  expect(() => addingProblem(5, { examples: 0.5 })).toThrow(ArgumentError)
})
