/** Batches divided into micro-batches, on one and on several ranks. */
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasmInSight } from '../../src/backends/wasm/sight.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { DataError } from '../../src/core/errors.ts'
import { augmented, inMemory } from '../../src/data/index.ts'
import type { Addends, Ranks } from '../../src/distributed/ranks.ts'
import * as nn from '../../src/nn/index.ts'
import { adam, type Optimizer, sgd } from '../../src/optim/index.ts'
import {
  createTrainer,
  DivergedTraining,
  fit,
  runTraining,
  type Trainer,
  type TrainerOptions,
  type TrainingState,
} from '../../src/train/index.ts'
import { DividedBatches } from '../../src/train/micro-batches.ts'
import { inProcessRanks } from './in-process.ts'

const data = inMemory({
  name: 'squares',
  inputs: Float32Array.from({ length: 43 * 32 }, (_, i) => ((i * 29) % 83) / 83),
  inputShape: [2, 4, 4],
  targets: Int32Array.from({ length: 43 }, (_, i) => (i * 7) % 3),
  classes: ['a', 'b', 'c'],
})
const validation = inMemory({
  name: 'others',
  inputs: Float32Array.from({ length: 11 * 32 }, (_, i) => ((i * 31) % 89) / 89),
  inputShape: [2, 4, 4],
  targets: Int32Array.from({ length: 11 }, (_, i) => (i * 5) % 3),
  classes: ['a', 'b', 'c'],
})
const network = nn.Sequential(nn.Conv2d(4, 3), nn.BatchNorm(), nn.ReLU(), nn.Flatten(), nn.Dropout(0.2), nn.Linear(3))
/** The gradient of its loss is the mean over the examples, whatever else is in the batch. */
const plain = nn.Sequential(nn.Flatten(), nn.Linear(5), nn.Tanh(), nn.Linear(3))

const momentum = (): Optimizer => sgd({ learningRate: 0.1, momentum: 0.9, clipNorm: 0.5 })
const options = (more: Partial<TrainerOptions>): TrainerOptions => ({
  optimizer: momentum(),
  batchSize: 16,
  epochs: 2,
  seed: 2,
  microBatches: 8,
  ...more,
})

/** All of a state but what tells time. */
const timeless = ({ running, history, ...state }: TrainingState) => ({
  ...state,
  running: { ...running, seconds: 0 },
  history: history.map((epoch) => ({ ...epoch, seconds: 0, examplesPerSecond: 0 })),
})

/** Trains on all ranks at once. */
async function onRanks(
  size: number,
  open: () => Promise<Backend> | Backend,
  more: Partial<TrainerOptions> = {},
  layer = network,
  run: (trainer: Trainer) => Promise<unknown> = (trainer) => runTraining(trainer, { validation }),
): Promise<TrainingState[]> {
  const train = async (ranks: Ranks): Promise<TrainingState> => {
    const backend = await open()
    const trainer = await createTrainer(layer, data, options({ backend, ranks, ...more }))
    try {
      await run(trainer)
      return await trainer.state()
    } finally {
      trainer.dispose()
      await backend.close()
    }
  }
  return Promise.all(inProcessRanks(size).map(train))
}

async function alone(
  open: () => Promise<Backend> | Backend,
  more: Partial<TrainerOptions> = {},
): Promise<TrainingState> {
  const backend = await open()
  const { state } = await fit(network, data, { ...options({ backend, ...more }), validation })
  await backend.close()
  return state
}

describe('a batch of as many examples as micro-batches', () => {
  it('leaves none out where it has one more', async () => {
    const nine = inMemory({
      name: 'nine',
      inputs: new Float32Array(9 * 32),
      inputShape: [2, 4, 4],
      targets: new Int32Array(9),
      classes: ['a'],
    })
    const place = { seed: 1, epoch: 1, position: 0 }
    const divided = await DividedBatches.of(nine, 8, place, { microBatches: 8, rank: 0, size: 1 })
    const { sizes, own } = divided.next()
    expect(sizes).toEqual([1, 1, 1, 1, 1, 1, 1, 2])
    expect(own).toEqual([0, 8])
    await divided.close()
  })
})

describe('on any number of ranks the whole training is the same to the bit', () => {
  const byAdam = { optimizer: adam({ learningRate: 0.01, clipNorm: 0.5 }), ema: 0.9, epochs: 1 }
  const cases: [string, () => Promise<Backend> | Backend, Partial<TrainerOptions>, number[]][] = [
    ['on the reference, by SGD', reference, {}, [1, 3, 8]],
    ['on wasm, by Adam', () => wasm({ threads: 1 }), byAdam, [2]],
  ]
  it.each(cases)('%s', async (_, open, more, sizes) => {
    const expected = timeless(await alone(open, more))
    expect(expected.step).toBe(3 * expected.epochs)
    for (const size of sizes)
      for (const state of await onRanks(size, open, more)) expect(timeless(state), `${size} ranks`).toEqual(expected)
  })
})

