/** Classification: one label a picture, or a point. */
import { alignClasses, crossEntropy, headParameters, type Loss, type Shape } from 'gentle-dl'
import { augmented, classWeights, type Dataset, type Splits } from 'gentle-dl/data'
import { plainPreprocessing } from 'gentle-dl/vision'
import { arePoints, openData } from '../data/datasets.ts'
import { policyOf } from '../data/policy.ts'
import { resized } from '../data/resize.ts'
import { checkEnoughPixels } from '../models/enough-pixels.ts'
import { networkNamed } from '../models/networks.ts'
import { finish } from '../train/finish.ts'
import type { EarlierRun, NamedSettings, Preparation } from './task.ts'

/** The data of a training, at the size that is asked for; image files at the network's usual one unless asked. */
async function openSplits(
  { data, seed = 0, validation, label, resize: size }: NamedSettings,
  [, ...usual]: Shape,
  strict: boolean,
): Promise<Splits> {
  const splits = await openData(data, { seed, validation, label, size: size ?? (usual as [number, number]), strict })
  if (size === undefined) return splits
  const { train, validation: chosen, test } = splits
  return { train: resized(train, size), validation: resized(chosen, size), test: resized(test, size) }
}

/** The cross-entropy, with classes weighted as asked for. */
function lossOf(weighting: NamedSettings['classWeights'], train: Dataset): Loss {
  if (weighting !== 'balanced') return crossEntropy
  const weights = classWeights(train)
  return (logits, labels) => crossEntropy(logits, labels, { classWeights: weights })
}

/** Three sets with their labels as a run that goes on counts its classes. @throws ClassesError for classes that it does not have. */
function asBefore(splits: Splits, { run, classes }: EarlierRun): Splits {
  const of = (set: Dataset): Dataset => alignClasses({ classes }, set, run).data
  return { train: of(splits.train), validation: of(splits.validation), test: of(splits.test) }
}

export async function prepareClassification(
  settings: NamedSettings,
  strict: boolean,
  earlier: EarlierRun | undefined,
): Promise<Preparation> {
  const network = networkNamed(settings.model, 'classify')
  const opened = await openSplits(settings, network.inputShape, strict)
  const splits = earlier?.classes === undefined ? opened : asBefore(opened, earlier)
  const purpose = { classes: splits.train.classes?.length ?? 1, points: arePoints(splits) }
  const layer = network.build(purpose)
  const { inputShape } = splits.train
  checkEnoughPixels(settings.model, layer, inputShape)
  return {
    splits,
    network: layer,
    head: headParameters((classes) => network.build({ ...purpose, classes }), inputShape),
    recipe: network.recipe(purpose),
    classes: splits.train.classes,
    loss: lossOf(settings.classWeights, splits.train),
    purpose: { preprocessing: plainPreprocessing(inputShape), task: 'classify' },
    monitor: 'accuracy',
    scoreName: 'accuracy',
    augmented: (policy, seed) => augmented(splits.train, policyOf('--augment', policy), { seed }),
    finish: (ending) => finish(ending, splits),
  }
}
