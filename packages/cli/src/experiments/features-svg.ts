/** The picture of `gentle experiment features`: accuracy over the number of examples, and the filters, made by hand beside learned. */
import {
  accuracyAxis,
  type Block,
  colourOf,
  faint,
  heading,
  legend,
  linePanel,
  margin,
  notes,
  stacked,
  text,
} from 'gentle-dl-plot'
import type { FeaturesResult, Filters } from './features-results.ts'
import { filterSize } from './filter-bank.ts'

const cell = 5
const side = filterSize * cell
const columns = 10
const step = side + 9

/** A filter as squares of 16 greys: 0 is the middle, the largest of its weights black or white; colours are averaged. */
function filterPicture(left: number, top: number, weights: readonly number[]): string {
  const pixels = filterSize ** 2
  const grey = Array.from({ length: pixels }, (_, i) =>
    weights.reduce((sum, weight, at) => (at % pixels === i ? sum + weight : sum), 0),
  )
  const largest = Math.max(...grey.map(Math.abs)) || 1
  const squares = new Map<number, string>()
  for (const [i, value] of grey.entries()) {
    const level = Math.round(7.5 + (7.5 * value) / largest)
    const square = `M${(i % filterSize) * cell} ${Math.floor(i / filterSize) * cell}h${cell}v${cell}h-${cell}z`
    squares.set(level, (squares.get(level) ?? '') + square)
  }
  const paths = [...squares].map(([level, path]) => `<path d="${path}" fill="#${level.toString(16).repeat(3)}"/>`)
  return `<g transform="translate(${left} ${top})" shape-rendering="crispEdges">${paths.join('')}<rect width="${side}" height="${side}" fill="none" stroke="${faint}"/></g>`
}

/** Filters in rows under a title. */
const bank = (title: string, filters: Filters): Block => ({
  height: 28 + Math.ceil(filters.length / columns) * step + 6,
  draw: (top) =>
    text(margin, top + 14, title, 'font-weight="600"') +
    filters
      .map((weights, i) =>
        filterPicture(margin + (i % columns) * step, top + 24 + Math.floor(i / columns) * step, weights),
      )
      .join(''),
})

export function featuresSvg(results: readonly FeaturesResult[], byHand: Filters, learned: Filters): string {
  const lines = results.map(({ runs }, i) => ({
    colour: colourOf(i),
    points: [...new Set(runs.map(({ examples }) => examples))].map((x) => ({
      x,
      values: runs.filter(({ examples }) => examples === x).map(({ test }) => test.accuracy),
    })),
  }))
  return stacked([
    heading('Hand-made and learned features'),
    linePanel(
      {
        title: 'Test accuracy',
        height: 220,
        x: { label: 'training examples', scale: 'logarithmic', ticks: lines[0].points.map(({ x }) => x) },
        y: accuracyAxis(lines.flatMap(({ points }) => points.flatMap(({ values }) => values))),
      },
      lines,
    ),
    legend(results.map(({ features }, i) => ({ name: features, colour: colourOf(i) }))),
    bank('Hand-made filters', byHand),
    bank('Learned filters', learned),
    notes(['Mean over seeds; the band shows the range. In filters, grey is 0.']),
  ])
}
