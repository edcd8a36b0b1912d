/** One optimizer's way over the surface. */
import { type Backend, createTrainer, DivergedTraining, type Trainer } from 'gentle-dl'
import type { Dataset } from 'gentle-dl/data'
import { breathe } from '../../engine/breathe.ts'
import { dataset, learners } from './learners.ts'
import { optimizerOf } from './optimizers.ts'
import type { Columns, Place } from './problems.ts'
import { type Racer, type Settings, stepsPerEpoch } from './settings.ts'

/** Which of the training examples a step takes. */
export type Batch = Uint16Array<ArrayBuffer>

export interface Way {
  /** Before the first step and after each. */
  readonly places: readonly Place[]
  /** Of each step, before it: the mean over its batch. */
  readonly batchLosses: readonly number[]
  /** Of each step. */
  readonly rates: readonly number[]
  /** Examples of each step. */
  readonly batches: readonly Batch[]
  /** The step whose loss was no longer a number. */
  readonly divergedAt: number | undefined
}

/** A data set that remembers what is read. */
const remembering = (data: Dataset, batches: Batch[]): Dataset => ({
  ...data,
  read(indices, inputs, targets) {
    batches.push(Uint16Array.from(indices))
    return data.read(indices, inputs, targets)
  },
})

/** Sets the two weights, which are all parameters there are. */
async function place({ model: { backend, parameters } }: Trainer, weights: Place): Promise<void> {
  let next = 0
  for (const parameter of parameters.values()) {
    const values = (await backend.read(parameter)).map(() => weights[next++])
    await backend.write(parameter, values)
  }
}

async function placeOf({ model: { backend, parameters } }: Trainer): Promise<Place> {
  const weights: number[] = []
  for (const parameter of parameters.values()) weights.push(...(await backend.read(parameter)))
  return [weights[0], weights[1]]
}

/** Trains from the start, for as many steps as are set. */
export async function race(racer: Racer, settings: Settings, examples: Columns, backend: Backend): Promise<Way> {
  const { problem, batchSize, steps, seed, start } = settings
  const batches: Batch[] = []
  const trainer = await createTrainer(learners[problem].layer(), remembering(dataset(problem, examples), batches), {
    loss: learners[problem].loss,
    optimizer: optimizerOf(racer, settings),
    batchSize,
    epochs: Math.ceil(steps / stepsPerEpoch(settings)),
    steps,
    seed,
    backend,
  })
  const [places, batchLosses, rates]: [Place[], number[], number[]] = [[], [], []]
  let divergedAt: number | undefined
  try {
    await place(trainer, start)
    places.push(await placeOf(trainer))
    while (places.length <= steps) {
      const { loss, learningRate } = await trainer.step()
      batchLosses.push(loss)
      rates.push(learningRate)
      places.push(await placeOf(trainer))
      await breathe()
    }
  } catch (error) {
    if (!(error instanceof DivergedTraining)) throw error
    divergedAt = error.step
  } finally {
    trainer.dispose()
    backend.release(trainer.model.parameters.values())
  }
  return { places, batchLosses, rates, batches: batches.slice(0, places.length - 1), divergedAt }
}
