/** A model's classes and those of data, brought together by name. */
import { type Classes, type ClassMatch, matchClasses } from '../core/match-classes.ts'
import type { AnnotatedSet } from '../data/annotated/annotated-set.ts'
import { relabelledSet } from '../data/annotated/relabelled-set.ts'
import { type AnyDataset, isNamed } from '../data/dataset.ts'
import { relabelled } from '../data/relabelled.ts'
import type { AnyModel } from '../nn/model.ts'
import { outputClasses, type TaskName } from '../vision/tasks/task-names.ts'

/** What has classes: a model, or a list of their names. */
export type HasClasses = AnyModel | { readonly classes?: readonly string[] }

export interface Aligned<Data> {
  /** With the labels of the model's classes, and their names, where both sides have names. */
  readonly data: Data
  /** Whether classes were told apart by names, or, where one side has none, by their places alone. */
  readonly by: ClassMatch['by']
  /** What the model's classes are called, by whichever side has names for them. */
  readonly classes?: readonly string[]
}

/** The classes of a model that was trained for a task. @param of what it is called in messages */
function classesOf(model: HasClasses, task: TaskName, of: string): Classes {
  const outputs = 'outputShape' in model ? outputClasses(task, model.outputShape) : undefined
  return { of, names: model.classes, count: outputs ?? model.classes?.length }
}

/** Whether the targets of a set are labels, or probabilities, of classes. */
function tellsClasses(dataset: AnyDataset): boolean {
  const { target, classes } = dataset
  if (target.dtype === 'int32') return isNamed(dataset) || target.shape.length === 0
  return classes !== undefined && target.shape.length === 1 && target.shape[0] === classes.length
}

/**
 * A data set with its labels as a model counts its classes: those of one name are the same class, in whatever order either side has them, and the data
 * may lack some. See `matchClasses` for what a name is, and for sides without names.
 * @param of what the model is called in messages; 'the model' unless given
 * @throws ClassesError for classes that the model does not have, and other numbers of them where there are no names.
 */
export function alignClasses<Data extends AnyDataset>(
  model: HasClasses,
  dataset: Data,
  of = 'the model',
): Aligned<Data> {
  if (!tellsClasses(dataset)) return { data: dataset, by: 'places' }
  const own = classesOf(model, 'classify', of)
  const { by, labels, names } = matchClasses(own, { of: `data set ${dataset.name}`, names: dataset.classes })
  return { data: labels === undefined ? dataset : relabelled(dataset, names!, labels), by, classes: names }
}

/**
 * As `alignClasses`, of pictures with truth: of the classes of their masks for segmentation, else of their objects.
 * @throws ClassesError as `alignClasses`.
 */
export function alignAnnotated(
  model: HasClasses,
  set: AnnotatedSet,
  task: TaskName,
  of = 'the model',
): Aligned<AnnotatedSet> {
  const which = task === 'segment' ? 'maskClasses' : 'classes'
  if (set[which] === undefined) return { data: set, by: 'places' }
  const own = classesOf(model, task, of)
  const { by, labels, names } = matchClasses(own, { of: `data set ${set.name}`, names: set[which] })
  return { data: labels === undefined ? set : relabelledSet(set, which, names!, labels), by, classes: names }
}
