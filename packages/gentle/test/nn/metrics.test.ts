import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { ArgumentError, ShapeError } from '../../src/core/errors.ts'
import { constant, input, type Tensor } from '../../src/graph/tensor.ts'
import { countRight, countTopK } from '../../src/nn/index.ts'

const run = async (y: Tensor): Promise<number> =>
  (await (await reference().compile({ inputs: {}, outputs: { y } })).run())['y'].data[0]

const logits = constant([1, 3, 2, 9, -1, 0, 0, 5, 4, 1, 2, 3], [4, 3])
const labels = constant([1, 1, 2, 0], [4], 'int32')

describe('accuracy', () => {
  it('counts examples whose label has the largest logit', async () => {
    expect(await run(countRight(logits, labels))).toBe(1)
  })

  it('counts single logits by their sign', async () => {
    const z = constant([2, -1, 0.5, -3], [4, 1])
    expect(await run(countRight(z, constant([1, 0, 0, 1], [4], 'int32')))).toBe(2)
    expect(await run(countRight(z, constant([1, 0, 1, 0], [4, 1])))).toBe(4)
    expect(await run(countRight(z, constant([1, -1, 1, -1], [4, 1])))).toBe(4)
  })
})

describe('top k', () => {
  it('counts examples whose label is among the k largest logits', async () => {
    expect(await run(countTopK(logits, labels, 1))).toBe(1)
    expect(await run(countTopK(logits, labels, 2))).toBe(2)
    expect(await run(countTopK(logits, labels, 3))).toBe(4)
  })

  it('refuses a k below 1 and labels of another number', () => {
    expect(() => countTopK(logits, labels, 0)).toThrow(ArgumentError)
    expect(() => countTopK(logits, input([3], 'int32'), 1)).toThrow(ShapeError)
  })
})
