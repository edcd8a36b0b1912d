import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { ShapeError } from '../../src/core/errors.ts'
import { featureMoments, inMemory } from '../../src/data/index.ts'
import { layerFrom } from '../../src/models/layer-from.ts'
import { createModel, Sequential, Standardize } from '../../src/nn/index.ts'
import { predict } from '../../src/train/index.ts'

const data = inMemory({
  inputs: Float32Array.from([1e6 + 1, 5, 1e6 + 3, 5, 1e6 + 5, 5]),
  inputShape: [2],
  targets: Float32Array.from([10, 20, 30]),
  targetShape: [1],
})

describe('standardized features', () => {
  it('have the mean 0 and the deviation 1 of the examples that the statistics are of, and come back in their units', async () => {
    const { inputs, targets } = await featureMoments(data)
    expect(inputs.mean).toEqual([1e6 + 3, 5])
    expect(inputs.std[0]).toBeCloseTo(Math.sqrt(8 / 3), 10)
    expect(targets!.mean).toEqual([20])
    const backend = reference()
    const there = Standardize(inputs)
    const model = await createModel(there, [2], { backend })
    const x = new Float32Array(6)
    data.read([0, 1, 2], x, new Float32Array(3))
    const y = (await predict(model, x)).data
    const one = Math.sqrt(1.5)
    // A feature that is the same in all examples becomes 0.
    for (const [i, value] of [-one, 0, 0, 0, one, 0].entries()) expect(y[i]).toBeCloseTo(value, 5)
    const andBack = layerFrom(Sequential(there, Standardize({ ...inputs, invert: true })).description)
    expect([...(await predict(await createModel(andBack, [2], { backend }), x)).data]).toEqual([...x])
  })

  it('are refused by name where there is another number of them', async () => {
    const layer = Standardize({ mean: [0, 0], std: [1, 1] })
    await expect(createModel(layer, [3], { backend: reference() })).rejects.toThrow(ShapeError)
    await expect(createModel(layer, [3], { backend: reference() })).rejects.toThrow(
      'has statistics of 2 features; expected [..., 2]',
    )
  })
})
