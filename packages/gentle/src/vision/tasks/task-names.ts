/** What models of pictures are trained for. */
import type { Shape } from '../../core/shape.ts'
import { classCount } from '../../nn/scores.ts'

/** One label a picture; its label and box; all its objects; the class of every pixel. */
export const taskNames = ['classify', 'localize', 'detect', 'segment'] as const

export type TaskName = (typeof taskNames)[number]

/** What models that take one tensor are trained for: the tasks on pictures, and to predict numbers of points and rows of tables. */
export const modelTaskNames = [...taskNames, 'regress'] as const

export type ModelTask = (typeof modelTaskNames)[number]

/** How many classes a model's outputs tell, by its task; undefined for a shape that is none of the task's. */
export function outputClasses(task: ModelTask, outputShape: Shape): number | undefined {
  if (task === 'regress') return undefined
  if (task === 'classify') return classCount(outputShape)
  const [outputs = 0] = outputShape
  // The edges of a box stand behind the classes, and, of a detector, its centreness.
  const classes = { localize: outputs - 4, detect: outputs - 5, segment: outputs }[task]
  const axes = { localize: 1, detect: 2, segment: 3 }[task]
  return outputShape.length === axes && classes >= 1 ? classes : undefined
}