describe('gradients of megabytes travel in buckets, to the same bits', () => {
  const layers = [nn.Linear(1100), nn.BatchNorm(), nn.Tanh(), nn.Linear(1100), nn.Tanh(), nn.Linear(3)]
  const large = nn.Sequential(nn.Flatten(), ...layers)

  /** Trains for a batch on ranks, and notes what the last one adds. */
  async function watched(opens: readonly (() => Promise<Backend>)[], more: Partial<TrainerOptions> = {}) {
    const seen: Addends[] = []
    const digests = await Promise.all(
      inProcessRanks(opens.length).map(async (ranks, rank) => {
        const sum: Ranks['sum'] = (addends, message) => {
          if (rank === opens.length - 1) seen.push(addends)
          return ranks.sum(addends, message)
        }
        const backend = await opens[rank]()
        const trainer = await createTrainer(
          large,
          data,
          options({ backend, ranks: { ...ranks, sum }, batchSize: 32, ema: 0.9, ...more }),
        )
        await trainer.step()
        await trainer.step()
        const { weights, running } = await trainer.state()
        trainer.dispose()
        await backend.close()
        const hash = createHash('sha256')
        for (const values of weights.values()) hash.update(values)
        return hash.update(JSON.stringify({ ...running, seconds: 0 })).digest('hex')
      }),
    )
    return { seen, digests }
  }
  const unseen = () => wasm({ threads: 1 })
  const seenByThreads = () => wasmInSight({ threads: 1 })
  const byTwo = () => wasmInSight({ threads: 2 })
  let expected: string
  beforeAll(async () => {
    expected = (await watched([unseen])).digests[0]
  })

  it('while others are computed', async () => {
    for (const [opens, merges] of [
      [[seenByThreads, seenByThreads], 1],
      [[seenByThreads, byTwo, seenByThreads], 0],
    ] as const) {
      const several = await watched(opens)
      expect(several.digests).toEqual(opens.map(() => expected))
      // Of two steps, and each time the second large layer's before the first one's is there.
      expect(several.seen.length).toBe(4)
      const [early, last] = several.seen.map(({ after }) => after!)
      expect(early.until).toBeLessThan(last.until)
      expect(early.additions.length).toBe(merges)
    }
  })

  it('also of a rank whose sums no other thread sees while they are computed', async () => {
    const { digests, seen } = await watched([seenByThreads, unseen])
    expect(digests).toEqual([expected, expected])
    expect(seen.map(({ after }) => after)).toEqual(Array(4).fill(undefined))
  })

  it('and of a rank that meets a number that is none before the others come to their last micro-batch', async () => {
    const broken = inMemory({
      name: 'broken',
      inputs: Float32Array.from({ length: 32 * 32 }, (_, i) => (i === 16 * 32 ? Number.NaN : 0.5)),
      inputShape: [2, 4, 4],
      targets: Int32Array.from({ length: 32 }, (_, i) => i % 3),
      classes: ['a', 'b', 'c'],
    })
    const errors = await Promise.all(
      inProcessRanks(2).map(async (ranks) => {
        const backend = await seenByThreads()
        const trainer = await createTrainer(large, broken, options({ backend, ranks, batchSize: 32, shuffle: false }))
        const error = await runTraining(trainer).catch((error: unknown) => error)
        trainer.dispose()
        await backend.close()
        return error as Error
      }),
    )
    for (const { message } of errors) expect(message).toMatch(/the loss became NaN at step 1 .*example 16 /)
  })
})

it('is what whole batches come to, where a loss is the mean over examples', async () => {
  const backend = reference()
  const divided = await fit(plain, data, options({ backend, batchSize: 10, microBatches: 4 }))
  const whole = await fit(plain, data, options({ backend, batchSize: 10, microBatches: undefined }))
  expect(divided.state.step).toBe(whole.state.step)
  for (const [name, values] of whole.state.weights)
    for (const [i, value] of values.entries())
      expect(divided.state.weights.get(name)![i], `${name}[${i}]`).toBeCloseTo(value, 5)
  expect(divided.history[1].train.loss).toBeCloseTo(whole.history[1].train.loss, 5)
  expect(divided.history[1].train['accuracy']).toBe(whole.history[1].train['accuracy'])
})

