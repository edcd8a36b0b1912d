/** A training's state, taken and put back. */
import { sizeOf } from '../core/shape.ts'
import type { Variable } from '../graph/tensor.ts'
import { readWeights, weightsOf, writeWeights } from '../nn/model.ts'
import { stepsOf } from './batches.ts'
import { checkRestorable, checkWeights } from './check-state.ts'
import { Sums } from './evaluation.ts'
import { type Acceptable, fingerprintOf, type Json } from './fingerprint.ts'
import type { Moment, Parts } from './moment.ts'
import type { TrainingState } from './training-state.ts'

export async function takeState(at: Moment, parts: Parts): Promise<TrainingState> {
  const { model, data, epochs, optimizerState } = parts
  const { step, steps, epoch, position, draw, running, seconds, learningRate, history, best } = at
  const optimizer = new Map<string, Float32Array>()
  for (const variable of optimizerState.variables) optimizer.set(variable.name, await model.backend.read(variable))
  const carried = await parts.carried.read()
  return {
    step,
    steps,
    epoch,
    epochs,
    position,
    streams: { order: epoch, augmentation: epoch - 1, dropout: draw },
    weights: await readWeights(model),
    optimizer,
    ...(carried.size === 0 ? {} : { carried }),
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
  parts.enterPhaseOf(state.epoch)
  const optimizer = optimizerValues(state, parts)
  await writeWeights(model, state.weights)
  await parts.carried.write(state.carried ?? new Map())
  for (const [variable, values] of optimizer) await model.backend.write(variable, values)
  const { step, epoch, streams, running, history, best } = state
  const { seconds, learningRate } = running
  const position = Math.min(state.position, data.length)
  const sameLength = state.epochs === epochs && !changes.includes('batchSize') && !changes.includes('data')
  Object.assign(at, {
    step,
    steps: parts.steps ?? (sameLength ? state.steps : step + remainingSteps(epoch, position, parts)),
    epoch,
    position,
    draw: streams.dropout,
    running: new Sums(metrics, running),
    seconds,
    learningRate,
    history: [...history],
    best,
    good: { weights: state.weights, of: position === 0 && epoch > 1 ? `of epoch ${epoch - 1}` : `of step ${step}` },
  } satisfies Moment)
}

function remainingSteps(epoch: number, position: number, { data, epochs, batchSize }: Parts): number {
  if (epoch > epochs) return 0
  return stepsOf(data.length - position, batchSize) + (epochs - epoch) * stepsOf(data.length, batchSize)
}

/** What the optimizer's variables become: of an optimizer of one type what is stored, else what they begin with. */
function optimizerValues(
  { optimizer: stored, fingerprint }: TrainingState,
  { optimizer, optimizerState }: Parts,
): Map<Variable, ArrayLike<number>> {
  const sameType = (fingerprint.optimizer as { readonly type: Json }).type === optimizer.description.type
  return new Map(
    optimizerState.variables.map((variable) => {
      const values = sameType ? stored.get(variable.name) : undefined
      return [variable, values?.length === sizeOf(variable.shape) ? values : variable.initial]
    }),
  )
}
