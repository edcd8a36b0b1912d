import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { ArgumentError, DataError, DivergenceError } from '../../src/core/errors.ts'
import { inMemory } from '../../src/data/index.ts'
import * as nn from '../../src/nn/index.ts'
import { adam, type Optimizer, sgd } from '../../src/optim/index.ts'
import { type Batch, createTrainer, evaluate, runTraining, type Trainer } from '../../src/train/index.ts'

const data = inMemory({
  inputs: Float32Array.from({ length: 12 * 16 }, (_, i) => ((i * 29) % 83) / 83),
  inputShape: [1, 4, 4],
  targets: Int32Array.from({ length: 12 }, (_, i) => (i * 7) % 3),
  classes: ['a', 'b', 'c'],
})

const network = nn.Sequential(nn.Conv2d(4, 3), nn.BatchNorm(), nn.ReLU(), nn.Flatten(), nn.Dropout(0.2), nn.Linear(3))
/** The gradient of its loss is the mean over the examples, whatever else is in the batch. */
const plain = nn.Sequential(nn.Flatten(), nn.Linear(5), nn.Tanh(), nn.Linear(3))

const trainer = (
  optimizer: Optimizer = sgd({ learningRate: 0.1 }),
  layer = plain,
  backend = reference(),
): Promise<Trainer> => createTrainer(layer, data, { optimizer, batchSize: 4, epochs: 3, seed: 2, backend })

/** A batch of the user's own. */
function batchOf(indices: number[]): Batch {
  const [x, targets] = [new Float32Array(indices.length * 16), new Int32Array(indices.length)]
  void data.read(indices, x, targets)
  return { examples: indices.length, inputs: { x }, targets }
}

const everything = async (of: Trainer) => {
  const { weights, optimizer } = await of.state()
  return { weights, optimizer }
}

