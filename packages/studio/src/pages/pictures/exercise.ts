import type { Answer } from '../../parts/exercise.tsx'
import type { Collection } from './collection.ts'
import { wrongLabels } from './settings.ts'

/**
 * Whether the wrong labels among the example's pictures are found.
 * @param truths of the example's pictures, by their numbers
 */
export function exerciseAnswer({ pictures }: Collection, truths: ReadonlyMap<number, string>): Answer {
  if (truths.size === 0)
    return { right: false, remark: 'Choose the example: handwritten digits, some with a wrong label.' }
  const present = new Map(pictures.map(({ id, label }) => [id, label]))
  const examples = [...truths]
  const removed = examples.filter(([id]) => !present.has(id)).length
  const wrong = examples.filter(([id, truth]) => present.has(id) && present.get(id) !== truth).length
  if (removed > wrongLabels)
    return { right: false, remark: `${removed} pictures are gone, more than have a wrong label. Undo a few.` }
  if (wrong > 0)
    return {
      right: false,
      remark: `${wrong} ${wrong === 1 ? 'label is' : 'labels are'} wrong. Train, and look at the highest losses; train again when you have corrected some.`,
    }
  return {
    right: true,
    remark: `All ${wrongLabels} wrong labels are found. A high loss is either a hard picture, or a wrong label.`,
  }
}
