/** What a training of localization, detection or segmentation needs. */
import { headParameters, type Layer, type Model } from 'gentle-dl'
import {
  type AnnotatedSet,
  type AnnotatedSplits,
  augmentedScenes,
  checkLearnable,
  type Splits,
  taskSet,
} from 'gentle-dl/data'
import { alignAnnotated, plainPreprocessing } from 'gentle-dl/vision'
import { openAndReport } from '../data/datasets.ts'
import { policyOf } from '../data/policy.ts'
import { checkEnoughPixels } from '../models/enough-pixels.ts'
import { networkNamed } from '../models/networks.ts'
import { annotatedSections } from '../report/annotated-sections.ts'
import { UsageError } from '../terminal/usage.ts'
import { finishAnnotated } from '../train/finish-annotated.ts'
import { type AnyTask, judge } from './annotated-task.ts'
import type { EarlierRun, NamedSettings, Opening, Preparation } from './task.ts'
import { annotatedPart, batchOf, limitRemarks, usedParts } from './used-examples.ts'

/** Names of what the outputs tell. @throws UsageError for a set without what the task needs. */
export function classesFor(kind: AnyTask, set: AnnotatedSet, data: string): readonly string[] {
  const lacks = kind.needs.what === 'boxes' ? set.classes.length === 0 : set.maskClasses === undefined
  if (lacks) throw new UsageError(`--data ${data} ${kind.needs.text}`)
  return kind.classesOf(set)
}

/** Three sets with their labels as a run that goes on counts its classes. @throws ClassesError for classes that it does not have. */
function asBefore(kind: AnyTask, sets: AnnotatedSplits, { run, classes }: EarlierRun): AnnotatedSplits {
  const of = (set: AnnotatedSet): AnnotatedSet => alignAnnotated({ classes }, set, kind.name, run).data
  return { train: of(sets.train), validation: of(sets.validation), test: of(sets.test) }
}

export async function prepareAnnotated(
  kind: AnyTask,
  settings: NamedSettings,
  opening: Opening,
  earlier: EarlierRun | undefined,
): Promise<Preparation> {
  const { model, data, seed = 0, validation, label, resize: size, loss, classWeights, monitor } = settings
  if (label !== undefined) throw new UsageError(`--label names a column of a table, but ${data} is not a table`)
  if (settings.dataWorkers !== undefined) throw new UsageError('--data-workers is for --task classify')
  if (classWeights === 'balanced') throw new UsageError('--class-weights is for --task classify')
  if (kind.name === 'detect' && loss !== undefined)
    throw new UsageError('--loss is for --task localize and segment; detectors have a fixed loss')
  if (monitor !== undefined)
    throw new UsageError(
      `--monitor is for --task classify and regress; of --task ${kind.name}, ${kind.scoreName} decides`,
    )
  const network = networkNamed(model, kind.name)
  const [, ...published] = network.inputShape
  const all = await openAndReport(data, {
    seed,
    validation,
    size: size ?? (published as [number, number]),
    masks: kind.name === 'segment',
    ...opening,
  })
  classesFor(kind, all.train, data)
  const opened = usedParts(all, settings, batchOf(settings, kind.recipe), annotatedPart)
  checkLearnable(opened.train, kind.needs.what)
  const sets = earlier?.classes === undefined ? opened : asBefore(kind, opened, earlier)
  const { inputShape } = sets.train
  const classes = kind.classesOf(sets.train)
  const build = (count: number): Layer => kind.network((c) => network.build({ classes: c, points: false }), count)
  const layer = build(classes.length)
  checkEnoughPixels(model, layer, inputShape)
  const task = kind.task(layer, inputShape, loss)
  const splits: Splits = {
    train: taskSet(sets.train, task.target),
    validation: taskSet(sets.validation, task.target),
    test: taskSet(sets.test, task.target),
  }
  return {
    splits,
    compared: opened,
    network: layer,
    head: headParameters(build, inputShape),
    recipe: kind.recipe,
    remarks: limitRemarks(settings, all.train.length),
    classes,
    loss: task.loss,
    metrics: task.metrics,
    purpose: { preprocessing: plainPreprocessing(inputShape), task: kind.name },
    monitor: kind.monitor,
    scoreName: kind.scoreName,
    ...(kind.countedInTraining
      ? {}
      : {
          validate: async (trained) => ({
            [kind.monitor]: (await judge(kind, trained as Model, sets.validation)).score,
          }),
        }),
    augmented: (policy, by) =>
      taskSet(augmentedScenes(sets.train, policyOf('--augment', policy), { seed: by }), task.target),
    finish: (ending) => finishAnnotated(ending, kind, sets, splits, task),
    sections: (reported) => annotatedSections(reported, kind, sets),
  }
}
