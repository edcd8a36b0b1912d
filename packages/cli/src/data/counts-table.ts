/** Examples of each part and class, as a table. */
import { type PartCounts, type PerPart, partNames } from 'gentle-dl/data'
import { table } from '../terminal/terminal.ts'

/** A row a class. */
export function countsTable(counts: PerPart<PartCounts>): string {
  return table([
    ['class', ...partNames],
    ...Object.keys(counts.train.perClass).map((label) => [
      label,
      ...partNames.map((name) => counts[name].perClass[label]),
    ]),
    ['all', ...partNames.map((name) => counts[name].examples)],
  ])
}
