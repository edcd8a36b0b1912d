/** What localization, detection and segmentation have in common: pictures with truth, answers, and how good these are. */
import type { Layer, Model, Shape } from 'gentle-dl'
import {
  type AnnotatedSet,
  type AnnotatedSplits,
  type Annotations,
  augmentedScenes,
  type Splits,
  taskSet,
} from 'gentle-dl/data'
import type { AnswerOptions, ScoredBox, Task } from 'gentle-dl/vision'
import { openAnnotated } from '../data/annotated-sets.ts'
import { skippedText } from '../data/datasets.ts'
import { checkEnoughPixels } from '../models/enough-pixels.ts'
import { networkNamed, type Recipe } from '../models/networks.ts'
import { headOf } from '../models/structure.ts'
import { note } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'
import { finishAnnotated } from '../train/finish-annotated.ts'
import { detect } from './detect.ts'
import { localize } from './localize.ts'
import { segment } from './segment.ts'
import type { NamedSettings, Preparation, TaskName } from './task.ts'

/** What an answer says, whatever the task: objects, or a mask. */
export interface Said {
  readonly objects?: readonly ScoredBox[]
  readonly mask?: Uint8Array
}

/** How good a model is. */
export interface Judgement {
  /** Name and value of what the best epoch is chosen by, 0 to 1. */
  readonly score: number
  /** By name, 0 to 1, -1 where there is nothing to measure. */
  readonly metrics: Readonly<Record<string, number>>
  /** A row a class: its name, and figures; the first row names them. */
  readonly perClass?: readonly (readonly string[])[]
  /** Pictures beside the figures: SVG by file name. */
  readonly pictures?: Readonly<Record<string, string>>
}

/** A task on pictures with truth. */
export interface AnnotatedTask<Answer> {
  readonly name: Exclude<TaskName, 'classify'>
  /** The metric that is the score, and what it is called. */
  readonly monitor: string
  readonly scoreName: string
  /** Whether the score is counted in training; else it takes a look at the whole validation set. */
  readonly countedInTraining: boolean
  readonly usualData: string
  readonly recipe: Recipe
  /** @throws UsageError for a network that is not for the task. */
  network(build: (classes: number) => Layer, classes: number): Layer
  /** Names of what the outputs tell. @throws UsageError for a set without what the task needs. */
  classesOf(set: AnnotatedSet, name: string): readonly string[]
  /** @param loss a name of one of the task's losses */
  task(layer: Layer, inputShape: Shape, loss?: string): Task<Answer>
  judge(model: Model, set: AnnotatedSet, options?: AnswerOptions): Promise<Judgement>
  said(answer: Answer): Said
  /** How good an answer is for one picture, 0 to 1. */
  quality(truth: Annotations, answer: Answer): number
}

/** Any of them; answers go back to the task that gave them. */
// biome-ignore lint/suspicious/noExplicitAny: the type of the answers is each task's own
export type AnyTask = AnnotatedTask<any>

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
    head: new Set(headOf(build, inputShape).keys()),
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
