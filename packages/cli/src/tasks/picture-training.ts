/** How a small set of pictures is trained on: the recipe that its figures ask for, and short trials of what nobody gave. */
import { type Layer, type Loss, stepsOf, wasm } from 'gentle-dl'
import { channelMoments, type Dataset, normalized, type Splits } from 'gentle-dl/data'
import { summarize } from 'gentle-dl/inspect'
import { type PictureRecipe, pictureRecipe, rateWindow, smallSet } from 'gentle-dl/models'
import { type Preprocessing, plainPreprocessing } from 'gentle-dl/vision'
import { classCounts } from '../data/class-counts.ts'
import { arePictures } from '../data/pictures.ts'
import { note, thousands } from '../terminal/terminal.ts'
import { planOf, type Settings } from '../train/settings.ts'
import { tryColours, tryRates } from '../train/trials.ts'
import type { NamedSettings } from './task.ts'

/**
 * The recipe for these pictures, or undefined for a large set or a few examples of one, points, and weights that are pretrained, which have recipes of their own.
 * @param whole training pictures that there are, of which some may be used alone
 */
export function smallSetRecipe(
  { model, pretrained, overfitBatches, fastDevRun }: NamedSettings,
  layer: Layer,
  { train, validation }: Splits,
  whole: number,
): PictureRecipe | undefined {
  if (pretrained !== undefined || !arePictures(train) || whole >= smallSet) return undefined
  // A few examples that stand for many are no small set.
  if (overfitBatches !== undefined || fastDevRun) return undefined
  const facts = {
    classCounts: classCounts(train),
    validation: validation.length,
    multiplyAdds: summarize(layer, train.inputShape).macs,
  }
  return pictureRecipe(facts, rateWindow(model).recommended)
}

/** Pictures fitted in whole, with the mean and the standard deviation of the training pictures taken away. */
export async function dataPreprocessing(train: Dataset): Promise<Preprocessing> {
  return { ...plainPreprocessing(train.inputShape)!, ...(await channelMoments(train)) }
}

/** What trials choose: pictures in [0, 1] and what makes of them what the network takes. */
export interface TrialData {
  readonly layer: Layer
  readonly train: Dataset
  readonly preprocessing: Preprocessing
  readonly augmented: (policy: string) => Dataset
  readonly loss: Loss
  readonly quiet: boolean
}

/** All settings that the recipe and short trials choose; those that are given win over them. And a text that says what was chosen and why. */
export async function tried(
  settings: NamedSettings,
  recipe: PictureRecipe,
  { layer, train, preprocessing, augmented, loss, quiet }: TrialData,
): Promise<{ readonly chosen: Settings; readonly text: string }> {
  const { learningRate } = recipe
  const plan = planOf(settings, { learningRate }, recipe, { examples: train.length, threads: settings.threads ?? 0 })
  const { seed, batchSize, accumulate, epochs, optimizer } = plan
  const steps = epochs * stepsOf(train.length, batchSize, accumulate)
  const report = [
    `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} of ${thousands(train.length)} pictures in batches of ${batchSize}, ${thousands(steps)} steps in all; ${optimizer}`,
  ]
  const { weightDecay, schedule, patience, normalize, classWeights, augment } = recipe
  const chosen = {
    weightDecay: optimizer === 'sgd' ? undefined : weightDecay,
    schedule,
    patience,
    normalize,
    classWeights,
    augment: augment as string,
    learningRate: plan.learningRate,
    warmup: Math.round(steps / 20),
  }
  if (settings.augment === undefined || settings.learningRate === undefined) {
    if (!quiet) note('choosing a learning rate and augmentation in short trials ...')
    const { threads, wideVectors, strictNumerics } = settings
    const backend = await wasm({ threads, wideVectors, strictNumerics })
    try {
      if (settings.augment === undefined) {
        const forNetwork = (set: Dataset): Dataset => {
          const [, height, width] = set.inputShape
          return normalized(set, { ...preprocessing, height, width })
        }
        const colours = await tryColours(train, { seed, backend, normalize: forNetwork })
        chosen.augment = colours?.found ?? augment
        report.push(
          `random shifts, scales and small turns, no flips, for they could change what is shown (--augment flip for photographs)${colours === undefined ? '' : `; ${colours.text}`}`,
        )
      }
      if (settings.learningRate === undefined) {
        const learned = augmented(settings.augment ?? chosen.augment)
        const rates = rateWindow(settings.model)
        const rate = await tryRates(layer, learned, { ...plan, loss, rates, backend })
        chosen.learningRate = rate.found
        report[0] += `, ${rate.text}`
      }
    } finally {
      await backend.close()
    }
  }
  return { chosen, text: report.join('\n') }
}
