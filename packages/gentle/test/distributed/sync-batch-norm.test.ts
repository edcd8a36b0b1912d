/** Batch norm whose means and variances are those of the whole batch, though it is divided. */
import { expect, it } from 'vitest'
import type { Backend } from '../../src/backends/backend.ts'
import type { Profile } from '../../src/backends/profile.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { inMemory, namedInMemory } from '../../src/data/index.ts'
import * as nn from '../../src/nn/index.ts'
import type { InputsLayer } from '../../src/nn/inputs-layer.ts'
import { mul } from '../../src/ops/elementwise.ts'
import { sum } from '../../src/ops/reduce.ts'
import { sgd } from '../../src/optim/index.ts'
import { createTrainer, type TrainerOptions, type TrainingState } from '../../src/train/index.ts'
import { inProcessRanks } from './in-process.ts'

const data = inMemory({
  name: 'squares',
  // Some examples are far from others: their micro-batches have other means.
  inputs: Float32Array.from({ length: 22 * 32 }, (_, i) => ((i * 29) % 83) / 83 + (i > 400 ? 2 : 0)),
  inputShape: [2, 4, 4],
  targets: Int32Array.from({ length: 22 }, (_, i) => (i * 7) % 3),
  classes: ['a', 'b', 'c'],
})
const network = nn.Sequential(
  nn.Conv2d(4, 3),
  nn.BatchNorm(),
  nn.ReLU(),
  nn.Flatten(),
  nn.Linear(5),
  nn.BatchNorm(),
  nn.Linear(3),
)

const settings = { optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), batchSize: 15, epochs: 2, seed: 2 }

/** Steps over all data; the last batch is smaller, and has micro-batches of two sizes. */
async function trained(more: Partial<TrainerOptions>, open: () => Promise<Backend> | Backend = reference) {
  const backend = await open()
  const trainer = await createTrainer(network, data, { ...settings, backend, ...more })
  for (let step = 0; step < 4; step++) await trainer.step()
  const { weights } = await trainer.state()
  trainer.dispose()
  await backend.close()
  return weights
}

function expectClose(weights: TrainingState['weights'], expected: TrainingState['weights']): void {
  for (const [name, values] of expected)
    for (const [i, value] of values.entries()) expect(weights.get(name)![i], `${name}[${i}]`).toBeCloseTo(value, 4)
}

it('comes to what whole batches come to, and without it does not', async () => {
  const whole = await trained({})
  expectClose(await trained({ microBatches: 4, syncBatchNorm: true }), whole)
  const apart = await trained({ microBatches: 4 })
  const [mean, ofWhole] = [apart, whole].map((weights) => weights.get('1.running_var')!)
  expect(Math.abs(mean[0] - ofWhole[0])).toBeGreaterThan(0.001)
})

it.each([
  ['the reference', reference, [2, 3, 4]],
  ['wasm', () => wasm({ threads: 1 }), [3]],
] as const)('is the same to the bit on any number of ranks, on %s', async (_, open, sizes) => {
  const options = { microBatches: 4, syncBatchNorm: true }
  const alone = await trained(options, open)
  for (const size of sizes)
    for (const weights of await Promise.all(inProcessRanks(size).map((ranks) => trained({ ...options, ranks }, open))))
      expect([...weights], `${size} ranks`).toEqual([...alone])
})

it.each([
  ['the reference', reference],
  ['wasm with two threads', () => wasm({ threads: 2 })],
] as const)(
  'tells where the time of a micro-batch goes, in all its programs, by a step that is the same, on %s',
  async (_, open) => {
    const alone = await trained({ microBatches: 4, syncBatchNorm: true }, open)
    const profiles: Profile[] = []
    for (const weights of await Promise.all(
      inProcessRanks(2).map(async (ranks) => {
        const backend = await open()
        const options = { ...settings, microBatches: 4, syncBatchNorm: true, ranks, backend }
        const trainer = await createTrainer(network, data, options)
        const { profile } = await trainer.profile()
        profiles.push(profile)
        for (let step = 1; step < 4; step++) await trainer.step()
        // Ranks wait for each other wherever the batch's sums are needed.
        for (const { step, waiting } of await trainer.rankTimes()) {
          expect(waiting).toBeGreaterThan(0)
          expect(waiting).toBeLessThan(step)
        }
        const { weights } = await trainer.state()
        trainer.dispose()
        await backend.close()
        return weights
      }),
    ))
      expect([...weights]).toEqual([...alone])
    for (const { kernels, events, threads, milliseconds } of profiles) {
      // Forwards, from the loss back, and both gradients of the first convolution's filters and the last layer's.
      const ops = kernels.map(({ name }) => name).join()
      expect(ops).toMatch(/conv2d.*(log|exp|softmax).*conv2dWeightGradient/i)
      expect(new Set(kernels.map(({ phase }) => phase)).size).toBeGreaterThan(4)
      for (const [thread, { busy, waiting }] of threads.entries()) {
        const own = events.filter((event) => event.thread === thread)
        expect(busy + waiting).toBeCloseTo(milliseconds, 6)
        let end = 0
        for (const event of own) {
          expect(event.start).toBeCloseTo(end, 6)
          end = event.start + event.milliseconds
        }
        expect(end).toBeCloseTo(milliseconds, 6)
        const ofKernels = own.filter(({ kernel }) => kernel !== null)
        expect(ofKernels.reduce((sum, each) => sum + each.milliseconds, 0)).toBeCloseTo(busy, 6)
      }
      for (const [place, kernel] of kernels.entries())
        expect(events.filter((event) => event.kernel === place).length).toBe(kernel.calls)
      // As a table of a thread's events has it: in the order of time.
      expect(events.map(({ thread }) => thread)).toEqual(events.map(({ thread }) => thread).sort((a, b) => a - b))
    }
  },
)

it('leaves padding out of sequences', async () => {
  const values = Array.from({ length: 12 }, (_, i) =>
    Float32Array.from({ length: 2 * (1 + ((5 * i) % 7)) }, (_, t) => ((i * 3 + t) % 5) / 5 + i / 6),
  )
  const sequences = namedInMemory({
    inputs: { x: { values, shape: [2] } },
    target: { values: Float32Array.from({ length: 12 }, (_, i) => i / 12), shape: [1] },
  })
  const layer: InputsLayer = {
    description: { type: 'meanOfNormed' },
    applyInputs({ x, xLengths }, scope) {
      const { outputs } = scope.applySequence('norm', nn.SequenceBatchNorm(), x, { lengths: xLengths })
      return scope.apply('head', nn.Linear(1), sum(mul(outputs, outputs), 1))
    },
  }
  const options = {
    loss: nn.meanSquaredError,
    metrics: [],
    optimizer: sgd({ learningRate: 0.001 }),
    batchSize: 10,
    seed: 2,
  }
  const weightsOf = async (more: Partial<TrainerOptions>): Promise<TrainingState['weights']> => {
    const trainer = await createTrainer(layer, sequences, { ...options, epochs: 2, backend: reference(), ...more })
    for (let step = 0; step < 4; step++) await trainer.step()
    return (await trainer.state()).weights
  }
  expectClose(await weightsOf({ microBatches: 4, syncBatchNorm: true }), await weightsOf({}))
})

it('is refused where batches are not divided', async () => {
  await expect(trained({ syncBatchNorm: true })).rejects.toThrow(/syncBatchNorm is for batches that are divided/)
})
