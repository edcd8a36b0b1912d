/** What a training of localization, detection or segmentation needs. */
import { headParameters, type Layer } from 'gentle-dl'
import { type AnnotatedSet, augmentedScenes, type Splits, taskSet } from 'gentle-dl/data'
import { openTold } from '../data/datasets.ts'
import { checkEnoughPixels } from '../models/enough-pixels.ts'
import { networkNamed } from '../models/networks.ts'
import { UsageError } from '../terminal/usage.ts'
import { finishAnnotated } from '../train/finish-annotated.ts'
import { type AnyTask, judge } from './annotated-task.ts'
import type { NamedSettings, Preparation } from './task.ts'

/** Names of what the outputs tell. @throws UsageError for a set without what the task needs. */
export function classesFor(kind: AnyTask, set: AnnotatedSet, data: string): readonly string[] {
  const lacks = kind.needs.what === 'boxes' ? set.classes.length === 0 : set.maskClasses === undefined
  if (lacks) throw new UsageError(`--data ${data} ${kind.needs.text}`)
  return kind.classesOf(set)
}

export async function prepareAnnotated(
  kind: AnyTask,
  { model, data, seed = 0, validation, resize: size, loss, classWeights }: NamedSettings,
  strict: boolean,
): Promise<Preparation> {
  if (classWeights === 'balanced') throw new UsageError('--class-weights is for --task classify')
  if (kind.name === 'detect' && loss !== undefined)
    throw new UsageError('--loss is for --task localize and segment; a detector has one of its own')
  const network = networkNamed(model, kind.name)
  const [, ...usual] = network.inputShape
  const sets = await openTold(data, {
    seed,
    validation,
    size: size ?? (usual as [number, number]),
    masks: kind.name === 'segment',
    strict,
  })
  const { inputShape } = sets.train
  const classes = classesFor(kind, sets.train, data)
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
    network: layer,
    head: new Set(headParameters(build, inputShape).keys()),
    recipe: kind.recipe,
    classes,
    loss: task.loss,
    metrics: task.metrics,
    monitor: kind.monitor,
    scoreName: kind.scoreName,
    ...(kind.countedInTraining
      ? {}
      : { validate: async (trained) => ({ [kind.monitor]: (await judge(kind, trained, sets.validation)).score }) }),
    augmented: (policy, by) => taskSet(augmentedScenes(sets.train, policy, { seed: by }), task.target),
    finish: (ending) => finishAnnotated(ending, kind, sets, splits, task),
  }
}
