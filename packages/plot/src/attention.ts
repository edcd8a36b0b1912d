/** What each part of an answer looked at in what was asked. */
import { colourOf, faint } from './colours.ts'
import { type Block, chartWidth, heading, margin, notes, stacked } from './stack.ts'
import { line, short, smallSize, text } from './svg.ts'
import { cutText, textWidth } from './text-width.ts'

export interface AttentionPlotOptions {
  /** Above the picture; 'Attention' unless given. */
  readonly title?: string
}

/** Pixels of a side of a cell, at least and at most: below the least, letters beside it would touch. */
const [minCell, maxCell] = [14, 26]

/** Most pixels of a piece's text. */
const longest = 130

/**
 * Weights of attention as shades: a row for each piece of the target, from above, a column for each of the source; a row's weights sum to 1.
 * @param weights a row a target piece, each with a weight from 0 to 1 of each source piece
 */
export function plotAttention(
  weights: readonly ArrayLike<number>[],
  sources: readonly string[],
  targets: readonly string[],
  { title = 'Attention' }: AttentionPlotOptions = {},
): string {
  const widest = (labels: readonly string[]): number =>
    Math.min(longest, Math.max(0, ...labels.map((label) => textWidth(label, smallSize))))
  const left = margin + widest(targets) + 8
  const room = chartWidth - margin - left
  const cell = Math.max(minCell, Math.min(maxCell, Math.floor(room / Math.max(1, sources.length))))
  const width = Math.max(chartWidth, left + cell * sources.length + margin)
  const matrix: Block = {
    height: widest(sources) + 12 + cell * targets.length + 10,
    draw(down) {
      const top = down + widest(sources) + 12
      const [right, bottom] = [left + sources.length * cell, top + targets.length * cell]
      const cells = weights.flatMap((row, y) =>
        Array.from(row, (weight, x) =>
          weight < 0.005
            ? ''
            : `<rect x="${short(left + x * cell)}" y="${short(top + y * cell)}" width="${cell}" height="${cell}" fill="${colourOf(0)}" fill-opacity="${Math.min(weight, 1).toFixed(2)}"><title>${weight.toFixed(2)}</title></rect>`,
        ),
      )
      const thin = `stroke="${faint}" stroke-width="0.5"`
      const lines = [
        ...Array.from({ length: sources.length + 1 }, (_, i) =>
          line(left + i * cell, top, left + i * cell, bottom, thin),
        ),
        ...Array.from({ length: targets.length + 1 }, (_, i) =>
          line(left, top + i * cell, right, top + i * cell, thin),
        ),
      ]
      const small = `font-size="${smallSize}"`
      const rows = targets.map((label, i) =>
        text(left - 6, top + (i + 0.5) * cell + 4, cutText(label, longest, smallSize), `text-anchor="end" ${small}`),
      )
      const columns = sources.map((label, i) =>
        text(
          0,
          0,
          cutText(label, longest, smallSize),
          `${small} transform="translate(${short(left + (i + 0.5) * cell + 4)} ${short(top - 6)}) rotate(-90)"`,
        ),
      )
      return [...cells, ...lines, ...rows, ...columns].join('')
    },
  }
  return stacked(
    [
      heading(title, '', width),
      matrix,
      notes(
        [
          'Rows are the pieces of the output, columns those of the input. The stronger the colour, the more weight; a row sums to 1.',
        ],
        width,
      ),
    ],
    width,
  )
}
