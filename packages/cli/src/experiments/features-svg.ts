/** The picture of `gentle experiment features`: accuracy over the number of examples, and the filters, made by hand beside learned. */
import { accuracyAxis, faint, legendEntry, linePanel, muted, page, text } from 'gentle-dl-plot'
import type { FeaturesResult, Filters } from './features-results.ts'
import { filterSize } from './filter-bank.ts'

const colours: Readonly<Record<string, string>> = {
  pixels: '#616e7c',
  'filters made by hand': '#d97706',
  'filters learned': '#2563eb',
  'LeNet-5': '#15803d',
}

const cell = 6

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
  const side = filterSize * cell
  return `<g transform="translate(${left} ${top})" shape-rendering="crispEdges">${paths.join('')}<rect width="${side}" height="${side}" fill="none" stroke="${faint}"/></g>`
}

export function featuresSvg(results: readonly FeaturesResult[], byHand: Filters, learned: Filters): string {
  const lines = results.map(({ features, runs }) => ({
    colour: colours[features],
    points: [...new Set(runs.map(({ examples }) => examples))].map((x) => ({
      x,
      values: runs.filter(({ examples }) => examples === x).map(({ test }) => test.accuracy),
    })),
  }))
  const [left, top, width, height] = [64, 44, 400, 250]
  const columns = 5
  const place = filterSize * cell + 8
  const rows = (filters: Filters, above: number): string =>
    filters
      .map((weights, i) =>
        filterPicture(right + (i % columns) * place, above + Math.floor(i / columns) * place, weights),
      )
      .join('')
  const right = left + width + 50
  const second = top + 2 * place + 50
  const below = top + height + 64
  return page(
    right + columns * place + 22,
    below + 24,
    [
      linePanel(
        {
          left,
          top,
          width,
          height,
          title: 'Test accuracy',
          xLabel: 'training examples',
          xTicks: lines[0].points.map(({ x }) => x),
          y: accuracyAxis(lines.flatMap(({ points }) => points.flatMap(({ values }) => values))),
        },
        lines,
      ),
      text(right, top - 14, 'filters made by hand', 'font-weight="600" font-size="14"'),
      rows(byHand, top),
      text(right, second - 14, 'filters learned', 'font-weight="600" font-size="14"'),
      rows(learned, second),
      ...results.map(({ features }, i) => legendEntry(left + 180 * i, below, colours[features], features)),
      text(right, second + 2 * place + 12, 'grey is 0', `fill="${muted}"`),
    ].join(''),
  )
}
