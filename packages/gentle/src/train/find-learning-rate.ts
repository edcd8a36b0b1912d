/** The learning-rate range test. */

import { ArgumentError, DivergenceError } from '../core/errors.ts'
import * as portableMath from '../core/portable-math.ts'
import type { AnyDataset, Dataset, NamedDataset } from '../data/dataset.ts'
import type { InputsLayer } from '../nn/inputs-layer.ts'
import type { Layer } from '../nn/layer.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import type { Schedule } from '../optim/schedule.ts'
import { createTrainer } from './create-trainer.ts'
import type { TrainerOptions } from './trainer-options.ts'

export interface FindRateOptions extends Pick<TrainerOptions, 'loss' | 'batchSize' | 'seed' | 'backend'> {
  /** The optimizer that the training will have, for rates that grow. */
  readonly optimizer: (schedule: Schedule) => Optimizer
  /** Where the rates begin; 1e-5 unless given. */
  readonly lowest?: number
  /** Where they end, unless the loss rises before; 1 unless given. */
  readonly highest?: number
  /** How many rates are tried, each by a step; 100 unless given. */
  readonly steps?: number
}

/** What a range test found. */
export interface RateRange {
  /** The rate to train with: a quarter of the one at which the loss was lowest. */
  readonly rate: number
  /** The rates that were tried, and the loss at each, smoothed. */
  readonly rates: readonly number[]
  readonly losses: readonly number[]
}

/** How much of the mean before a step's loss leaves. */
const kept = 0.9

/** The test ends where the smoothed loss is so many times the lowest. */
const tooHigh = 3

/** The loss is lowest where steps already begin to undo each other: a training has to stay below. */
const below = 4

/**
 * Finds a learning rate: a network of its own is trained for a few steps with a rate that grows evenly in its logarithm, until the loss rises (Smith, "Cyclical
 * Learning Rates for Training Neural Networks", 2017, section 3.3). It depends only on the seed, and takes as long as its steps.
 * @throws ArgumentError for rates or steps out of range; ShapeError when network and data do not fit.
 */
export async function findLearningRate(network: Layer, data: Dataset, options: FindRateOptions): Promise<RateRange>
export async function findLearningRate(
  network: InputsLayer,
  data: NamedDataset,
  options: FindRateOptions,
): Promise<RateRange>
export async function findLearningRate(
  network: Layer | InputsLayer,
  data: AnyDataset,
  { optimizer, lowest = 1e-5, highest = 1, steps = 100, batchSize = 64, loss, seed, backend }: FindRateOptions,
): Promise<RateRange> {
  if (!(lowest > 0 && lowest < highest && Number.isFinite(highest)))
    throw new ArgumentError(
      `findLearningRate: the rates go from ${lowest} to ${highest}; expected two numbers above 0, the lower first`,
    )
  if (!Number.isInteger(steps) || steps < 10)
    throw new ArgumentError(`findLearningRate: steps is ${steps}; expected a whole number from 10`)
  const rateOf = (step: number): number => lowest * portableMath.pow(highest / lowest, step / (steps - 1))
  const trainer = await createTrainer(network as Layer, data as Dataset, {
    optimizer: optimizer(rateOf),
    epochs: steps,
    steps,
    metrics: [],
    batchSize,
    loss,
    seed,
    backend,
  })
  const [rates, losses]: [number[], number[]] = [[], []]
  try {
    let mean = 0
    let best = Number.POSITIVE_INFINITY
    for (let step = 0; step < steps; step++) {
      const report = await trainer.step()
      mean = kept * mean + (1 - kept) * report.loss
      const smoothed = mean / (1 - portableMath.pow(kept, step + 1))
      if (smoothed > tooHigh * best) break
      best = Math.min(best, smoothed)
      rates.push(report.learningRate)
      losses.push(smoothed)
    }
  } catch (error) {
    if (!(error instanceof DivergenceError) || rates.length === 0) throw error
  } finally {
    trainer.dispose()
  }
  const at = losses.indexOf(Math.min(...losses))
  return { rate: rates[at] / below, rates, losses }
}
