/** Classification: one label a picture, or a point. */
import { accuracy, alignClasses, crossEntropy, headParameters, type Layer, type Loss, type Shape } from 'gentle-dl'
import {
  augmented,
  backgroundOf,
  cached,
  classWeights,
  type Dataset,
  featureMoments,
  normalized,
  preprocessed,
  type Splits,
} from 'gentle-dl/data'
import { takesPoints } from 'gentle-dl/models'
import { type Preprocessing, plainPreprocessing, withoutNormalization } from 'gentle-dl/vision'
import { arePoints, isTable, openData, readingOf } from '../data/datasets.ts'
import { arePictures } from '../data/pictures.ts'
import { policyOf } from '../data/policy.ts'
import { resized } from '../data/resize.ts'
import { checkEnoughPixels } from '../models/enough-pixels.ts'
import { networkNamed } from '../models/networks.ts'
import { classificationSections } from '../report/classification/sections.ts'
import { commandLine } from '../terminal/invocation.ts'
import { UsageError } from '../terminal/usage.ts'
import { finish } from '../train/finish.ts'
import { classificationMonitor } from './monitor.ts'
import { dataPreprocessing, smallSetRecipe, tried } from './picture-training.ts'
import { inUnits } from './points-network.ts'
import { columnsOf } from './regression.ts'
import type { EarlierRun, NamedSettings, Once, Opening, Preparation } from './task.ts'
import { batchOf, datasetPart, limitRemarks, usedParts } from './used-examples.ts'

/** The data of a training, at the size that is asked for; image files at the network's usual one unless asked. */
async function openSplits(
  { data, seed = 0, validation, label, resize: size, dataWorkers: workers }: NamedSettings,
  [, ...published]: Shape,
  { strict, divide }: Opening,
): Promise<Splits> {
  const splits = await openData(data, {
    seed,
    validation,
    label,
    size: size ?? (published as [number, number]),
    strict,
    divide,
    workers,
  })
  if (size === undefined) return splits
  return ofEach(splits, (set) => resized(set, size))
}

/** What is done to each of three sets. */
const ofEach = (splits: Splits, change: (set: Dataset) => Dataset): Splits => ({
  train: change(splits.train),
  validation: change(splits.validation),
  test: change(splits.test),
})

/** Whether pictures need nothing done to them. */
const areAsTheyAre = ({ train }: Splits, preprocessing: Preprocessing): boolean =>
  JSON.stringify(preprocessing) === JSON.stringify(plainPreprocessing(train.inputShape))

/** The cross-entropy, with classes weighted as asked for. */
function lossOf(weighting: NamedSettings['classWeights'], train: Dataset): Loss {
  if (weighting !== 'balanced') return crossEntropy
  const weights = classWeights(train)
  return (logits, labels) => crossEntropy(logits, labels, { classWeights: weights })
}

/** Three sets with their labels as a run that goes on counts its classes. @throws ClassesError for classes that it does not have. */
function asBefore(splits: Splits, { run, classes }: EarlierRun): Splits {
  return ofEach(splits, (set) => alignClasses({ classes }, set, run).data)
}

/** @throws UsageError for points, where the network takes pictures alone. */
function checkTakes({ model, data }: NamedSettings, arePoints: boolean): void {
  if (!arePoints || takesPoints(model)) return
  throw new UsageError(
    `${model} needs pictures, but the examples of ${data} are rows of numbers; mlp and perceptron take those: ${commandLine('train', 'mlp', '--data', data)}`,
  )
}

/** @throws UsageError for examples of one class, which leave nothing to tell apart. */
function checkClasses({ classes }: Dataset, { data }: NamedSettings): void {
  if (classes?.length !== 1) return
  throw new UsageError(
    `${data}: all labels are '${classes[0]}'; expected at least two classes${isTable(data) ? '; --label chooses another column' : ''}`,
  )
}

/** Pictures in [0, 1] of the size that a preprocessing tells; those of a small set of files are read once. */
function shownAs(known: Splits, preprocessing: Preprocessing, isSmall: boolean): Splits {
  const shown = withoutNormalization(preprocessing)
  const at = (set: Dataset): Dataset => (areAsTheyAre(known, shown) ? set : preprocessed(set, shown))
  return ofEach(known, (set) => (isSmall ? cached(at(set)) : at(set)))
}

