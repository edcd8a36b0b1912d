import type { Judgement } from './session.ts'

/** What precision and recall are where boxes below a score are left out. */
export function atScore(
  { recall, precision, scores }: Pick<Judgement, 'recall' | 'precision' | 'scores'>,
  score: number,
) {
  const last = scores.findLastIndex((each) => each >= score)
  return last < 0
    ? { recall: 0, precision: 1, boxes: 0 }
    : { recall: recall[last], precision: precision[last], boxes: last + 1 }
}
