/** Precision and recall of classes, in the colours of their boxes. */
import { classColour } from 'gentle-dl/vision'
import { type PrecisionRecallLine, plotPrecisionRecall } from 'gentle-dl-plot'

const cssColour = (index: number): string =>
  `rgb(${classColour(index)
    .map((value) => Math.round(255 * value))
    .join(', ')})`

/** The picture, as SVG. */
export const precisionRecallPicture = (lines: readonly PrecisionRecallLine[]): string =>
  plotPrecisionRecall(lines.map((line, i) => ({ ...line, colour: cssColour(i) })))