describe('gradients and update', () => {
  const optimizers: [string, () => Optimizer][] = [
    ['SGD', () => sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 })],
    ['Adam', () => adam({ learningRate: 0.01, clipNorm: 0.5 })],
  ]

  it.each(optimizers)('are the two halves of a step, to the same bits, by %s', async (_, optimizer) => {
    for (const backend of [reference, () => wasm({ threads: 1 })]) {
      const whole = await trainer(optimizer(), network, await backend())
      const halves = await trainer(optimizer(), network, await backend())
      while (!whole.done) {
        const report = await whole.step()
        const gradients = await halves.gradients()
        expect(gradients.loss).toBe(report.loss)
        expect(await halves.update(gradients)).toEqual(report)
      }
      expect(await everything(halves)).toEqual(await everything(whole))
      for (const each of [whole, halves]) {
        each.dispose()
        await each.model.backend.close()
      }
    }
  })

  it('change nothing before the update', async () => {
    const one = await trainer(adam({ learningRate: 0.1 }), network)
    const before = await everything(one)
    const gradients = await one.gradients()
    expect(await everything(one)).toEqual(before)
    expect(one.stepsDone).toBe(0)
    gradients.dispose()
  })

  it('have the names of the parameters and of the state that changes', async () => {
    const one = await trainer(sgd({ learningRate: 0.5 }), network)
    const weights = await nn.readWeights(one.model)
    const gradients = await one.gradients()
    const values = await gradients.readAll()
    expect([...values.keys()]).toEqual([...weights.keys()])
    await one.update(gradients)
    const after = await nn.readWeights(one.model)
    expect(after.get('1.running_mean')).toEqual(values.get('1.running_mean'))
    const gradient = await gradients.read('5.bias')
    const bias = weights.get('5.bias')!
    expect([...after.get('5.bias')!]).toEqual([...bias].map((b, i) => Math.fround(b - Math.fround(0.5 * gradient[i]))))
  })

  it('of several batches add up to those of all examples, whatever their sizes', async () => {
    const one = await trainer()
    const all = await one.gradients(batchOf([0, 1, 2, 3, 4, 5, 6]))
    const whole = await all.readAll()
    const sum = await one.gradients(batchOf([0, 1, 2, 3]))
    await sum.add(await one.gradients(batchOf([4])))
    await sum.add(await one.gradients(batchOf([5, 6])))
    expect(sum.examples).toBe(7)
    for (const [name, values] of await sum.readAll())
      for (const [i, value] of values.entries()) expect(value, name).toBeCloseTo(whole.get(name)![i], 6)
    expect(sum.loss).toBeCloseTo(all.loss, 6)
    const report = await one.update(sum)
    expect(report.examples).toBe(7)
    expect(report.train.loss).toBe(sum.loss)
  })

  it('are kept apart while several are needed', async () => {
    const one = await trainer()
    const batches = [
      [0, 1],
      [2, 3],
      [4, 5],
    ].map(batchOf)
    const all = await Promise.all(batches.map((batch) => one.gradients(batch)))
    const read = await Promise.all(all.map((gradients) => gradients.read('3.bias')))
    for (const [i, batch] of batches.entries()) {
      const alone = await trainer()
      expect(await (await alone.gradients(batch)).read('3.bias')).toEqual(read[i])
    }
  })

  it('can be scaled, clipped and set, as between machines', async () => {
    const one = await trainer()
    const gradients = await one.gradients()
    const norm = await gradients.norm()
    const values = await gradients.readAll()
    const squares = [...values.values()].flatMap((part) => [...part]).reduce((sum, value) => sum + value * value, 0)
    expect(norm).toBeCloseTo(Math.sqrt(squares), 5)
    await gradients.scale(0.5 / norm)
    expect(await gradients.norm()).toBeCloseTo(0.5, 5)
    await gradients.writeAll(values)
    expect(await gradients.readAll()).toEqual(values)
    // Both machines then take the same step.
    const other = await trainer()
    const theirs = await other.gradients(batchOf([0]))
    await theirs.writeAll(values)
    await one.update(gradients)
    await other.update(theirs)
    expect((await everything(other)).weights).toEqual((await everything(one)).weights)
  })

  it('leave the state of the network as it is where they are scaled', async () => {
    const one = await trainer(sgd({ learningRate: 0.1 }), network)
    const gradients = await one.gradients()
    const mean = await gradients.read('1.running_mean')
    await gradients.scale(0)
    expect(await gradients.read('1.running_mean')).toEqual(mean)
    expect((await gradients.read('5.weight')).every((value) => value === 0)).toBe(true)
  })

  it('are refused where they were used, taken up or given back, and names that there are not', async () => {
    const one = await trainer()
    const [first, second, third] = [await one.gradients(), await one.gradients(), await one.gradients()]
    await first.add(second)
    expect(() => second.loss).toThrow(/these no longer exist/)
    await one.update(first)
    await expect(one.update(first)).rejects.toThrow(/used before/)
    await expect(first.scale(2)).rejects.toThrow(ArgumentError)
    third.dispose()
    await expect(third.read('3.bias')).rejects.toThrow(/these no longer exist/)
    const others = await (await trainer()).gradients()
    await expect(one.update(others)).rejects.toThrow(/belong to another trainer/)
    await expect(others.read('bias')).rejects.toThrow(/no 'bias'; expected one of 1.weight/)
    await expect(others.write('3.bias', [1])).rejects.toThrow(/takes 3 values, not 1/)
    await expect(others.add(others)).rejects.toThrow(ArgumentError)
  })

  it('draw other dropout for each batch, also of one step', async () => {
    const layer = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(3))
    const one = await trainer(sgd({ learningRate: 0.1 }), layer)
    const batch = batchOf([0, 1, 2])
    const [first, second] = [await one.gradients(batch), await one.gradients(batch)]
    expect(await first.read('2.weight')).not.toEqual(await second.read('2.weight'))
  })
})

