/** What each part of an answer looked at in what was asked. */
import { colourOf } from './colours.ts'
import { faint, muted, page, text } from './svg.ts'

export interface AttentionPlotOptions {
  /** Above the picture; 'What each piece of the translation looks at' unless given. */
  readonly title?: string
}

const cell = 22

/** About how wide a text is, in pixels. */
const widthOf = (label: string): number =>
  Array.from(label).reduce((sum, letter) => sum + (/[\u1100-\uffdc]|[\u{10000}-\u{3ffff}]/u.test(letter) ? 12 : 7), 0)

/**
 * Weights of attention as shades: a row for each piece of the target, from above, a column for each of the source; a row's weights sum to 1.
 * @param weights a row a target piece, each with a weight from 0 to 1 of each source piece
 */
export function plotAttention(
  weights: readonly ArrayLike<number>[],
  sources: readonly string[],
  targets: readonly string[],
  { title = 'What each piece of the translation looks at' }: AttentionPlotOptions = {},
): string {
  const widest = (labels: readonly string[]): number => labels.reduce((most, each) => Math.max(most, widthOf(each)), 0)
  const left = 24 + widest(targets)
  const top = 56 + widest(sources)
  const [width, height] = [sources.length * cell, targets.length * cell]
  const cells = weights.map((row, y) =>
    Array.from(row, (weight, x) =>
      weight < 0.005
        ? ''
        : `<rect x="${left + x * cell}" y="${top + y * cell}" width="${cell}" height="${cell}" fill="${colourOf(0)}" fill-opacity="${Math.min(weight, 1).toFixed(2)}"><title>${weight.toFixed(2)}</title></rect>`,
    ).join(''),
  )
  const lines = [
    ...Array.from({ length: sources.length + 1 }, (_, i) => [left + i * cell, top, left + i * cell, top + height]),
    ...Array.from({ length: targets.length + 1 }, (_, i) => [left, top + i * cell, left + width, top + i * cell]),
  ].map(
    ([x1, y1, x2, y2]) => `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${faint}" stroke-width="0.5"/>`,
  )
  const rows = targets.map((label, i) => text(left - 8, top + i * cell + 15, label, 'text-anchor="end"'))
  const columns = sources.map((label, i) => {
    const x = left + i * cell + 15
    return `<g transform="rotate(-90 ${x} ${top - 8})">${text(x, top - 8, label)}</g>`
  })
  const legend = text(left, top + height + 22, 'the darker, the more; a row sums to 1', `fill="${muted}"`)
  return page(
    Math.max(left + width + 24, 24 + widthOf(title) + 40, left + 250),
    top + height + 40,
    [text(24, 26, title, 'font-weight="600" font-size="14"'), ...cells, ...lines, ...rows, ...columns, legend].join(''),
  )
}
