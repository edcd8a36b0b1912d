/** The summary as a picture: a bar a goal, as long as the figure is good beside what it has to be at least, on a logarithmic scale. */
import { faint, ink, muted, page, text } from 'gentle-dl-plot'
import { formatAmount, lead } from './report.ts'
import { formatFigure, type Standing } from './summary.ts'

/** A picture of a hundred lines has smaller letters than other charts. */
const small = (body: string): string => `<g font-size="12">${body}</g>`

const colours: Readonly<Record<Standing['verdict'], string>> = {
  'aim reached': '#15803d',
  reached: '#2563eb',
  missed: '#b45309',
  'not measured': faint,
}

const [width, lineHeight, top] = [980, 20, 84]
/** Where the scale begins and ends, in pixels and as multiples of what is asked for at least. */
const [left, right] = [450, 800]
const [lowest, highest] = [1 / 4, 4]

/** A multiple's place; what is off the scale stands at its end. */
function place(multiple: number): number {
  const within = Math.min(highest, Math.max(lowest, multiple))
  return left + ((right - left) * Math.log(within / lowest)) / Math.log(highest / lowest)
}

const upright = (x: number, from: number, to: number, attributes: string): string =>
  `<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${from.toFixed(1)}" y2="${to.toFixed(1)}" ${attributes}/>`

export function chartOf(standings: readonly Standing[], machine: string): string {
  const bottom = top + lineHeight * standings.length
  const scale = [1 / 4, 1 / 2, 1, 2, 4].flatMap((multiple) => [
    upright(place(multiple), top - 6, bottom, `stroke="${faint}"`),
    text(
      place(multiple),
      top - 12,
      multiple === 1 ? 'at least' : `x ${multiple}`,
      `text-anchor="middle" fill="${muted}"`,
    ),
  ])
  const rows = standings.flatMap((standing, row) => lineOf(standing, top + lineHeight * row))
  const legend = Object.entries(colours).map(
    ([verdict, colour], i) =>
      `<rect x="${left + 104 * i}" y="${bottom + 14}" width="10" height="10" fill="${colour}"/>${text(left + 15 + 104 * i, bottom + 23, verdict, `fill="${muted}"`)}`,
  )
  return page(
    width,
    bottom + 40,
    small(
      [
        text(
          12,
          24,
          'How fast, small and frugal: each figure beside what it has to be at least',
          'font-weight="600" font-size="14"',
        ),
        text(
          12,
          42,
          `${machine}. Gentle at the better of its settings. Thin line: aim; stroke: spread.`,
          `fill="${muted}"`,
        ),
        ...scale,
        ...rows,
        upright(place(1), top - 6, bottom, `stroke="${ink}" stroke-dasharray="2 2"`),
        ...legend,
      ].join(''),
    ),
  )
}

function lineOf(standing: Standing, y: number): string[] {
  const { work, against, figure, unit, required, aim, verdict } = standing
  const [middle, barTop] = [y + lineHeight / 2, y + 4]
  const label = text(left - 10, middle + 4, `${work} / ${against}`, 'text-anchor="end"')
  const value = (content: string): string => text(right + 12, middle + 4, content, `fill="${muted}"`)
  const asked = `${formatAmount(required)} ${unit}`
  if (figure === null) return [label, value(`not measured (${asked})`)]
  const at = (amount: number): number => place(lead(standing, amount, required))
  const ends = [figure.minimum, figure.maximum].map(at).sort((a, b) => a - b)
  const spread = `<line x1="${ends[0].toFixed(1)}" x2="${ends[1].toFixed(1)}" y1="${middle}" y2="${middle}" stroke="${ink}" stroke-opacity="0.45" stroke-width="2"/>`
  return [
    label,
    `<rect x="${left}" y="${barTop}" width="${Math.max(2, at(figure.value) - left).toFixed(1)}" height="${lineHeight - 8}" fill="${colours[verdict]}"/>`,
    spread,
    upright(at(aim), y + 2, y + lineHeight - 2, `stroke="${ink}"`),
    value(`${formatFigure(figure.value, unit)} (${asked})`),
  ]
}
