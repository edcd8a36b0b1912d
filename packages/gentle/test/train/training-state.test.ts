/** That a training's state is all of it: stopped anywhere and gone on from its bytes, it gives the bits of one that never stopped. */
import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { FormatError, TrainingStateError } from '../../src/core/errors.ts'
import { augmented, type Dataset, inMemory } from '../../src/data/index.ts'
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts'
import { crc32, slowChecksum } from '../../src/formats/seal.ts'
import * as nn from '../../src/nn/index.ts'
import { adam, cosineDecay, type Optimizer, reduceOnPlateau, sgd, stepDecay } from '../../src/optim/index.ts'
import {
  createTrainer,
  type EpochReport,
  loadTrainingState,
  saveTrainingState,
  type Trainer,
  type TrainerOptions,
  type TrainingState,
} from '../../src/train/index.ts'

const pictures = (examples: number, from: number): Dataset =>
  inMemory({
    name: 'pictures',
    inputs: Float32Array.from({ length: examples * 36 }, (_, i) => (((i + from) * 37) % 101) / 101),
    inputShape: [1, 6, 6],
    targets: Int32Array.from({ length: examples }, (_, i) => (i * 5) % 3),
    classes: ['a', 'b', 'c'],
  })

const data = augmented(pictures(10, 0), [{ type: 'rotate', degrees: 20 }, { type: 'flip' }], { seed: 4 })
const validation = pictures(7, 11)

const network = nn.Sequential(nn.Conv2d(3, 3), nn.BatchNorm(), nn.ReLU(), nn.Flatten(), nn.Dropout(0.3), nn.Linear(3))

const optimizers: Record<string, () => Optimizer> = {
  'SGD with momentum': () => sgd({ learningRate: stepDecay(0.1, { every: 4 }), momentum: 0.9, weightDecay: 1e-3 }),
  // No epoch is so much better than the first.
  'SGD, slower on a plateau': () =>
    sgd({ learningRate: reduceOnPlateau(0.1, { factor: 0.5, patience: 0, threshold: 0.99 }) }),
  Adam: () => adam({ learningRate: cosineDecay(0.02, { warmup: 2 }), clipNorm: 1 }),
}

/** The head alone learns at first, and the layers below at a smaller rate after that. */
const thawing: Partial<TrainerOptions> = { freeze: (name, epoch) => epoch <= 2 && !name.startsWith('5.') }

const trainings: [string, () => TrainerOptions][] = [
  ...Object.entries(optimizers).map(([name, make]): [string, () => TrainerOptions] => [name, () => options(make())]),
  [
    'SGD, with an average of the weights',
    () => ({ ...options(sgd({ learningRate: 0.1, momentum: 0.9 })), ema: 0.9, ...thawing }),
  ],
  [
    'Adam, of the head alone at first',
    () => ({
      ...options(adam({ learningRate: 0.02, rateFactor: (name) => (name.startsWith('5.') ? 1 : 0.5) })),
      ...thawing,
    }),
  ],
]

const options = (optimizer: Optimizer): TrainerOptions => ({
  optimizer,
  batchSize: 4,
  epochs: 4,
  seed: 7,
  backend: reference(),
})

const perEpoch = 3
const allSteps = 4 * perEpoch

/** Trains up to a number of steps, with an epoch's end as soon as it is due unless that is the last thing to do. */
async function trainTo(trainer: Trainer, steps: number, endLast = true): Promise<void> {
  const endIfDue = async (): Promise<void> => {
    if (trainer.epochIsOver) await trainer.endEpoch(await trainer.evaluate(validation))
  }
  await endIfDue()
  while (trainer.stepsDone < steps) {
    await trainer.step()
    if (endLast || trainer.stepsDone < steps) await endIfDue()
  }
}

/** All of a state that does not tell time. */
function timeless(state: TrainingState) {
  const withoutTime = ({ seconds: _, examplesPerSecond: __, ...report }: EpochReport) => report
  const { seconds: _, ...running } = state.running
  return { ...state, running, history: state.history.map(withoutTime) }
}

it('a rate that is reduced on a plateau follows the validation', async () => {
  const trainer = await createTrainer(network, data, options(optimizers['SGD, slower on a plateau']()))
  await trainTo(trainer, allSteps)
  expect(trainer.history.map(({ learningRate }) => learningRate)).toEqual([0.1, 0.1, 0.05, 0.025])
})

