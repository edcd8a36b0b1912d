import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { ArgumentError, ClassesError, DataError, ShapeError } from '../../src/core/errors.ts'
import { inMemory, moons } from '../../src/data/index.ts'
import * as nn from '../../src/nn/index.ts'
import { sum } from '../../src/ops/index.ts'
import { confusion, evaluate, predict } from '../../src/train/index.ts'

/** Labels 0, 1, 2, 2, 0 and, as inputs, logits that are right but for the last two. */
const answers = inMemory({
  inputs: Float32Array.of(3, 1, 0, 0, 2, 1, -1, 0, 4, 2, 0, 1, 0, 1, 5),
  inputShape: [3],
  targets: Int32Array.of(0, 1, 2, 2, 0),
  classes: ['a', 'b', 'c'],
})

const model = (layer: nn.Layer, inputShape = [3]) => nn.createModel(layer, inputShape, { backend: reference() })
/** Gives its inputs. */
const mirror = nn.Flatten()

describe('evaluate', () => {
  it('gives the mean over the examples, whatever the size of the batches', async () => {
    const metrics = [nn.accuracy, nn.topKAccuracy(2)]
    const whole = await evaluate(await model(mirror), answers, { metrics })
    expect(whole.accuracy).toBeCloseTo(3 / 5, 12)
    expect(whole.top2Accuracy).toBeCloseTo(4 / 5, 12)
    for (const batchSize of [1, 2, 3, 100]) {
      const parts = await evaluate(await model(mirror), answers, { batchSize, metrics })
      expect(parts.accuracy).toBe(whole.accuracy)
      expect(parts.loss).toBeCloseTo(whole.loss, 6)
    }
  })

  it('drops nothing', async () => {
    const network = await model(nn.Sequential(nn.Dropout(0.9), mirror))
    expect(await evaluate(network, answers)).toEqual(await evaluate(await model(mirror), answers))
  })

  it('refuses data that the model does not fit, metrics that count no examples or have one name, and batches of nothing', async () => {
    const network = await model(mirror)
    await expect(evaluate(network, moons({ examples: 4 }))).rejects.toThrow(/\[2\].*\[3\]/)
    const two = { ...answers, classes: ['a', 'b'] }
    await expect(evaluate(network, two)).rejects.toThrow(ClassesError)
    await expect(evaluate(network, { ...answers, length: 0 })).rejects.toThrow(DataError)
    const twice = { metrics: [nn.accuracy, nn.accuracy] }
    await expect(evaluate(network, answers, twice)).rejects.toThrow("the name 'accuracy' is taken")
    const whole: nn.Metric = { name: 'whole', count: (logits) => sum(logits) }
    await expect(evaluate(network, answers, { metrics: [whole] })).rejects.toThrow(ShapeError)
    await expect(evaluate(network, answers, { batchSize: 0 })).rejects.toThrow(ArgumentError)
  })
})

describe('predict', () => {
  it('gives the outputs of all examples, whatever the size of the batches', async () => {
    const network = await model(nn.Linear(2))
    const inputs = Float32Array.from({ length: 15 }, (_, i) => Math.sin(i))
    const whole = await predict(network, inputs)
    expect(whole.shape).toEqual([5, 2])
    for (const batchSize of [1, 2]) expect((await predict(network, inputs, { batchSize })).data).toEqual(whole.data)
  })

  it('gives probabilities when asked to', async () => {
    const { data } = await predict(await model(mirror), Float32Array.of(0, 0, Math.log(2)), { probabilities: true })
    expect([...data]).toEqual([expect.closeTo(0.25, 6), expect.closeTo(0.25, 6), expect.closeTo(0.5, 6)])
  })

  it('refuses inputs that are not a whole number of examples', async () => {
    const network = await model(mirror)
    await expect(predict(network, new Float32Array(4))).rejects.toThrow(DataError)
    await expect(predict(network, new Float32Array(0))).rejects.toThrow(DataError)
  })
})

describe('confusion', () => {
  it('counts what each class was taken for', async () => {
    const { counts, predicted, labels } = await confusion(await model(mirror), answers)
    expect([...labels]).toEqual([0, 1, 2, 2, 0])
    expect([...predicted]).toEqual([0, 1, 2, 0, 2])
    expect([...counts]).toEqual([1, 0, 1, 0, 1, 0, 1, 0, 1])
  })

  it('gives the probability of each class, as predict does, and how sure it is of the likeliest', async () => {
    const { probabilities, predicted, confidence } = await confusion(await model(mirror), answers)
    const inputs = new Float32Array(15)
    answers.read([0, 1, 2, 3, 4], inputs, new Int32Array(5))
    const { data } = await predict(await model(mirror), inputs, { probabilities: true })
    for (const [i, value] of data.entries()) expect(probabilities[i]).toBeCloseTo(value, 6)
    for (const [i, label] of predicted.entries()) expect(confidence[i]).toBe(probabilities[3 * i + label])
    const certain = { ...answers, length: 1, read: (_: ArrayLike<number>, x: Float32Array) => x.set([-9, Infinity, 2]) }
    expect([...(await confusion(await model(mirror), certain as typeof answers)).probabilities]).toEqual([0, 1, 0])
  })
})
