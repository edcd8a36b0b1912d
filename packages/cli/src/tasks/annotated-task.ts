/** A task on pictures with truth, as the command line tells of it. */
import type { Model } from 'gentle-dl'
import type { AnnotatedSet } from 'gentle-dl/data'
import type { AnswerOptions, DetectionMistakes, TaskScore, VisionTask } from 'gentle-dl/vision'
import { precisionRecallPicture } from '../pictures/precision-recall-picture.ts'
import { scoreText } from '../terminal/terminal.ts'

/** Objects below this score are hidden, where no better threshold is known. */
export const defaultThreshold = 0.5

/** How good a model is, as reported. */
export interface Judgement {
  /** The value of what the best epoch is chosen by, 0 to 1. */
  readonly score: number
  /** By name, 0 to 1, -1 where there is nothing to measure. */
  readonly metrics: Readonly<Record<string, number>>
  /** A row a class: its name, and figures; the first row names them. */
  readonly perClass?: readonly (readonly string[])[]
  /** Of a detector: the least score of objects with the best F1. */
  readonly threshold?: number
  /** Pictures beside the figures: SVG by file name. */
  readonly pictures?: Readonly<Record<string, string>>
  /** Of a detector: what its best detections are, right or wrong in which way. */
  readonly mistakes?: DetectionMistakes
}

export interface AnnotatedTask<Answer> extends VisionTask<Answer> {
  /** What the score is called. */
  readonly scoreName: string
  /** What is tried where network or data are not named. */
  readonly defaultModel: string
  readonly defaultData: string
  /** What a set must have, and why. */
  readonly needs: { readonly what: 'boxes' | 'masks'; readonly text: string }
  /** What metrics are called, by their names; those not listed are not told. All by their own names unless given. */
  readonly metricNames?: Readonly<Record<string, string>>
}

/** Any of them; answers go back to the task that gave them. */
// biome-ignore lint/suspicious/noExplicitAny: the type of the answers is each task's own
export type AnyTask = AnnotatedTask<any>

/** How good a model is on a set. */
export async function judge(
  task: AnyTask,
  model: Model,
  set: AnnotatedSet,
  options?: AnswerOptions,
): Promise<Judgement> {
  const { score, metrics, perClass, threshold, curves = [], mistakes } = await task.score(model, set, options)
  return {
    score,
    ...(threshold === undefined ? {} : { threshold }),
    metrics: renamed(metrics, task.metricNames),
    ...(mistakes === undefined ? {} : { mistakes }),
    ...(perClass === undefined ? {} : { perClass: rowsOf(perClass) }),
    ...(curves.length > 0 ? { pictures: { 'precision-recall.svg': await precisionRecallPicture(curves) } } : {}),
  }
}

const renamed = (metrics: TaskScore['metrics'], names: Readonly<Record<string, string>> | undefined) =>
  names === undefined ? metrics : Object.fromEntries(Object.entries(names).map(([key, name]) => [name, metrics[key]]))

function rowsOf(perClass: NonNullable<TaskScore['perClass']>): readonly (readonly string[])[] {
  const figures = Object.keys(perClass[0]?.metrics ?? {})
  return [
    ['class', ...figures],
    ...perClass.map(({ name, metrics }) => [name, ...figures.map((figure) => scoreText(metrics[figure]))]),
  ]
}
