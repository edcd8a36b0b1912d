/** What detections are, as it is told. */
import type { DetectionCounts, DetectionMistakes } from 'gentle-dl/vision'
import { percent, table, thousands } from '../terminal/terminal.ts'

export const detectionKinds: readonly {
  readonly kind: keyof DetectionCounts
  readonly name: string
  readonly meaning: string
}[] = [
  { kind: 'right', name: 'right', meaning: 'IoU of 0.5 or more with an object of the class' },
  { kind: 'localization', name: 'localization', meaning: 'IoU of 0.1 to 0.5 with an object of the class' },
  { kind: 'duplicate', name: 'duplicate', meaning: 'of an object that a better detection has' },
  { kind: 'otherClass', name: 'other class', meaning: 'IoU of 0.1 or more with an object of another class' },
  { kind: 'background', name: 'background', meaning: 'nothing is there' },
]

export const countedDetections = (counts: DetectionCounts): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

/** As a table for a terminal. */
export function mistakesText({ all }: DetectionMistakes): string {
  const total = countedDetections(all)
  if (total === 0) return 'no detections to sort'
  return [
    table([
      ['best detections', 'count', 'share', ''],
      ...detectionKinds.map(({ kind, name, meaning }) => [
        name,
        thousands(all[kind]),
        percent(all[kind] / total),
        meaning,
      ]),
    ]),
    'of each class as many as there are objects of it, those of best scores',
  ].join('\n')
}
