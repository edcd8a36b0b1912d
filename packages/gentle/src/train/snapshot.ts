/** A training's state, taken and put back. */
import { WeightsError } from '../core/errors.ts'
import { sizeOf } from '../core/shape.ts'
import type { Variable } from '../graph/tensor.ts'
import { readWeights, type WeightValues, weightsOf, writeWeights } from '../nn/model.ts'
import { stepsOf } from './batches.ts'
import { checkRestorable, checkWeights } from './check-state.ts'
import { countedInTraining, Sums } from './evaluation.ts'
import { type Acceptable, fingerprintOf, type Json } from './fingerprint.ts'
import type { Moment, Parts } from './moment.ts'
import { StateMemory } from './state-memory.ts'
import type { TrainingState } from './training-state.ts'

/** @param memory for weights and the optimizer's variables, whose numbers are overwritten; new unless given */
export async function takeState(at: Moment, parts: Parts, memory?: StateMemory): Promise<TrainingState> {
  const { model, data, epochs, optimizerState } = parts
  const { step, steps, epoch, position, draw, running, seconds, learningRate, history, best } = at
  const averages = parts.average === undefined ? [] : weightsOf(parts.average.model).values()
  const lengths = [...weightsOf(model).values(), ...averages, ...optimizerState.variables].map(({ shape }) =>
    sizeOf(shape),
  )
  const take = memory?.begin(lengths)
  const weights = await readWeights(model, take)
  const average = await parts.average?.read(take)
  const optimizer = new Map<string, Float32Array>()
  for (const variable of optimizerState.variables)
    optimizer.set(variable.name, await model.backend.read(variable, take?.(sizeOf(variable.shape))))
  const carried = await parts.carried.read()
  return {
    step,
    steps,
    epoch,
    epochs,
    position,
    streams: { order: epoch, augmentation: epoch - 1, dropout: draw },
    weights,
    optimizer,
    ...(carried.size === 0 ? {} : { carried }),
    ...(average === undefined ? {} : { average }),
    running: { ...running.soFar(), seconds, learningRate },
    history: [...history],
    ...(best === undefined ? {} : { best }),
    fingerprint: fingerprintOf(model, data, parts),
  }
}

/** @throws TrainingStateError, WeightsError, and then nothing is changed. */
export async function putState(
  state: TrainingState,
  accept: readonly Acceptable[],
  at: Moment,
  parts: Parts,
): Promise<void> {
  const { model, data, epochs, metrics } = parts
  const changes = checkRestorable(state, fingerprintOf(model, data, parts), accept, epochs, data)
  checkWeights(state.weights, weightsOf(model))
  // Where averages are kept from here on, they begin with the weights.
  const average = state.average ?? state.weights
  checkWeights(average, weightsOf(model))
  parts.enterPhaseOf(state.epoch)
  const optimizer = optimizerValues(state, changes, parts)
  await writeWeights(model, state.weights)
  await parts.average?.write(average)
  await parts.carried.write(state.carried ?? new Map())
  for (const [variable, values] of optimizer) await model.backend.write(variable, values)
  const { step, epoch, streams, running, history, best } = state
  const { seconds, learningRate } = running
  const position = Math.min(state.position, data.length)
  const sameLength =
    state.epochs === epochs && !(['batchSize', 'accumulate', 'data'] as const).some((name) => changes.includes(name))
  Object.assign(at, {
    step,
    steps: parts.steps ?? (sameLength ? state.steps : step + remainingSteps(epoch, position, parts)),
    epoch,
    position,
    draw: streams.dropout,
    running: new Sums(countedInTraining(metrics), running),
    seconds,
    learningRate,
    history: [...history],
    best: best && { ...best, weights: shared(best.weights) },
    good: { weights: state.weights, of: position === 0 && epoch > 1 ? `of epoch ${epoch - 1}` : `of step ${step}` },
  } satisfies Moment)
}

function remainingSteps(epoch: number, position: number, { data, epochs, batchSize, accumulate }: Parts): number {
  if (epoch > epochs) return 0
  const stepsLeft = (examples: number): number => stepsOf(examples, batchSize, accumulate)
  return stepsLeft(data.length - position) + (epochs - epoch) * stepsLeft(data.length)
}

/**
 * What the optimizer's variables become: of an optimizer of one type what is stored, else what they begin with.
 * @throws WeightsError where the state lacks some, and nothing was accepted for which it could.
 */
function optimizerValues(
  { optimizer: stored, fingerprint }: TrainingState,
  changes: readonly Acceptable[],
  { optimizer, optimizerState }: Parts,
): Map<Variable, ArrayLike<number>> {
  const sameType = (fingerprint.optimizer as { readonly type: Json }).type === optimizer.description.type
  return new Map(
    optimizerState.variables.map((variable) => {
      const { name, shape, initial } = variable
      const values = sameType ? stored.get(name) : undefined
      if (values?.length === sizeOf(shape)) return [variable, values]
      if (changes.length === 0)
        throw new WeightsError(
          `restore: the state has ${values === undefined ? 'no' : values.length} values of ${name} of the optimizer, which has ${sizeOf(shape)}; it was changed since it was saved`,
        )
      return [variable, initial]
    }),
  )
}

/** A copy that other threads can read where it is: the best weights go into each checkpoint. */
function shared(weights: WeightValues): WeightValues {
  const take = new StateMemory().begin([...weights.values()].map(({ length }) => length))
  const copies = [...weights].map(([name, values]): [string, Float32Array] => {
    const copy = take(values.length)
    copy.set(values)
    return [name, copy]
  })
  return new Map(copies)
}
