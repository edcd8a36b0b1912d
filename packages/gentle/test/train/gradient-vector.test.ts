import { expect, it } from 'vitest'
import { gradientVector } from '../../src/train/gradient-vector.ts'

it('puts the last parameters first, each at the begin of a cache line, apart from each other, and state behind them', () => {
  const { places, length, buckets } = gradientVector([[5, 5], [7], [16], [3]], 3)
  expect(places).toEqual([64, 32, 0, 112])
  expect(length).toBe(144)
  expect(buckets).toEqual([{ from: 0, to: 144, members: [2, 1, 0, 3] }])
})

it('closes a bucket at four megabytes, and leaves no parameter in two', () => {
  const shapes = [[64, 64], [1024, 1024], [2048, 1024], [10], [1000, 1000], [6]]
  const { places, length, buckets } = gradientVector(shapes, 5)
  expect(buckets.map(({ members }) => members)).toEqual([[4, 3, 2], [1], [0, 5]])
  expect(buckets.map(({ from }) => from)).toEqual([0, places[1], places[0]])
  expect(buckets.map(({ to }) => to)).toEqual([places[1], places[0], length])
})
