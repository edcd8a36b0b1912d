import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { ArgumentError, DataError, DivergenceError, ShapeError, TrainingStateError } from '../../src/core/errors.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { inMemory, logic, moons } from '../../src/data/index.ts'
import * as nn from '../../src/nn/index.ts'
import { abs, sub } from '../../src/ops/index.ts'
import { adam, linearDecay, sgd } from '../../src/optim/index.ts'
import { DivergedTraining, evaluate, type FitOptions, fit, type StepReport } from '../../src/train/index.ts'

/** y = x on the given numbers: targets are real, not labels. */
const identity = (numbers: number[], name = 'identity'): Dataset =>
  inMemory({
    name,
    inputs: Float32Array.from(numbers),
    inputShape: [1],
    targets: Float32Array.from(numbers),
    targetShape: [1],
  })

/** Writes down the indices of every batch. */
function recorded(dataset: Dataset): Dataset & { batches: number[][] } {
  const batches: number[][] = []
  return {
    ...dataset,
    batches,
    read(indices, x, y) {
      batches.push([...Array.from(indices)])
      dataset.read(indices, x, y)
    },
  }
}

const neuron = nn.Linear(1, { bias: false, weightInit: 'zeros' })
const small = nn.Sequential(nn.Linear(4), nn.Tanh(), nn.Dropout(0.2), nn.Linear(2))
const points = moons({ examples: 10 })

const common = () => ({ backend: reference(), optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), batchSize: 4 })
const squared = () => ({ ...common(), loss: nn.meanSquaredError })

const valuesOf = async (model: nn.Model): Promise<Record<string, number[]>> =>
  Object.fromEntries([...(await nn.readWeights(model))].map(([name, values]) => [name, [...values]]))

