/** What localization, detection and segmentation have in common: pictures with truth, answers, and how good these are. */

import { headParameters, type Layer } from 'gentle-dl'
import { type AnnotatedSplits, augmentedScenes, type Splits, taskSet } from 'gentle-dl/data'
import type { TaskName } from 'gentle-dl/vision'
import { openAnnotated } from '../data/annotated-sets.ts'
import { skippedText } from '../data/datasets.ts'
import { checkEnoughPixels } from '../models/enough-pixels.ts'
import { networkNamed } from '../models/networks.ts'
import { note } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'
import { finishAnnotated } from '../train/finish-annotated.ts'
import type { AnyTask } from './annotated-task.ts'
import { detect } from './detect.ts'
import { localize } from './localize.ts'
import { segment } from './segment.ts'
import type { NamedSettings, Preparation } from './task.ts'

const tasks: Readonly<Record<Exclude<TaskName, 'classify'>, AnyTask>> = { localize, detect, segment }

export const annotatedTask = (name: Exclude<TaskName, 'classify'>): AnyTask => tasks[name]

/** Opens a set of pictures with truth; what is left out is told. */
export async function openTold(name: string, options: Parameters<typeof openAnnotated>[1]): Promise<AnnotatedSplits> {
  const splits = await openAnnotated(name, options)
  if (splits.skipped !== undefined && splits.skipped.length > 0) note(skippedText(name, splits.skipped))
  return splits
}

export async function prepareAnnotated(
  kind: AnyTask,
  { model, data, seed = 0, validation, resize: size, loss, classWeights }: NamedSettings,
  strict: boolean,
): Promise<Preparation> {
  if (classWeights === 'balanced') throw new UsageError('--class-weights is for --task classify')
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
  const classes = kind.classesOf(sets.train, data)
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
      : { validate: async (trained) => ({ [kind.monitor]: (await kind.judge(trained, sets.validation)).score }) }),
    augmented: (policy, by) => taskSet(augmentedScenes(sets.train, policy, { seed: by }), task.target),
    finish: (ending) => finishAnnotated(ending, kind, sets, splits, task),
  }
}
