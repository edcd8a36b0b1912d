import { describe, expect, it } from 'vitest'
import { ShapeError } from '../../src/core/errors.ts'
import { broadcastShapes, broadcastStrides, normalizeAxes, sameShape, sizeOf, stridesOf } from '../../src/core/shape.ts'

describe('shapes', () => {
  it('have the product of their sizes as number of elements, a scalar one', () => {
    expect([sizeOf([]), sizeOf([3]), sizeOf([2, 3, 4])]).toEqual([1, 3, 24])
  })

  it('are equal when all sizes are', () => {
    expect([sameShape([2, 3], [2, 3]), sameShape([2, 3], [3, 2]), sameShape([2], [2, 1])]).toEqual([true, false, false])
  })

  it('have row-major strides', () => {
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1])
    expect(stridesOf([])).toEqual([])
  })
})

describe('broadcasting', () => {
  it.each([
    [[], [], []],
    [[3], [], [3]],
    [[2, 3], [3], [2, 3]],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [
      [4, 1, 5],
      [3, 1],
      [4, 3, 5],
    ],
    [[1, 1], [1], [1, 1]],
  ])('joins %j and %j to %j', (a, b, joined) => {
    expect(broadcastShapes(a, b, 'test')).toEqual(joined)
    expect(broadcastShapes(b, a, 'test')).toEqual(joined)
  })

  it('refuses sizes that differ, naming both shapes', () => {
    expect(() => broadcastShapes([2, 3], [2, 4], 'add')).toThrow(ShapeError)
    expect(() => broadcastShapes([2, 3], [2, 4], 'add')).toThrow(/^add: shapes \[2, 3\] and \[2, 4\] do not broadcast/)
  })

  it('walks repeated axes with stride 0', () => {
    expect(broadcastStrides([3, 1], [2, 3, 4])).toEqual([0, 1, 0])
    expect(broadcastStrides([], [2, 2])).toEqual([0, 0])
  })
})

describe('axes', () => {
  it('are sorted, distinct and counted from the end when negative', () => {
    expect(normalizeAxes([-1, 0, 2], 3, 'sum')).toEqual([0, 2])
    expect(normalizeAxes(-2, 3, 'sum')).toEqual([1])
  })

  it('are all unless given', () => {
    expect(normalizeAxes(undefined, 3, 'sum')).toEqual([0, 1, 2])
    expect(normalizeAxes([], 3, 'sum')).toEqual([])
  })

  it.each([3, -4, 0.5])('outside the rank, %d, are refused with the range', (axis) => {
    expect(() => normalizeAxes(axis, 3, 'sum')).toThrow(
      new ShapeError(`sum: axis ${axis} is outside a tensor of rank 3; expected -3 to 2`),
    )
  })
})
