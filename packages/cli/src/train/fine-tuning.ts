/**
 * Fine-tuning: a training that begins with pretrained weights. A new head learns alone at first, while all below is frozen, so that its first, random errors do not
 * spoil what was learned before; then all learn, the layers below at smaller rates (Howard, Ruder, "Universal Language Model Fine-tuning for Text
 * Classification", 2018, sections 3.2 and 3.3).
 */
import type { Recipe } from 'gentle-dl/models'
import { UsageError } from '../terminal/usage.ts'
import type { Settings } from './settings.ts'

/** Steps in which a small set is learned; a large one has more, at the fewest epochs. */
const steps = 400
const fewestEpochs = 6
const maxEpochs = 40

/** Examples of a batch unless given. */
export const fineTuningBatch = 32

/** The share of the rate by which a network learns from nothing: what is there already would be lost at that. */
const rateShare = 0.3

/**
 * What settings are in fine-tuning unless they are given.
 * @param recipe by which the network learns from nothing
 * @param examples of the training part
 * @param newHead whether the head starts afresh
 */
export function fineTuningSettings(
  settings: Settings,
  recipe: Recipe,
  { examples, newHead }: { readonly examples: number; readonly newHead: boolean },
): Settings {
  const batchSize = Math.min(settings.batchSize ?? fineTuningBatch, examples)
  const defaultEpochs = Math.ceil(steps / Math.ceil(examples / batchSize))
  const epochs = settings.epochs ?? Math.min(maxEpochs, Math.max(fewestEpochs, defaultEpochs))
  const optimizer = settings.optimizer ?? recipe.optimizer
  const defaultRate = optimizer === 'sgd' ? 0.1 : 0.001
  // Who says what is frozen has a plan; a head that is there already needs none.
  const headEpochs = newHead && settings.freeze === undefined ? Math.round(epochs / 4) : 0
  return {
    batchSize,
    epochs,
    optimizer,
    learningRate: rateShare * (optimizer === recipe.optimizer ? recipe.learningRate : defaultRate),
    schedule: 'cosine',
    headEpochs,
    firstLayerRate: 0.3,
  }
}

/** @throws UsageError for settings that mean nothing without pretrained weights, or leave nothing to the layers below. */
export function checkFineTuning({ pretrained, normalize, headEpochs = 0, firstLayerRate, epochs }: Settings): void {
  const alone = {
    '--normalize imagenet': normalize === 'imagenet' ? normalize : undefined,
    '--head-epochs': headEpochs || undefined,
    '--first-layer-rate': firstLayerRate,
  }
  for (const [flag, value] of Object.entries(alone))
    if (value !== undefined && pretrained === undefined) throw new UsageError(`${flag} goes with --pretrained`)
  if (epochs !== undefined && headEpochs >= epochs && headEpochs > 0)
    throw new UsageError(
      `--head-epochs is ${headEpochs} of ${epochs} epochs; expected fewer. To train the head alone throughout: --freeze all-but-head`,
    )
}

/** What is frozen in an epoch: what always is, and all but the head at first. */
export const frozenIn =
  (frozen: ReadonlySet<string>, { headEpochs = 0 }: Settings, head: Pick<ReadonlySet<string>, 'has'>) =>
  (name: string, epoch: number): boolean =>
    frozen.has(name) || (epoch <= headEpochs && !head.has(name))

/** What is done, in a line; undefined where nothing is. */
export function fineTuningText({ headEpochs = 0, firstLayerRate = 1, learningRate }: Settings): string | undefined {
  const parts = [
    ...(headEpochs === 0
      ? []
      : [`the head alone for ${headEpochs} ${headEpochs === 1 ? 'epoch' : 'epochs'}, then all layers`]),
    ...(firstLayerRate === 1
      ? []
      : [`learning rate ${learningRate} in the last layer, down to ${firstLayerRate} of that in the first`]),
  ]
  return parts.length === 0 ? undefined : `fine-tuning: ${parts.join('; ')}`
}
