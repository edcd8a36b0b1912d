import { intersectionOverUnion } from 'gentle-dl/vision'
import type { Answer } from '../../parts/exercise.tsx'
import type { Answers } from './session.ts'

/** How far two shapes of one kind have to overlap. */
const asked = 0.2

/** Whether two shapes of one kind overlap, and the detector finds every shape and nothing else all the same. */
export function exerciseAnswer(said: Pick<Answers, 'truth' | 'detections' | 'missed'> | undefined): Answer {
  if (said === undefined) return { right: false, remark: 'The networks are still loading.' }
  const { boxes, labels } = said.truth
  const overlaps = boxes.flatMap((box, i) =>
    boxes
      .slice(i + 1)
      .flatMap((other, j) => (labels[i] === labels[i + 1 + j] ? [intersectionOverUnion(box, other)] : [])),
  )
  const most = Math.max(0, ...overlaps)
  if (most < asked)
    return {
      right: false,
      remark: `Move two shapes of one kind together until their boxes overlap by an IoU of ${asked}; now it is ${most.toFixed(2)} at most.`,
    }
  const wrong = said.detections.filter(({ isRight }) => !isRight).length
  if (said.missed.length > 0)
    return {
      right: false,
      remark: `${said.missed.length} of ${boxes.length} shapes are not found: change a threshold.`,
    }
  if (wrong > 0)
    return {
      right: false,
      remark: `All are found, but ${wrong} ${wrong === 1 ? 'box is' : 'boxes are'} of nothing: change a threshold.`,
    }
  return {
    right: true,
    remark: `All ${boxes.length} are found though two overlap by ${most.toFixed(2)}. Suppression takes boxes that overlap more than its threshold for one object.`,
  }
}
