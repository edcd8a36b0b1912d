import { type Box, boxArea } from 'gentle-dl/vision'

/** The number of the largest of some boxes. */
export const largestOf = (boxes: readonly Box[]): number =>
  boxes.reduce((best, box, i) => (boxArea(box) > boxArea(boxes[best]) ? i : best), 0)
