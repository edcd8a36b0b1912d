/** Whether a training can go on from a state. */
import { TrainingStateError, WeightsError } from '../core/errors.ts'
import { differenceOfClasses } from '../core/match-classes.ts'
import { sizeOf } from '../core/shape.ts'
import { type AnyDataset, isNamed } from '../data/dataset.ts'
import type { Variable } from '../graph/tensor.ts'
import type { WeightValues } from '../nn/model.ts'
import type { Acceptable, Fingerprint, Json } from './fingerprint.ts'
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
      `restore: the state is in the middle of epoch ${state.epoch}, whose metrics are partly counted; metrics can change only between epochs`,
      ['metrics'],
    )
  const other = (['batchSize', 'seed', 'data', 'order'] as const).find((name) => changes.includes(name))
  if (other !== undefined && state.position > 0 && hasSequences(data))
    throw new TrainingStateError(
      `restore: the state is in the middle of epoch ${state.epoch}, whose batches of sequences depend on '${other}'; it can change only between epochs`,
      [other],
    )
  if (state.epoch > epochs + 1)
    throw new TrainingStateError(
      `restore: the state has done ${state.epoch - 1} epochs, but the training has only ${epochs}; give at least as many`,
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

/** What differs between two trainings. */
const changesBetween = (stored: Fingerprint, present: Fingerprint): Acceptable[] =>
  ([...new Set([...Object.keys(present), ...Object.keys(stored)])] as Acceptable[]).filter(
    (key) => firstDifference(stored[key], present[key], key) !== undefined,
  )

/** @throws TrainingStateError naming all that changed and is not accepted. */
function checkAccepted(
  stored: Fingerprint,
  present: Fingerprint,
  accept: readonly Acceptable[],
): readonly Acceptable[] {
  const changes = changesBetween(stored, present)
  const refused = changes.filter((key) => !accept.includes(key))
  if (refused.length > 0) {
    const differences = refused.map((key) =>
      key === 'classes'
        ? otherClasses(stored.classes, present.classes)
        : firstDifference(stored[key], present[key], key),
    )
    const names = refused.map((key) => `'${key}'`).join(', ')
    throw new TrainingStateError(
      `restore: the state is of a different training: ${differences.join('; ')}; continue with the same settings, or restore with accept: [${names}]`,
      refused,
    )
  }
  return changes
}

/** How the classes of a state and of a training differ. */
const otherClasses = (stored: Json, present: Json): string | undefined =>
  differenceOfClasses(
    { of: 'the state', names: (stored ?? []) as string[] },
    { of: 'the training', names: (present ?? []) as string[] },
  )

/** Where two values differ first, as `optimizer.momentum was 0.9 and is 0.8`; undefined where they are equal. */
function firstDifference(stored: Json | undefined, present: Json | undefined, path: string): string | undefined {
  if (isRecord(stored) && isRecord(present)) {
    for (const key of new Set([...Object.keys(stored), ...Object.keys(present)])) {
      const difference = firstDifference(stored[key], present[key], `${path}.${key}`)
      if (difference !== undefined) return difference
    }
    return undefined
  }
  return JSON.stringify(stored) === JSON.stringify(present)
    ? undefined
    : `${path} was ${shown(stored)} and is ${shown(present)}`
}

/** Lists too, by their places. */
const isRecord = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null

/** Long values are cut off. */
function shown(value: Json | undefined): string {
  const text = value === undefined ? 'not there' : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