describe.each(trainings)('a training by %s', (_, optionsOf) => {
  const uninterrupted = (async () => {
    const trainer = await createTrainer(network, data, optionsOf())
    await trainTo(trainer, allSteps)
    return trainer.state()
  })()

  it.each<[string, { at: number; endLast?: boolean }[]]>([
    ['before the first step', [{ at: 0 }]],
    ['in the middle of the first epoch', [{ at: 2 }]],
    ['after the last step of an epoch, before its validation', [{ at: 3, endLast: false }]],
    ['between two epochs', [{ at: 6 }]],
    ['twice', [{ at: 4 }, { at: 8 }]],
    ['at its end', [{ at: allSteps }]],
  ])('stopped %s goes on to the same bits, history and best epoch', async (_, stops) => {
    let state: TrainingState | undefined
    for (const { at, endLast } of [...stops, { at: allSteps, endLast: true }]) {
      // Another model, with other first weights, and another backend.
      const trainer = await createTrainer(network, data, optionsOf())
      if (state !== undefined) await trainer.restore(loadTrainingState(saveTrainingState(state)))
      await trainTo(trainer, at, endLast)
      state = await trainer.state()
      trainer.dispose()
    }
    expect(timeless(state!)).toEqual(timeless(await uninterrupted))
  })

  it('can be taken back, and does the same again', async () => {
    const trainer = await createTrainer(network, data, optionsOf())
    await trainTo(trainer, 4)
    const state = await trainer.state()
    await trainTo(trainer, 7)
    await trainer.restore(state)
    expect(timeless(await trainer.state())).toEqual(timeless(state))
    await trainTo(trainer, allSteps)
    expect(timeless(await trainer.state())).toEqual(timeless(await uninterrupted))
  })
})

it('parameters learn from the epoch on in which they are not frozen any more', async () => {
  const trainer = await createTrainer(network, data, { ...options(optimizers['SGD with momentum']()), ...thawing })
  const weightsAfter = async (steps: number) => {
    await trainTo(trainer, steps)
    return (await trainer.state()).weights
  }
  const [first, last] = [await weightsAfter(0), await weightsAfter(2 * perEpoch)]
  for (const name of ['0.weight', '1.weight', '1.running_mean']) expect(last.get(name)).toEqual(first.get(name))
  expect(last.get('5.weight')).not.toEqual(first.get('5.weight'))
  expect(Object.keys(Object.fromEntries((await trainer.state()).optimizer))).toContain('0.weight.velocity')
  const further = await weightsAfter(2 * perEpoch + 1)
  for (const name of ['0.weight', '1.weight', '1.running_mean']) expect(further.get(name)).not.toEqual(first.get(name))
})

it('an epoch in which nothing would learn is refused', async () => {
  const frozen = createTrainer(network, data, {
    ...options(adam({ learningRate: 1 })),
    freeze: (_, epoch) => epoch > 3,
  })
  await expect(frozen).rejects.toThrow('all parameters are frozen from epoch 4 on; leave some to learn')
})

it('the wasm backend goes on to the same bits, too', async () => {
  const states: TrainingState[] = []
  for (const stops of [[allSteps], [5, allSteps]]) {
    let state: TrainingState | undefined
    for (const at of stops) {
      const backend = await wasm({ threads: 1 })
      const trainer = await createTrainer(network, data, { ...options(optimizers['Adam']()), backend })
      if (state !== undefined) await trainer.restore(state)
      await trainTo(trainer, at)
      state = await trainer.state()
      await backend.close()
    }
    states.push(state!)
  }
  expect(timeless(states[1])).toEqual(timeless(states[0]))
})

