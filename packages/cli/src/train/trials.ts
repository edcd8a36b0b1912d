/** Short trainings by which settings are chosen that nobody gave: a learning rate, and whether random colours help. */
import {
  adamW,
  type Backend,
  confusion,
  cosineDecay,
  crossEntropy,
  findLearningRate,
  fit,
  type Layer,
  type Loss,
  type Optimizer,
  type Schedule,
} from 'gentle-dl'
import {
  augmented,
  cached,
  classWeights,
  type Dataset,
  type Policy,
  policies,
  randomSplit,
  resized,
} from 'gentle-dl/data'
import { lenet5, type RateWindow } from 'gentle-dl/models'
import { classCounts } from '../data/class-counts.ts'
import { makeOptimizer } from './optimizers.ts'
import type { Plan } from './settings.ts'

/** What a trial found, and what there is to tell of it. */
export interface Trial<Found> {
  readonly found: Found
  readonly text: string
}

/** Steps of a range test, and how far beyond the rates that suit the network it goes: as little as tells a rate that is too high. */
const rangeSteps = 60
const beyond = 20

/** Two digits are as much as a range test knows. */
const rounded = (rate: number): number => Number(rate.toPrecision(2))

/** SGD moves weights by gradients as they are, Adam by gradients over their size: it takes rates of its own. */
const windowOf = ({ lowest, recommended, highest }: RateWindow, optimizer: Plan['optimizer']): RateWindow => {
  const times = optimizer === 'sgd' ? 15 : 1
  return { lowest: lowest * times, recommended: recommended * times, highest: highest * times }
}

/** A learning rate by a range test, within what is known to suit the network. */
export async function tryRates(
  layer: Layer,
  data: Dataset,
  {
    optimizer,
    momentum = 0.9,
    weightDecay,
    batchSize,
    seed,
    loss,
    rates,
    backend,
  }: Pick<Plan, 'optimizer' | 'momentum' | 'weightDecay' | 'batchSize' | 'seed'> & {
    readonly loss: Loss
    readonly rates: RateWindow
    readonly backend: Backend
  },
): Promise<Trial<number>> {
  const { lowest, highest } = windowOf(rates, optimizer)
  const optimizerOf = (learningRate: Schedule): Optimizer =>
    makeOptimizer(optimizer, { learningRate, weightDecay, momentum })
  const { rate } = await findLearningRate(layer, data, {
    optimizer: optimizerOf,
    lowest: lowest / beyond,
    highest: highest * beyond,
    steps: rangeSteps,
    batchSize,
    loss,
    seed,
    backend,
  })
  const found = rounded(Math.min(highest, Math.max(lowest, rate)))
  return { found, text: `learning rate ${found} by a range test of ${rangeSteps} steps` }
}

/** Pictures of this side are enough to see whether colours matter, and LeNet-5 learns them in a second. */
const trialSide = 28
const trialSteps = 400
const trialBatch = 32
const trialPictures = 1500
const folds = 3

/** The mean of the classes' recalls on pictures that were held out, over three ways of holding out a third. */
async function heldOutRecall(
  data: Dataset,
  policy: Policy,
  { seed, backend, normalize }: { seed: number; backend: Backend; normalize: (data: Dataset) => Dataset },
): Promise<number> {
  const classes = data.classes!.length
  let sum = 0
  for (let fold = 0; fold < folds; fold++) {
    const [learned, heldOut] = randomSplit(data, Math.ceil(data.length / folds), seed + fold)
    const weights = classWeights(learned)
    const { model } = await fit(lenet5({ classes }), normalize(augmented(learned, policy, { seed })), {
      loss: (logits, labels) => crossEntropy(logits, labels, { classWeights: weights }),
      optimizer: adamW({ learningRate: cosineDecay(0.003), weightDecay: 0.01 }),
      batchSize: Math.min(trialBatch, learned.length),
      epochs: Math.ceil((trialSteps * trialBatch) / learned.length),
      seed,
      backend,
    })
    const { counts } = await confusion(model, normalize(heldOut))
    for (let row = 0; row < classes; row++) {
      const own = counts.subarray(row * classes, (row + 1) * classes)
      sum += own[row] / own.reduce((a, b) => a + b, 0) / classes / folds
    }
  }
  return sum
}

const wholePercent = (share: number): string => `${Math.round(100 * share)} %`

/**
 * Whether random colours help, or colours are what tells the classes apart: LeNet-5 learns small copies of the training pictures with and without them, and is
 * scored on a third that is held out, three times over.
 * @returns undefined where there are no colours, or too few pictures or too many for it to matter
 */
export async function tryColours(
  train: Dataset,
  options: { readonly seed: number; readonly backend: Backend; readonly normalize: (data: Dataset) => Dataset },
): Promise<Trial<'modest' | 'modestColour'> | undefined> {
  const counts = classCounts(train)
  if (train.inputShape[0] !== 3 || Math.min(...counts) < 2 * folds || train.length > trialPictures) return undefined
  const small = cached(resized(train, { height: trialSide, width: trialSide, fit: 'stretch' }))
  const without = await heldOutRecall(small, policies.modest, options)
  const withColours = await heldOutRecall(small, policies.modestColour, options)
  const help = withColours > without
  const figures = `LeNet-5 trials on held-out thirds: ${wholePercent(withColours)} with, ${wholePercent(without)} without`
  return {
    found: help ? 'modestColour' : 'modest',
    text: help ? `random colours (${figures})` : `colours kept (${figures} random ones)`,
  }
}
