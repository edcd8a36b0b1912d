/** Precision and recall of classes, in the colours of their boxes. */
import { classColour } from 'gentle-dl/vision'
import type { PrecisionRecallLine } from 'gentle-dl-plot'

const cssColour = (index: number): string =>
  `rgb(${classColour(index)
    .map((value) => Math.round(255 * value))
    .join(', ')})`

/** The picture, as SVG. */
export async function precisionRecallPicture(lines: readonly PrecisionRecallLine[]): Promise<string> {
  const { plotPrecisionRecall } = await import('gentle-dl-plot')
  return plotPrecisionRecall(lines.map((line, i) => ({ ...line, colour: cssColour(i) })))
}