/** @param given the preprocessing of pretrained weights or of a run that goes on; else it follows from the pictures */
export async function prepareClassification(
  settings: NamedSettings,
  { quiet, trials: once, ...opening }: Opening & { readonly quiet: boolean; readonly trials?: Once | undefined },
  earlier: EarlierRun | undefined,
  given?: Preprocessing,
): Promise<Preparation> {
  const network = networkNamed(settings.model, 'classify')
  if (settings.augment !== undefined) policyOf('--augment', settings.augment)
  // Before the table is read: its faults do not matter to who gave it to the wrong network.
  checkTakes(settings, isTable(settings.data))
  const all = await openSplits(settings, network.inputShape, opening)
  const shape = { classes: all.train.classes?.length ?? 1, points: arePoints(all) }
  const opened = usedParts(all, settings, batchOf(settings, network.recipe(shape)), datasetPart)
  const known = earlier?.classes === undefined ? opened : asBefore(opened, earlier)
  checkTakes(settings, arePoints(known))
  checkClasses(known.train, settings)
  const { metric, ...decides } = classificationMonitor(settings.monitor, known.train.classes ?? [])
  const purpose = { classes: known.train.classes?.length ?? 1, points: arePoints(known) }
  const reading = readingOf(opened)
  const inputs = reading?.values === 'numbers' ? (await featureMoments(known.train)).inputs : undefined
  const build = (classes: number): Layer => inUnits(network.build({ ...purpose, classes }), inputs)
  const layer = build(purpose.classes)
  if (given === undefined) checkEnoughPixels(settings.model, layer, known.train.inputShape)
  const recipe = smallSetRecipe(settings, layer, known, all.train.length)
  const wanted = recipe !== undefined && (settings.normalize ?? recipe.normalize) === 'data'
  const preprocessing =
    given ?? (wanted ? await dataPreprocessing(known.train) : plainPreprocessing(known.train.inputShape))
  // Augmentation and looking want pictures in [0, 1], the network what its weights were trained on.
  const shown = arePictures(known.train) && preprocessing ? shownAs(known, preprocessing, recipe !== undefined) : known
  const plain = preprocessing === undefined || areAsTheyAre(shown, preprocessing)
  const forNetwork = (set: Dataset): Dataset => (plain ? set : normalized(set, preprocessing))
  const splits = ofEach(shown, forNetwork)
  const { inputShape } = splits.train
  checkEnoughPixels(settings.model, layer, inputShape)
  const loss = lossOf(settings.classWeights ?? recipe?.classWeights, splits.train)
  const changed = (policy: string, seed: number): Dataset =>
    forNetwork(augmented(shown.train, policyOf('--augment', policy), { seed }))
  const trials =
    recipe === undefined || once === undefined
      ? undefined
      : await once(() =>
          tried(settings, recipe, {
            layer,
            train: shown.train,
            preprocessing: preprocessing!,
            augmented: (policy) => changed(policy, settings.seed ?? 0),
            loss,
            quiet,
          }),
        )
  return {
    splits,
    network: layer,
    head: headParameters(build, inputShape),
    recipe: recipe ?? network.recipe(purpose),
    defaultSettings: trials?.chosen,
    remarks: [...limitRemarks(settings, all.train.length), ...(trials && earlier === undefined ? [trials.text] : [])],
    classes: splits.train.classes,
    loss,
    purpose: {
      preprocessing,
      task: 'classify',
      ...(reading && { columns: columnsOf(reading) }),
      ...(arePictures(shown.train) && { background: await backgroundOf(shown.train) }),
    },
    ...decides,
    ...(metric === undefined ? {} : { metrics: [accuracy, metric] }),
    augmented: changed,
    compared: opened,
    finish: (ending) =>
      finish(ending, splits, shown, { columns: reading && columnsOf(reading), monitor: { ...decides, metric } }),
    sections: (reported) =>
      classificationSections(reported, {
        splits,
        shown,
        changed: (policy, seed) => augmented(shown.train, policyOf('--augment', policy), { seed }),
        columns: reading && columnsOf(reading),
      }),
  }
}
