/** Where the time of a training's step goes, as measured on one batch. */
import { type AnyModel, createTrainer, stepsOf } from 'gentle-dl'
import type { AnyDataset, Dataset } from 'gentle-dl/data'
import type { Preparation } from '../tasks/task.ts'
import { frozenNames } from '../train/freeze.ts'
import { optimizerOf, type Plan } from '../train/settings.ts'

/** Milliseconds of the parts of a step. */
export interface StepTimes {
  /** Examples of the batch. */
  readonly examples: number
  /** Reading and augmenting the batch, which happens beside the computation. */
  readonly data: number
  readonly forward: number
  readonly backward: number
  readonly update: number
}

/** Runs of each part, of which the fastest is told: other programs slow a run, and none makes it faster. */
const repeats = 3

/** The fastest of some runs after one that compiles. */
async function fastest(run: () => Promise<void>): Promise<number> {
  await run()
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < repeats; i++) {
    const started = performance.now()
    await run()
    best = Math.min(best, performance.now() - started)
  }
  return best
}

/** More than are trained, so that steps are left. */
const manyEpochs = 1000

/** Milliseconds of reading the batches of an epoch's beginning, the fastest. */
async function timeOfData(data: Dataset, batch: number): Promise<number> {
  const size = data.inputShape.reduce((a, b) => a * b, batch)
  const targets = data.target.shape.reduce((a, b) => a * b, batch)
  const inputs = new Float32Array(size)
  const memory = data.target.dtype === 'int32' ? new Int32Array(targets) : new Float32Array(targets)
  let at = 0
  return fastest(async () => {
    // Other examples each time: what was read before may be remembered.
    const indices = Array.from({ length: batch }, (_, i) => (at + i) % data.length)
    at += batch
    await data.read(indices, inputs, memory, 1)
  })
}

/**
 * Measures them. The model's weights are not those of the training afterwards.
 * @param learned the training examples as they were learned from
 */
export async function stepTimes(
  model: AnyModel,
  learned: AnyDataset,
  { loss, metrics, head }: Preparation,
  plan: Plan,
): Promise<StepTimes | undefined> {
  if ('inputs' in learned || 'inputs' in model) return undefined
  const { batchSize, seed } = plan
  const names = [...model.parameters.keys()]
  const frozen = frozenNames(plan.freeze ?? [], names, head)
  const trainer = await createTrainer(model, learned, {
    loss,
    metrics,
    optimizer: optimizerOf(plan, names, stepsOf(learned.length, batchSize)),
    batchSize,
    seed,
    epochs: manyEpochs,
    freeze: (name) => frozen.has(name),
  })
  const part = (values: Float32Array, index: number, count: number): Float32Array =>
    values.subarray((index * values.length) / count, ((index + 1) * values.length) / count)
  try {
    const batch = await trainer.nextBatch()
    const { examples } = batch
    const [x, targets] = [(batch.inputs.x as Float32Array).slice(), batch.targets.slice() as Float32Array]
    const copy = { examples, inputs: { x }, targets }
    const update = async (): Promise<number> => {
      const gradients = await trainer.gradients(copy)
      const started = performance.now()
      await trainer.update(gradients)
      return performance.now() - started
    }
    const forwardAndBackward = await fastest(async () => (await trainer.gradients(copy)).dispose())
    await update()
    const updates = [await update(), await update(), await update()]
    const one: Dataset = {
      ...learned,
      length: examples,
      labels: undefined,
      // An evaluation takes fewer examples at once than a step of a large batch.
      read(indices, inputs, memory) {
        for (let to = 0; to < indices.length; to++) {
          const from = indices[to]
          inputs.set(part(x, from, examples), (to * x.length) / examples)
          memory.set(part(targets, from, examples), (to * targets.length) / examples)
        }
      },
    }
    const forward = await fastest(async () => {
      await trainer.evaluate(one)
    })
    return {
      examples,
      data: await timeOfData(learned, batchSize),
      forward,
      backward: Math.max(0, forwardAndBackward - forward),
      update: Math.min(...updates),
    }
  } finally {
    trainer.dispose()
  }
}
