import { expect, it } from 'vitest'
import { simplify } from '../../src/compile/simplify.ts'
import { input } from '../../src/graph/tensor.ts'
import { pad } from '../../src/ops/index.ts'

const x = input([2])
const padded = (value: number) => pad(x, [1], [0], value)

it('nodes that compute the same become one', () => {
  const { a, b } = simplify({ inputs: { x }, outputs: { a: padded(-Infinity), b: padded(-Infinity) } }).outputs
  expect(a).toBe(b)
})

it.each([
  [Infinity, -Infinity],
  [NaN, Infinity],
  [0, -0],
])('attributes %d and %d, which are the same in JSON, leave two nodes', (one, other) => {
  const { a, b } = simplify({ inputs: { x }, outputs: { a: padded(one), b: padded(other) } }).outputs
  expect(a).not.toBe(b)
})
