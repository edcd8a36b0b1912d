/** Whether a training can go on from a state. */
import { TrainingStateError, WeightsError } from '../core/errors.ts'
import { sizeOf } from '../core/shape.ts'
import { type AnyDataset, isNamed } from '../data/dataset.ts'
import type { Variable } from '../graph/tensor.ts'
import type { WeightValues } from '../nn/model.ts'
import { type Acceptable, checkAccepted, type Fingerprint } from './fingerprint.ts'
import type { TrainingState } from './training-state.ts'

/**
 * What a training that goes on has other than the state.
 * @throws TrainingStateError for what is not accepted, what can change with an epoch alone, and less epochs than were done.
 */
export function checkRestorable(
  state: TrainingState,
  fingerprint: Fingerprint,
  accept: readonly Acceptable[],
  epochs: number,
  data: AnyDataset,
): readonly Acceptable[] {
  const changes = checkAccepted(state.fingerprint, fingerprint, accept)
  if (changes.includes('metrics') && state.position > 0)
    throw new TrainingStateError(
      `restore: the state is in the middle of epoch ${state.epoch}, whose metrics were counted so far; other metrics can begin with an epoch`,
      ['metrics'],
    )
  const other = (['batchSize', 'seed', 'data'] as const).find((name) => changes.includes(name))
  if (other !== undefined && state.position > 0 && hasSequences(data))
    throw new TrainingStateError(
      `restore: the state is in the middle of epoch ${state.epoch}, whose batches of sequences depend on '${other}'; it can change with an epoch`,
      [other],
    )
  if (state.epoch > epochs + 1)
    throw new TrainingStateError(
      `restore: the state has done ${state.epoch - 1} epochs, but the training is of ${epochs}; give at least as many`,
      ['epochs'],
    )
  return changes
}

const hasSequences = (data: AnyDataset): boolean =>
  isNamed(data) && [data.target, ...Object.values(data.inputs)].some(({ sequence }) => sequence !== undefined)

/** @throws WeightsError unless the values are those of all the weights. */
export function checkWeights(values: WeightValues, weights: ReadonlyMap<string, Variable>): void {
  for (const [name, { shape }] of weights) {
    const size = values.get(name)?.length
    if (size !== sizeOf(shape))
      throw new WeightsError(
        `restore: the state has ${size === undefined ? 'no' : size} values of ${name}, but the model has ${sizeOf(shape)}; it is of another network`,
      )
  }
}