describe('a trainer', () => {
  it('goes through all examples in each epoch, ends epochs that nobody ends, and refuses more', async () => {
    const one = await trainer()
    let steps = 0
    while (!one.done) {
      const { step, epoch } = await one.step()
      expect(step).toBe(++steps)
      expect(epoch).toBe(Math.ceil(steps / 3))
    }
    expect(steps).toBe(9)
    expect(one.history.map(({ epoch }) => epoch)).toEqual([1, 2])
    await one.endEpoch()
    expect(one.history).toHaveLength(3)
    await expect(one.step()).rejects.toThrow(/all 3 epochs are done/)
    await expect(one.step(batchOf([1]))).rejects.toThrow(/all 9 steps are done/)
    await expect(one.endEpoch()).rejects.toThrow(/no step was made/)
  })

  it('keeps calls in order that nobody waits for', async () => {
    const [one, other] = [await trainer(), await trainer()]
    await Promise.all([one.step(), one.step(), one.step()])
    for (let i = 0; i < 3; i++) await other.step()
    expect(await everything(one)).toEqual(await everything(other))
  })

  it('counts steps as the schedule shall, where one is made of several batches', async () => {
    const rates: number[] = []
    const optimizer = sgd({ learningRate: (step, steps) => rates.push(step / steps) && 0.1 })
    const one = await createTrainer(plain, data, { optimizer, batchSize: 2, epochs: 1, steps: 3, backend: reference() })
    while (!one.done) {
      const gradients = await one.gradients()
      await gradients.add(await one.gradients())
      await one.update(gradients)
    }
    expect(rates).toEqual([0, 1 / 3, 2 / 3])
  })

  it('evaluates what it has learned so far', async () => {
    const one = await trainer()
    const first = await one.evaluate(data)
    await one.step()
    expect(await one.evaluate(data)).toEqual(await evaluate(one.model, data))
    expect(await one.evaluate(data)).not.toEqual(first)
  })

  it('is paused by a signal, and goes on where it is run again', async () => {
    const [one, other] = [await trainer(), await trainer()]
    await runTraining(other, { validation: data })
    const epochs: number[] = []
    const pause = new AbortController()
    const onEpoch = ({ epoch }: { epoch: number }) => void epochs.push(epoch)
    const onStep = ({ step }: { step: number }) => void (step === 4 && pause.abort())
    expect(await runTraining(one, { validation: data, onEpoch, onStep, signal: pause.signal })).toBe(false)
    expect(one.stepsDone).toBe(4)
    expect(await runTraining(one, { validation: data, onEpoch })).toBe(true)
    expect(await everything(one)).toEqual(await everything(other))
    expect(epochs).toEqual([1, 2, 3])
    expect(one.best?.epoch).toBe(other.best?.epoch)
  })

  it('goes back to the last good parameters where a loss is not finite, before the update', async () => {
    const one = await trainer()
    const before = (await everything(one)).weights
    const batch = batchOf([0])
    const broken = { ...batch, inputs: { x: batch.inputs['x'].map(() => Number.NaN) } }
    await expect(one.gradients(broken)).rejects.toThrow(DivergenceError)
    await expect(one.step(broken)).rejects.toThrow(/the loss became NaN at step 1/)
    expect((await everything(one)).weights).toEqual(before)
  })

  it('reads again what could not be read', async () => {
    let broken = true
    const flaky = {
      ...data,
      async read(...args: Parameters<typeof data.read>) {
        if (broken) throw new DataError('a file is broken')
        await data.read(...args)
      },
    }
    const optimizer = sgd({ learningRate: 0.1 })
    const one = await createTrainer(plain, flaky, { optimizer, batchSize: 4, epochs: 3, seed: 2, backend: reference() })
    await expect(one.step()).rejects.toThrow('a file is broken')
    broken = false
    const other = await trainer()
    await one.step()
    await other.step()
    expect(await everything(one)).toEqual(await everything(other))
  })

  it('refuses batches that do not fit, and optimizers whose variables share a name', async () => {
    const one = await trainer()
    await expect(one.step({ ...batchOf([0]), examples: 2 })).rejects.toThrow(/has 16 values/)
    await expect(one.step({ ...batchOf([0]), examples: 0 })).rejects.toThrow(/examples is 0/)
    const optimizer = sgd({ learningRate: 0.1 })
    const doubled: Optimizer = {
      ...optimizer,
      begin: (parameters) => ({ ...optimizer.begin(parameters), variables: [parameters[0], parameters[0]] }),
    }
    await expect(trainer(doubled)).rejects.toThrow(/two of its variables are named '1.weight'/)
  })
})
