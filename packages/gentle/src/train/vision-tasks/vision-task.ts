/** A task on pictures with truth from end to end: its network, its loss, what an answer says, and how good a model is. */
import type { Shape } from '../../core/shape.ts'
import type { AnnotatedSet, Annotations } from '../../data/annotated/annotated-set.ts'
import type { Recipe } from '../../models/recipes.ts'
import type { Layer } from '../../nn/layer.ts'
import type { Model } from '../../nn/model.ts'
import type { DetectionCounts } from '../../vision/metrics/false-positives.ts'
import type { PrecisionRecallCurve } from '../../vision/metrics/precision-recall-curve.ts'
import type { ScoredBox } from '../../vision/suppression.ts'
import type { Task } from '../../vision/tasks/task.ts'
import type { TaskName } from '../../vision/tasks/task-names.ts'
import type { AnswerOptions } from '../answers.ts'

/** What an answer says, whatever the task: objects, or a mask. */
export interface AnswerContent {
  readonly objects?: readonly ScoredBox[]
  readonly mask?: Uint8Array
}

/** Figures of one class, 0 to 1, -1 where there is nothing to measure. */
export interface ClassScore {
  readonly name: string
  readonly metrics: Readonly<Record<string, number>>
}

/** What detections are, right or wrong in which way: of all classes, and of each. */
export interface DetectionMistakes {
  readonly all: DetectionCounts
  readonly perClass: readonly { readonly name: string; readonly counts: DetectionCounts }[]
}

/** How good a model is. */
export interface TaskScore {
  /** What the best epoch is chosen by, 0 to 1. */
  readonly score: number
  /** By name, 0 to 1, -1 where there is nothing to measure. */
  readonly metrics: Readonly<Record<string, number>>
  readonly perClass?: readonly ClassScore[]
  /** Of a detector: the least score of objects that gives the best F1 over the set, at an IoU of 0.5. Chosen on validation, it serves for other pictures. */
  readonly threshold?: number
  /** Of a detector, at an IoU of 0.5: a curve for each class of which there is something to find. */
  readonly curves?: readonly (PrecisionRecallCurve & { readonly name: string })[]
  /** Of a detector: what its detections of best scores are, of each class as many as there are objects; see `falsePositives`. */
  readonly mistakes?: DetectionMistakes
}

export interface VisionTask<Answer> {
  readonly name: Exclude<TaskName, 'classify'>
  /** The metric that is the score, as `fit` calls it. */
  readonly monitor: string
  /** Whether the score is counted in training; else it takes a look at the whole validation set. */
  readonly countedInTraining: boolean
  /** Settings by which it is known to be learned. */
  readonly recipe: Recipe
  /**
   * A network for the task.
   * @param build what it stands on, for a number of classes: a classifier, or what segments itself
   */
  network(build: (classes: number) => Layer, classes: number): Layer
  /** Names of what the outputs tell. @throws ArgumentError for a set without what the task needs. */
  classesOf(set: AnnotatedSet): readonly string[]
  /**
   * Targets and loss for a network.
   * @param loss a name of one of the task's losses
   * @throws ArgumentError for a loss that the task does not have.
   */
  task(network: Layer, inputShape: Shape, loss?: string): Task<Answer>
  /** How good a model is on a set. */
  score(model: Model, set: AnnotatedSet, options?: AnswerOptions): Promise<TaskScore>
  /** What an answer says, objects of any score. */
  contentOf(answer: Answer): AnswerContent
  /** How good an answer is for one picture, 0 to 1. @param threshold of a detector, the least score of objects that count; 0.5 unless given */
  qualityOf(answer: Answer, truth: Annotations, threshold?: number): number
}