it('goes on with another number of ranks, wherever it was stopped, to the same bits', async () => {
  const whole = timeless(await alone(reference))
  let state: TrainingState | undefined
  for (const size of [2, 1, 3, 8, 2, 4]) {
    const stop = async (trainer: Trainer): Promise<void> => {
      if (state !== undefined) await trainer.restore(state)
      const abort = new AbortController()
      // One rank alone is told to stop.
      const onStep = (): void => {
        if (trainer.ranks!.rank === trainer.ranks!.size - 1) abort.abort()
      }
      await runTraining(trainer, { validation, signal: abort.signal, onStep })
    }
    const states = await onRanks(size, reference, {}, network, stop)
    for (const each of states) expect(timeless(each)).toEqual(timeless(states[0]))
    state = states[0]
  }
  expect(timeless(state!)).toEqual(whole)
})

const pictures = inMemory({
  name: 'pictures',
  inputs: Float32Array.from({ length: 20 * 48 }, (_, i) => ((i * 29) % 83) / 83),
  inputShape: [3, 4, 4],
  targets: Int32Array.from({ length: 20 }, (_, i) => (i * 7) % 3),
  classes: ['a', 'b', 'c'],
})

it('reads pictures that are changed at random alike, whichever rank reads them', async () => {
  const changed = augmented(pictures, [{ type: 'flip' }, { type: 'mixUp', alpha: 0.4 }], { seed: 3 })
  const weights = async (size: number) => {
    const train = async (ranks: Ranks) => {
      const backend = reference()
      const { state } = await fit(plain, changed, options({ backend, ranks, epochs: 1 }))
      return state.weights
    }
    return Promise.all(inProcessRanks(size).map(train))
  }
  const [expected] = await weights(1)
  for (const each of await weights(3)) expect(each).toEqual(expected)
})

it('where one rank meets a number that is none, all end with the same message', async () => {
  const broken = inMemory({
    name: 'broken',
    inputs: Float32Array.from({ length: 16 * 32 }, (_, i) => (i === 5 * 32 ? Number.NaN : 0.5)),
    inputShape: [2, 4, 4],
    targets: Int32Array.from({ length: 16 }, (_, i) => i % 3),
    classes: ['a', 'b', 'c'],
  })
  const errors = await Promise.all(
    inProcessRanks(3).map(async (ranks) => {
      const trainer = await createTrainer(plain, broken, options({ backend: reference(), ranks }))
      return runTraining(trainer).catch((error: unknown) => error)
    }),
  )
  for (const error of errors) {
    expect(error).toBeInstanceOf(DivergedTraining)
    expect((error as Error).message).toMatch(
      /the loss became NaN at step 1 .*example 5 .*fix the example or leave it out/,
    )
    expect((error as Error).message).toBe((errors[0] as Error).message)
    expect((error as DivergedTraining).cause).toBeInstanceOf(Error)
  }
})

it('reads a batch again that could not be read, and changes nothing before', async () => {
  let reads = 0
  const flaky = {
    ...data,
    async read(...args: Parameters<typeof data.read>) {
      // The second micro-batch of the second step.
      if (++reads === 10) throw new DataError('a file is broken')
      await data.read(...args)
    },
  }
  const make = (examples: typeof data) => createTrainer(network, examples, options({ backend: reference() }))
  const [one, other] = [await make(flaky), await make(data)]
  await one.step()
  await other.step()
  await expect(one.step()).rejects.toThrow('a file is broken')
  expect(timeless(await one.state())).toEqual(timeless(await other.state()))
  for (let step = 2; step <= 4; step++) {
    await one.step()
    await other.step()
    expect(timeless(await one.state()), `step ${step}`).toEqual(timeless(await other.state()))
  }
})

it('refuses what does not go with micro-batches', async () => {
  const make = (more: Partial<TrainerOptions>) => createTrainer(plain, data, options({ backend: reference(), ...more }))
  await expect(make({ microBatches: 0 })).rejects.toThrow(/microBatches is 0; expected a whole number/)
  await expect(make({ accumulate: 2 })).rejects.toThrow(/need no accumulate/)
  const [ranks] = inProcessRanks(4)
  await expect(make({ ranks, microBatches: 2 })).rejects.toThrow(/microBatches is 2, but there are 4 ranks/)
  const [one] = inProcessRanks(8)
  await expect(make({ ranks: one, batchSize: 36 })).rejects.toThrow(
    /36 examples has 7 micro-batches, but there are 8 ranks/,
  )
  expect((await make({ ranks, microBatches: undefined })).microBatches).toBe(8)
  const trainer = await make({})
  for (const call of ['nextBatch', 'gradients'] as const)
    await expect(trainer[call]()).rejects.toThrow(new RegExp(`^${call}: batches are divided into 8 micro-batches`))
  // A profile tells of a micro-batch, and the step is the same.
  const other = await make({})
  const { report, profile } = await other.profile()
  expect(report).toEqual(await trainer.step())
  expect(profile.kernels.length).toBeGreaterThan(0)
  await other.step()
  await expect(other.profile()).rejects.toThrow(/the next batch is smaller than others/)
  expect((await other.step()).examples).toBe(43)
})