describe('a state', () => {
  const at = async (steps: number): Promise<TrainingState> => {
    const trainer = await createTrainer(network, data, options(optimizers['Adam']()))
    await trainTo(trainer, steps)
    return trainer.state()
  }

  const restored = async (state: TrainingState, changed: Partial<TrainerOptions>, set = data, layer = network) =>
    (await createTrainer(layer, set, { ...options(optimizers['Adam']()), ...changed })).restore(state)

  it('tells where everything stands', async () => {
    const { step, steps, epoch, epochs, position, streams, running, history, best } = await at(5)
    expect({ step, steps, epoch, epochs, position }).toEqual({ step: 5, steps: 12, epoch: 2, epochs: 4, position: 8 })
    expect(streams).toEqual({ order: 2, augmentation: 1, dropout: 5 })
    expect(running.examples).toBe(8)
    expect(running.metrics['accuracy']).toHaveLength(1)
    expect(history).toHaveLength(1)
    expect(best?.epoch).toBe(1)
  })

  it.each<[string, Partial<TrainerOptions>, RegExp]>([
    ['batch size', { batchSize: 5 }, /batchSize was 4 and is 5; .* accept: \['batchSize'\]/],
    ['seed', { seed: 8 }, /seed was 7 and is 8/],
    [
      'optimizer',
      { optimizer: sgd({ learningRate: cosineDecay(0.02, { warmup: 2 }) }) },
      /optimizer.type was "adam" and is "sgd"/,
    ],
    [
      'number of the optimizer',
      { optimizer: adam({ learningRate: cosineDecay(0.02, { warmup: 2 }), clipNorm: 2 }) },
      /optimizer.clipNorm was 1 and is 2/,
    ],
    [
      'rate',
      { optimizer: adam({ learningRate: cosineDecay(0.03, { warmup: 2 }), clipNorm: 1 }) },
      /schedule.rate was 0.02 and is 0.03/,
    ],
    [
      'schedule',
      { optimizer: adam({ learningRate: () => 0.1, clipNorm: 1 }) },
      /schedule.type was "cosineDecay" and is "custom"/,
    ],
    ['loss', { loss: nn.hinge }, /loss was "crossEntropy" and is "hinge"/],
    [
      'choice of frozen parameters',
      { freeze: (name) => name === '0.weight' },
      /freeze.0 was not there and is "0.weight"/,
    ],
    ['choice of frozen parameters in some epochs', thawing, /freeze.0 was not there/],
    [
      'rate of some parameters',
      {
        optimizer: adam({
          learningRate: cosineDecay(0.02, { warmup: 2 }),
          clipNorm: 1,
          rateFactor: (name) => (name === '0.weight' ? 0.5 : 1),
        }),
      },
      /optimizer.rateFactors was not there/,
    ],
    ['metrics', { metrics: [nn.topKAccuracy(2)] }, /metrics.0 was "accuracy" and is "top2Accuracy"/],
  ])('is refused by a training of another %s', async (_, changed, message) => {
    const refused = restored(await at(2), changed)
    await expect(refused).rejects.toThrow(TrainingStateError)
    await expect(refused).rejects.toThrow(message)
  })

  it('is refused by other data, and another network', async () => {
    const state = await at(2)
    await expect(restored(state, {}, pictures(12, 0))).rejects.toThrow(/data.length was 10 and is 12/)
    await expect(restored(state, {}, { ...data, name: 'others' })).rejects.toThrow(/data.name was "pictures"/)
    const changed = augmented(pictures(10, 0), [{ type: 'rotate', degrees: 30 }, { type: 'flip' }], { seed: 4 })
    await expect(restored(state, {}, changed)).rejects.toThrow(/augmentation.0.degrees was 20 and is 30/)
    const other = nn.Sequential(nn.Flatten(), nn.Linear(3))
    await expect(restored(state, {}, data, other)).rejects.toThrow(/network.layer/)
    await expect(
      createTrainer(other, data, options(optimizers['Adam']())).then((trainer) =>
        trainer.restore(state, { accept: ['network'] }),
      ),
    ).rejects.toThrow(/no values of|is of another network/)
  })

  it('goes on with what is accepted to be another, and the schedule still ends with the last step', async () => {
    const state = await at(4)
    const trainer = await createTrainer(network, data, { ...options(optimizers['Adam']()), batchSize: 2, seed: 1 })
    await expect(trainer.restore(state, { accept: ['batchSize'] })).rejects.toThrow(/^restore.*: seed was 7 and is 1;/)
    await trainer.restore(state, { accept: ['batchSize', 'seed'] })
    // 6 of 10 examples are left of epoch 2, and two epochs.
    expect(trainer.steps).toBe(4 + 3 + 5 + 5)
    await trainTo(trainer, trainer.steps)
    expect(trainer.done).toBe(true)
    expect(trainer.history).toHaveLength(4)
    // It goes on from there as it would otherwise.
    const again = await createTrainer(network, data, { ...options(optimizers['Adam']()), batchSize: 2, seed: 1 })
    await again.restore(await trainer.state())
    expect(again.steps).toBe(trainer.steps)
  })

  it('goes on for more epochs, but not for less than were done', async () => {
    const state = await at(allSteps)
    const trainer = await createTrainer(network, data, { ...options(optimizers['Adam']()), epochs: 5 })
    await trainer.restore(state)
    expect(trainer.steps).toBe(15)
    await trainer.step()
    await expect(restored(state, { epochs: 3 })).rejects.toThrow(/has done 4 epochs, but the training has only 3/)
  })

  it('begins another optimizer anew, and other metrics with an epoch', async () => {
    const state = await at(3)
    const trainer = await createTrainer(network, data, {
      ...options(sgd({ learningRate: 0.1, momentum: 0.9 })),
      metrics: [],
    })
    await trainer.restore(state, { accept: ['optimizer', 'schedule', 'metrics', 'monitor'] })
    const { optimizer } = await trainer.state()
    for (const values of optimizer.values()) expect(values.every((value) => value === 0)).toBe(true)
    const middle = restored(await at(2), { metrics: [] })
    await expect(middle).rejects.toThrow(TrainingStateError)
    const accepted = createTrainer(network, data, { ...options(optimizers['Adam']()), metrics: [] })
    await expect((await accepted).restore(await at(2), { accept: ['metrics', 'monitor'] })).rejects.toThrow(
      /in the middle of epoch 1/,
    )
  })

  it('survives its file, numbers that are none among them', async () => {
    const state = await at(4)
    const odd = {
      ...state,
      running: { ...state.running, metrics: { accuracy: [Number.NaN, Number.NEGATIVE_INFINITY] } },
    }
    expect(loadTrainingState(saveTrainingState(odd))).toEqual(odd)
  })

  it('is refused where any byte of its file has changed, whoever computes the checksum', async () => {
    const bytes = saveTrainingState(await at(2))
    for (let at = 0; at < bytes.length; at += 7) {
      const damaged = bytes.slice()
      damaged[at] ^= 1 << (at % 8)
      expect(() => loadTrainingState(damaged, 'a.safetensors'), `byte ${at}`).toThrow(/^a\.safetensors: /)
    }
    const last = bytes.slice()
    last[last.length - 1] ^= 1
    expect(() => loadTrainingState(last, 'a.safetensors')).toThrow(
      /^a\.safetensors: its checksum is [\da-f]{8}, that of its bytes [\da-f]{8}; it was damaged, or changed by a program that kept gentle.checksum in its metadata$/,
    )
    const [first, second] = [bytes.subarray(0, 100), bytes.subarray(100)]
    expect([first, second].reduce((sum, part) => slowChecksum()(part, sum), 0)).toBe(crc32()(bytes, 0))
    expect(slowChecksum()(new TextEncoder().encode('123456789'), 0)).toBe(0xcbf43926)
  })

  it('is not read from files that hold something else', async () => {
    expect(() => loadTrainingState(writeSafetensors(new Map()), 'a.safetensors')).toThrow(
      /a.safetensors: its metadata has no 'gentle.training'/,
    )
    const { tensors, metadata } = readSafetensors(saveTrainingState(await at(1)))
    const description = JSON.parse(metadata['gentle.training'])
    for (const broken of [
      'nothing',
      '3',
      ...Object.keys(description).map((key) => JSON.stringify({ ...description, [key]: 'x' })),
    ])
      expect(() => loadTrainingState(writeSafetensors(tensors, { 'gentle.training': broken }))).toThrow(FormatError)
  })

  it('is refused where an epoch of its history tells of something that is no evaluation', async () => {
    const { tensors, metadata } = readSafetensors(saveTrainingState(await at(5)))
    const description = JSON.parse(metadata['gentle.training'])
    for (const part of ['train', 'validation', 'plainValidation']) {
      const history = [{ ...description.history[0], [part]: 'x' }]
      const broken = JSON.stringify({ ...description, history })
      expect(() => loadTrainingState(writeSafetensors(tensors, { 'gentle.training': broken })), part).toThrow(
        /entry 1 of its history does not tell of epoch 1/,
      )
    }
  })
})
