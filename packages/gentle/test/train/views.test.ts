import { expect, test } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { ArgumentError } from '../../src/core/errors.ts'
import { augmented } from '../../src/data/augmentation/augmented.ts'
import { inMemory } from '../../src/data/memory.ts'
import { Linear } from '../../src/nn/layers/linear.ts'
import { Sequential } from '../../src/nn/layers/sequential.ts'
import { Flatten } from '../../src/nn/layers/shape.ts'
import { createModel } from '../../src/nn/model.ts'
import { evaluate } from '../../src/train/evaluate.ts'
import { confusion, predict } from '../../src/train/predict.ts'
import { evaluateViews, predictViews } from '../../src/train/views.ts'

const pictures = inMemory({
  inputs: Float32Array.from({ length: 7 * 20 }, (_, i) => ((i * 37) % 101) / 101),
  inputShape: [1, 4, 5],
  targets: Uint8Array.of(0, 1, 2, 0, 1, 2, 0),
  classes: ['a', 'b', 'c'],
})
const model = await createModel(Sequential(Flatten(), Linear(3)), [1, 4, 5], { seed: 4, backend: reference() })

test('one view is the picture itself: the evaluation is the usual one', async () => {
  const plain = await evaluate(model, pictures)
  const views = await evaluateViews(model, pictures, { policy: [{ type: 'flip' }], views: 1 })
  expect(views.loss).toBeCloseTo(plain.loss, 5)
  expect(views.accuracy).toBe(plain.accuracy)
  const matrix = await confusion(model, pictures)
  expect(views.predicted).toEqual(matrix.predicted)
  for (const [i, value] of matrix.probabilities.entries()) expect(views.probabilities[i]).toBeCloseTo(value, 6)
})

test('several views give the mean of their probabilities', async () => {
  const policy = [{ type: 'flip', probability: 1 }] as const
  const inputs = new Float32Array(20)
  pictures.read([3], inputs, new Int32Array(1))
  const own = await predict(model, inputs, { probabilities: true })
  augmented(pictures, policy).read([3], inputs, new Int32Array(1))
  const mirrored = await predict(model, inputs, { probabilities: true })
  const { loss } = await evaluateViews(
    model,
    { ...pictures, length: 1, labels: [0], read: (_, x, y) => pictures.read([3], x, y) },
    { policy, views: 2 },
  )
  expect(loss).toBeCloseTo(-Math.log((own.data[0] + mirrored.data[0]) / 2), 5)
  const picture = new Float32Array(20)
  pictures.read([3], picture, new Int32Array(1))
  const probabilities = await predictViews(model, picture, { policy, views: 2 })
  for (let k = 0; k < 3; k++) expect(probabilities[k]).toBeCloseTo((own.data[k] + mirrored.data[k]) / 2, 6)
})

test('views of mixed pictures, and no views, are refused', async () => {
  await expect(evaluateViews(model, pictures, { policy: [{ type: 'mixUp' }], views: 2 })).rejects.toThrow(ArgumentError)
  await expect(evaluateViews(model, pictures, { policy: [], views: 0 })).rejects.toThrow('views is 0')
})