describe('fit', () => {
  it('makes the step Θ ← Θ − η g(Θ; B)', async () => {
    // The loss (w x - x)² has the gradient 2 x² (w - 1), whose mean over x = 1, 2 is 5 (w - 1).
    const optimizer = sgd({ learningRate: 0.125 })
    const { model } = await fit(neuron, identity([1, 2]), { ...squared(), optimizer, epochs: 2 })
    expect(await valuesOf(model)).toEqual({ weight: [5 / 8 + (3 / 8) * (5 / 8)] })
  })

  it('sees every example once in each epoch, in another order, which the seed alone decides', async () => {
    const orders = async (seed: number) => {
      const data = recorded(points)
      await fit(small, data, { ...common(), epochs: 2, seed })
      return data.batches
    }
    const batches = await orders(1)
    expect(batches.map((batch) => batch.length)).toEqual([4, 4, 2, 4, 4, 2])
    const epochs = [batches.slice(0, 3).flat(), batches.slice(3).flat()]
    for (const epoch of epochs) expect([...epoch].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(epochs[0]).not.toEqual(epochs[1])
    expect(await orders(1)).toEqual(batches)
    expect(await orders(2)).not.toEqual(batches)
  })

  it('gives each example the same weight in the mean of an epoch, also those of the smaller batch', async () => {
    const data = identity([1, 2, 3, 4, 5, 6, 7])
    const optimizer = sgd({ learningRate: 1e-12 })
    const { history } = await fit(neuron, data, { ...squared(), optimizer, batchSize: 3, epochs: 1 })
    expect(history[0].train.loss).toBeCloseTo((1 + 4 + 9 + 16 + 25 + 36 + 49) / 7, 5)
  })

  it('reports every step and every epoch', async () => {
    const steps: StepReport[] = []
    const epochs: number[] = []
    const { history } = await fit(small, points, {
      ...common(),
      optimizer: sgd({ learningRate: linearDecay(0.25) }),
      epochs: 2,
      onStep: (report) => steps.push(report),
      onEpoch: ({ epoch }) => void epochs.push(epoch),
    })
    expect(steps.map(({ step, steps, epoch, examples }) => [step, steps, epoch, examples])).toEqual([
      [1, 6, 1, 4],
      [2, 6, 1, 8],
      [3, 6, 1, 10],
      [4, 6, 2, 4],
      [5, 6, 2, 8],
      [6, 6, 2, 10],
    ])
    expect(epochs).toEqual([1, 2])
    expect(history.map(({ train }) => train)).toEqual([steps[2].train, steps[5].train])
    expect(history[1].train.accuracy).toBeGreaterThan(0)
    expect(history[1].learningRate).toBeCloseTo(0.25 / 6)
    expect(history.every(({ validation }) => validation === undefined)).toBe(true)
  })

  it('gets the same parameters from the same seed, others from another', async () => {
    const train = async (seed: number) => valuesOf((await fit(small, points, { ...common(), epochs: 1, seed })).model)
    expect(await train(1)).toEqual(await train(1))
    expect(await train(1)).not.toEqual(await train(2))
  })

  it('goes on with a model that it is given', async () => {
    const optimizer = sgd({ learningRate: 0.125 })
    const { model } = await fit(neuron, identity([1, 2]), { ...squared(), optimizer, epochs: 1 })
    const again = await fit(model, identity([1, 2]), { ...squared(), optimizer, epochs: 1 })
    expect(again.model).toBe(model)
    expect(await valuesOf(model)).toEqual({ weight: [5 / 8 + (3 / 8) * (5 / 8)] })
  })

  it('learns', async () => {
    const options = { ...common(), optimizer: adam({ learningRate: 0.05 }), epochs: 60, batchSize: 20 }
    const data = moons({ examples: 60 })
    const { model, history } = await fit(nn.Sequential(nn.Linear(8), nn.Tanh(), nn.Linear(2)), data, options)
    expect(history[59].train.loss).toBeLessThan(0.5 * history[0].train.loss)
    expect((await evaluate(model, data)).accuracy).toBeGreaterThan(0.9)
  })
})

describe('fit with a validation set', () => {
  it('keeps the epoch of least loss where targets are real numbers', async () => {
    // Training pulls w from 0 to 1 and past the validation set's 0.4.
    const validation = inMemory({
      name: 'other',
      inputs: Float32Array.of(1),
      inputShape: [1],
      targets: Float32Array.of(0.4),
      targetShape: [1],
    })
    const options = { ...squared(), optimizer: sgd({ learningRate: 0.1 }), validation, epochs: 4 }
    const { model, history, epoch } = await fit(neuron, identity([1]), options)
    const weights = [0.2, 0.36, 0.488, 0.5904]
    for (const [i, w] of weights.entries()) expect(history[i].validation?.loss).toBeCloseTo((w - 0.4) ** 2, 6)
    expect(history.map(({ best }) => best)).toEqual([true, true, false, false])
    expect(epoch).toBe(2)
    expect((await valuesOf(model))['weight'][0]).toBeCloseTo(0.36, 6)
    const last = await fit(neuron, identity([1]), { ...options, backend: reference(), keep: 'last' })
    expect(last.epoch).toBe(4)
    expect((await valuesOf(last.model))['weight'][0]).toBeCloseTo(0.5904, 6)
  })

  it('keeps the epoch of best accuracy where targets are labels', async () => {
    const options: FitOptions = { ...common(), validation: moons({ examples: 50, seed: 1 }), epochs: 8, seed: 3 }
    const { model, history, epoch } = await fit(small, points, options)
    const accuracies = history.map(({ validation }) => validation!.accuracy!)
    expect(history[epoch - 1].validation?.accuracy).toBe(Math.max(...accuracies))
    expect(history.findLastIndex(({ best }) => best)).toBe(epoch - 1)
    const again = await evaluate(model, options.validation!)
    expect(again.accuracy!).toBe(Math.max(...accuracies))
    expect(again.loss).toBeCloseTo(history[epoch - 1].validation!.loss, 6)
  })
})

describe('fit with what else is measured', () => {
  const validation = moons({ examples: 20, seed: 1 })

  it('keeps the epoch that is best by what monitor names', async () => {
    const scores = [0.2, 0.7, 0.7, 0.1]
    const { history, epoch } = await fit(small, points, {
      ...common(),
      validation,
      validate: async () => ({ mAP: scores.shift()! }),
      monitor: 'mAP',
      epochs: 4,
    })
    expect(history.map(({ validation }) => validation?.mAP)).toEqual([0.2, 0.7, 0.7, 0.1])
    // Of the two that are as good, the one of least loss.
    const third = history[2].validation!.loss < history[1].validation!.loss
    expect(epoch).toBe(third ? 3 : 2)
  })

  it('takes less for better where a metric says so', async () => {
    const distance: nn.Metric = { name: 'distance', count: (y, x) => abs(sub(y, x)), better: 'less' }
    const to = (number: number): Dataset =>
      inMemory({
        inputs: Float32Array.of(1),
        inputShape: [1],
        targets: Float32Array.of(number),
        targetShape: [1],
      })
    const { history, epoch } = await fit(neuron, to(1), {
      ...squared(),
      optimizer: sgd({ learningRate: 0.1 }),
      metrics: [distance],
      validation: to(0.4),
      epochs: 4,
    })
    expect(epoch).toBe(2)
    expect(history[1].validation?.distance).toBeCloseTo(0.04, 6)
    expect(history[0].train.distance).toBe(1)
  })

  it('refuses a monitor that the validation does not tell', async () => {
    const training = fit(small, points, { ...common(), validation, monitor: 'mAP', epochs: 1 })
    await expect(training).rejects.toThrow(/chosen by 'mAP', but validation reports loss, accuracy/)
  })

  it('tells no accuracy where targets are numbers to be met', async () => {
    const { history } = await fit(neuron, identity([1, 2]), { ...squared(), validation: identity([3]), epochs: 1 })
    expect(Object.keys(history[0].train)).toEqual(['loss'])
    expect(Object.keys(history[0].validation!)).toEqual(['loss'])
  })
})

describe('an interrupted training', () => {
  it.each([0, 1, 3, 4])('stops after step %i and goes on as if nothing had been', async (stop) => {
    const whole = await fit(small, points, { ...common(), epochs: 2, keep: 'last' })
    const controller = new AbortController()
    if (stop === 0) controller.abort()
    const first = await fit(small, points, {
      ...common(),
      epochs: 2,
      validation: points,
      signal: controller.signal,
      onStep: ({ step }) => step === stop && controller.abort(),
    })
    expect(first.interrupted).toBe(true)
    expect(first.state.step).toBe(stop)
    const rest = await fit(small, points, { ...common(), epochs: 2, keep: 'last', state: first.state })
    expect(rest.interrupted).toBe(false)
    expect(rest.state.step).toBe(6)
    expect(await valuesOf(rest.model)).toEqual(await valuesOf(whole.model))
  })

  it('keeps the best of all epochs, also of those before it went on', async () => {
    const scores = [0.5, 0.9, 0.7, 0.8]
    const options = (signal?: AbortSignal) => ({
      ...common(),
      validation: points,
      validate: async () => ({ score: scores.shift()! }),
      monitor: 'score',
      epochs: 4,
      signal,
    })
    const controller = new AbortController()
    const first = await fit(small, points, {
      ...options(controller.signal),
      onEpoch: ({ epoch }) => {
        if (epoch === 3) controller.abort()
      },
    })
    expect(first.interrupted).toBe(true)
    const best = await valuesOf(first.model)
    const rest = await fit(small, points, { ...options(), state: first.state })
    expect(rest.epoch).toBe(2)
    expect(await valuesOf(rest.model)).toEqual(best)
    expect(rest.history.map(({ best }) => best)).toEqual([true, true, false, false])
  })

  it('cannot go on with another optimizer', async () => {
    const { state, model } = await fit(small, points, { ...common(), epochs: 1 })
    const optimizer = adam({ learningRate: 0.1 })
    await expect(fit(model, points, { ...common(), optimizer, epochs: 2, state })).rejects.toThrow(TrainingStateError)
  })
})

describe('a training that diverges', () => {
  it('stops at the step whose loss is not finite, with the parameters of the last good epoch', async () => {
    const data = identity([1, 3])
    // The rate grows in epoch 2: one step, and the next loss overflows.
    const optimizer = sgd({ learningRate: (step) => (step < 2 ? 0.125 : 1e30) })
    const training = fit(neuron, data, { ...squared(), optimizer, batchSize: 1, epochs: 3 })
    const error = await training.then(() => undefined).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(DivergenceError)
    expect(error).toBeInstanceOf(DivergedTraining)
    const { step, model, history, message } = error as DivergedTraining
    expect(step).toBe(4)
    expect(message).toMatch(/step 4 \(epoch 2, example [01]\).*of epoch 1/)
    expect(history.length).toBe(1)
    const good = await fit(neuron, data, { ...squared(), optimizer, batchSize: 1, epochs: 1 })
    expect(await valuesOf(model)).toEqual(await valuesOf(good.model))
  })

  it('does not take parameters for good that the last step of an epoch made infinite', async () => {
    const optimizer = sgd({ learningRate: Number.MAX_VALUE })
    const training = fit(neuron, identity([1e30]), { ...squared(), optimizer, epochs: 2 })
    await expect(training).rejects.toThrow(DivergenceError)
    const error = (await training.catch((error: unknown) => error)) as DivergedTraining
    expect(error.step).toBe(1)
    expect(await valuesOf(error.model)).toEqual({ weight: [0] })
  })
})

describe('fit refuses', () => {
  it('labels that are all the same, but of one example or for a model that has learned others', async () => {
    const alike = (examples: number): Dataset =>
      inMemory({
        name: 'cats',
        inputs: new Float32Array(2 * examples),
        inputShape: [2],
        targets: new Int32Array(examples),
        classes: ['cat', 'dog'],
      })
    const training = fit(small, alike(3), { ...common(), epochs: 1 })
    await expect(training).rejects.toThrow(DataError)
    await expect(training).rejects.toThrow(
      /all 3 examples of data set cats are of class cat; expected examples of at least two/,
    )
    const { model } = await fit(small, alike(1), { ...common(), epochs: 1 })
    await fit(model, alike(3), { ...common(), epochs: 1 })
  })

  it.each<[string, Partial<FitOptions>]>([
    ['0 epochs', { epochs: 0 }],
    ['1.5 epochs', { epochs: 1.5 }],
    ['a batch size of 0', { batchSize: 0 }],
  ])('%s', async (_, options) => {
    await expect(fit(small, points, { ...common(), epochs: 1, ...options })).rejects.toThrow(ArgumentError)
  })

  it('a network that does not fit the data, naming the layer and the shape', async () => {
    const network = nn.Sequential(nn.ReLU(), nn.Conv2d(1, 3))
    await expect(fit(network, points, { ...common(), epochs: 1 })).rejects.toThrow(/layer 1 \(conv2d\).*\[1, 2\]/)
    await expect(fit(nn.Linear(3), points, { ...common(), epochs: 1 })).rejects.toThrow(ShapeError)
  })

  it('validation data of another shape', async () => {
    const validation = identity([1])
    await expect(fit(small, points, { ...common(), epochs: 1, validation })).rejects.toThrow(ShapeError)
  })

  it('data without examples', async () => {
    const empty = { ...logic('and'), length: 0 }
    await expect(fit(small, empty, { ...common(), epochs: 1 })).rejects.toThrow(DataError)
  })
})
