import { describe, expect, it } from 'vitest'
import { checkGradients } from '../../src/autodiff/check.ts'
import { ArgumentError } from '../../src/core/errors.ts'
import { apply, input, type Tensor, variable } from '../../src/graph/tensor.ts'
import { defineElementwise } from '../../src/ops/elementwise.ts'
import { matmul, mul, sum, tanh } from '../../src/ops/index.ts'

/** The square, with a gradient that is wrong by a factor. */
const square = (x: Tensor, factor: number): Tensor =>
  apply(
    defineElementwise({
      name: 'square',
      of: (value) => value ** 2,
      gradient: ({ inputs: [a] }, dy) => [mul(factor, mul(dy, mul(2, a)))],
    }),
    [x],
    {},
  )

describe('checkGradients', () => {
  it('finds an error far below 1e-6 in a right gradient', () => {
    const x = variable([3], [0.5, -1, 2], 'x')
    expect(checkGradients(sum(tanh(x)), [x]).error).toBeLessThan(1e-9)
  })

  it.each([1 + 1e-5, 0.5, -1, 0])('notices a gradient that is wrong by the factor %d', (factor) => {
    const x = variable([3], [0.5, -1, 2], 'x')
    expect(checkGradients(sum(square(x, factor)), [x]).error).toBeGreaterThan(0.9 * Math.min(1, Math.abs(1 - factor)))
  })

  it('says which element is worst, with both values', () => {
    const x = variable([2], [1, 1], 'x')
    const w = variable([2], [1, 3], 'w')
    const { worst } = checkGradients(sum(mul(square(w, 0.5), x)), [x, w])
    expect(worst.tensor).toBe(w)
    expect(worst.gradient).toBeCloseTo(worst.difference / 2, 6)
  })

  it('takes values of inputs, and of variables instead of their initial ones', () => {
    const x = input([2, 2])
    const scale = input([])
    const w = variable([2, 1], 0, 'w')
    const check = checkGradients(sum(tanh(mul(scale, matmul(x, w)))), [x, w, scale], {
      values: [
        [x, [1, 2, 3, 4]],
        [scale, 0.5],
        [w, [0.1, -0.2]],
      ],
    })
    expect(check.error).toBeLessThan(1e-8)
    expect(check.worst.gradient).not.toBe(0)
  })

  it('agrees exactly that nothing depends on a tensor that is not used', () => {
    const [x, other] = [variable([2], 1, 'x'), variable([2], 1, 'other')]
    expect(checkGradients(sum(mul(x, 2)), [other]).error).toBe(0)
  })

  it('can try a few elements only', () => {
    const x = variable([1000], 1, 'x')
    let computed = 0
    const counted = defineElementwise({
      name: 'counted',
      of(value) {
        computed++
        return value
      },
      gradient: (_, dy) => [dy],
    })
    expect(checkGradients(sum(apply(counted, [x], {})), [x], { elements: 5 }).error).toBeLessThan(1e-6)
    expect(computed).toBe(1000 * (1 + 5 * 4))
  })

  it('refuses an input without values, an int32 tensor and a result that is not a scalar', () => {
    const x = input([2])
    expect(() => checkGradients(sum(x), [x])).toThrow(
      /^checkGradients: the input of shape \[2\] .* has no values; give 2/,
    )
    const labels = input([1], 'int32')
    expect(() =>
      checkGradients(sum(x), [labels], {
        values: [
          [x, [1, 2]],
          [labels, [1]],
        ],
      }),
    ).toThrow(ArgumentError)
    expect(() => checkGradients(x, [x], { values: [[x, [1, 2]]] })).toThrow('only a scalar has a gradient')
  })
})
