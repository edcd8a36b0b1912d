/** Examples of each class. */
import { type Dataset, labelsOf } from 'gentle-dl/data'

/** How many examples each class has, in the order of the classes. @throws ArgumentError for a set whose targets are no labels. */
export function classCounts(data: Dataset): number[] {
  const counts = new Array<number>(data.classes?.length ?? 0).fill(0)
  for (const label of labelsOf(data)) counts[label]++
  return counts
}
