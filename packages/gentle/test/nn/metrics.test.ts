import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { ArgumentError, ShapeError } from '../../src/core/errors.ts'
import { constant, input, type Tensor } from '../../src/graph/tensor.ts'
import { accuracy, type Metric, topKAccuracy } from '../../src/nn/index.ts'

/** What a metric counts of all examples. */
async function counted({ count }: Metric, prediction: Tensor, target: Tensor): Promise<number> {
  const program = await reference().compile({
    inputs: {},
    outputs: { y: count(prediction, target, { inputs: {}, target }) },
  })
  const { shape, data } = (await program.run())['y']
  expect(shape).toEqual([prediction.shape[0]])
  return Array.from(data).reduce((a, b) => a + b, 0)
}

const logits = constant([1, 3, 2, 9, -1, 0, 0, 5, 4, 1, 2, 3], [4, 3])
const labels = constant([1, 1, 2, 0], [4], 'int32')

describe('accuracy', () => {
  it('counts examples whose label has the largest logit', async () => {
    expect(await counted(accuracy, logits, labels)).toBe(1)
  })

  it('counts single logits by their sign', async () => {
    const z = constant([2, -1, 0.5, -3], [4, 1])
    expect(await counted(accuracy, z, constant([1, 0, 0, 1], [4], 'int32'))).toBe(2)
    expect(await counted(accuracy, z, constant([1, 0, 1, 0], [4, 1]))).toBe(4)
    expect(await counted(accuracy, z, constant([1, -1, 1, -1], [4, 1]))).toBe(4)
  })
})

describe('top k', () => {
  it('counts examples whose label is among the k largest logits', async () => {
    expect(await counted(topKAccuracy(1), logits, labels)).toBe(1)
    expect(await counted(topKAccuracy(2), logits, labels)).toBe(2)
    expect(await counted(topKAccuracy(3), logits, labels)).toBe(4)
  })

  it('refuses a k below 1 and labels of another number', async () => {
    expect(() => topKAccuracy(0)).toThrow(ArgumentError)
    await expect(counted(topKAccuracy(1), logits, input([3], 'int32'))).rejects.toThrow(ShapeError)
  })
})
