import type { Answer } from '../../parts/exercise.tsx'
import type { Point, Trace } from './trace.ts'

const wanted: readonly Point[] = [
  [0, 0, 0],
  [0, 1, 0],
  [1, 0, 1],
  [1, 1, 0],
]

/** Whether the points are those of "x₁ and not x₂", and what the rule made of them. */
export function exerciseAnswer(points: readonly Point[], { mistakes }: Trace): Answer {
  const find = ([x1, x2]: Point): Point | undefined => points.find((point) => point[0] === x1 && point[1] === x2)
  const missing = wanted.find((corner) => find(corner) === undefined)
  if (points.length !== 4 || missing !== undefined)
    return { right: false, remark: 'There should be four points, on the corners: choose AND to have them.' }
  const wrong = wanted.find((corner) => find(corner)![2] !== corner[2])
  if (wrong !== undefined)
    return { right: false, remark: `Look at (${wrong[0]}, ${wrong[1]}): is “x₁ and not x₂” true there?` }
  return { right: true, remark: `The rule needs ${mistakes.length} epochs, the last of them without a mistake.` }
}
