/** A task on pictures with truth: what an answer says, and how good it is. */
import type { Layer, Model, Shape } from 'gentle-dl'
import type { AnnotatedSet, Annotations } from 'gentle-dl/data'
import type { Recipe } from 'gentle-dl/models'
import type { AnswerOptions, ScoredBox, Task, TaskName } from 'gentle-dl/vision'

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
  /** What is tried where network or data are not named. */
  readonly usualModel: string
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
