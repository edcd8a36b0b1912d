import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { ArgumentError } from '../../src/core/errors.ts'
import { constant, type Tensor, variable } from '../../src/graph/tensor.ts'
import {
  abs,
  add,
  argmax,
  max,
  maximum,
  maxPool2d,
  minimum,
  mul,
  oneHot,
  pow,
  relu,
  sqrt,
  step,
  stopGradient,
  sum,
} from '../../src/ops/index.ts'

async function slopesOf(of: Tensor, withRespectTo: Tensor[]): Promise<number[][]> {
  const slopes = gradients(of, withRespectTo)
  const program = await reference().compile({ inputs: {}, outputs: Object.fromEntries(slopes.entries()) })
  const results = await program.run()
  return slopes.map((_, i) => Array.from(results[i].data))
}

describe('gradients', () => {
  it('of a scalar with respect to itself is 1', async () => {
    const x = variable([], 3)
    expect(await slopesOf(x, [x])).toEqual([[1]])
  })

  it('are zeros where the scalar does not depend on a tensor', async () => {
    const [x, other] = [variable([2], 1), variable([3], 1)]
    expect(await slopesOf(sum(x), [other])).toEqual([[0, 0, 0]])
  })

  it('add up over all the ways that lead to a tensor', async () => {
    const x = variable([2], [3, 4])
    const y = mul(x, x)
    expect(await slopesOf(sum(add(add(y, x), mul(y, 2))), [x])).toEqual([[19, 25]])
  })

  it('are given for intermediate results and for what they come from at once', async () => {
    const x = variable([2], [3, 4])
    const y = mul(x, x)
    expect(await slopesOf(sum(mul(y, y)), [y, x])).toEqual([
      [18, 32],
      [108, 256],
    ])
  })

  it('stop where they are told to', async () => {
    const x = variable([2], [3, 4])
    expect(await slopesOf(sum(mul(x, stopGradient(x))), [x])).toEqual([[3, 4]])
    expect(await slopesOf(sum(step(x)), [x])).toEqual([[0, 0]])
    expect(await slopesOf(sum(mul(oneHot(argmax(x), 2), x)), [x])).toEqual([[0, 1]])
  })

  it('refuse a result that is not a scalar', () => {
    const x = variable([2])
    expect(() => gradients(x, [x])).toThrow(
      new ArgumentError('gradients: the result has shape [2]; only a scalar has a gradient, take its sum or mean'),
    )
  })
})

describe('at a kink, as documented:', () => {
  it('relu and abs have gradient 0 at 0', async () => {
    const x = variable([3], [-1, 0, 1])
    expect(await slopesOf(sum(relu(x)), [x])).toEqual([[0, 0, 1]])
    expect(await slopesOf(sum(abs(x)), [x])).toEqual([[-1, 0, 1]])
  })

  it('maximum and minimum share the gradient of a tie', async () => {
    const a = variable([3], [1, 2, 3])
    const b = variable([3], [3, 2, 1])
    expect(await slopesOf(sum(maximum(a, b)), [a, b])).toEqual([
      [0, 0.5, 1],
      [1, 0.5, 0],
    ])
    expect(await slopesOf(sum(minimum(a, b)), [a, b])).toEqual([
      [1, 0.5, 0],
      [0, 0.5, 1],
    ])
  })

  it('max over an axis shares the gradient among equal winners', async () => {
    const x = variable([2, 3], [1, 2, 2, 3, 1, 1])
    expect(await slopesOf(sum(max(x, 1)), [x])).toEqual([[0, 0.5, 0.5, 1, 0, 0]])
  })

  it('max pooling gives it to the first of equal pixels', async () => {
    const x = variable([1, 1, 2, 2], [1, 1, 1, 1])
    expect(await slopesOf(sum(maxPool2d(x, 2)), [x])).toEqual([[1, 0, 0, 0]])
  })

  it('pow has finite gradients at 0 where its slope is finite', async () => {
    const x = variable([3], 0)
    const p = constant([0, 1, 2], [3])
    expect(await slopesOf(sum(pow(x, p)), [x])).toEqual([[0, 1, 0]])
  })

  it('sqrt has an infinite one at 0', async () => {
    const x = variable([1], 0)
    expect(await slopesOf(sum(sqrt(x)), [x])).toEqual([[Number.POSITIVE_INFINITY]])
  })
})
