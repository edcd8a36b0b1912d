/** The picture of `gentle experiment depth`: training loss over the epochs, plain networks beside residual ones. */
import { ticks } from '../scatter.ts'
import { faint, muted, page, text } from '../svg.ts'
import type { DepthResult } from './depth.ts'

const colours: Readonly<Record<number, string>> = { 20: '#d97706', 56: '#2563eb' }

const [width, height, top] = [300, 220, 62]

/** Curves of one kind of network: the mean over the seeds, in a band from the least to the most. */
function panel(left: number, title: string, results: readonly DepthResult[], highest: number): string {
  const epochs = results[0].runs[0].trainLoss.length
  const x = (epoch: number): number => left + (epochs === 1 ? width / 2 : (epoch * width) / (epochs - 1))
  const y = (loss: number): number => top + height - (Math.min(loss, highest) / highest) * height
  const grid = ticks(0, highest)
    .map(
      (loss) =>
        `<line x1="${left}" x2="${left + width}" y1="${y(loss).toFixed(1)}" y2="${y(loss).toFixed(1)}" stroke="${faint}"/>${text(left - 8, y(loss) + 4, String(loss), 'text-anchor="end"')}`,
    )
    .join('')
  const point = (loss: number, epoch: number): string => `${x(epoch).toFixed(1)},${y(loss).toFixed(1)}`
  const curves = results.map(({ layers, runs }) => {
    const at = (epoch: number): number[] => runs.map(({ trainLoss }) => trainLoss[epoch])
    const over = (of: (values: number[]) => number): number[] => runs[0].trainLoss.map((_, epoch) => of(at(epoch)))
    const mean = over((values) => values.reduce((sum, value) => sum + value, 0) / values.length)
    const [least, most] = [over((values) => Math.min(...values)), over((values) => Math.max(...values))]
    const outline = [...most.map(point), ...least.map(point).reverse()].join(' ')
    return `<polygon points="${outline}" fill="${colours[layers]}" opacity="0.15"/><polyline points="${mean.map(point).join(' ')}" fill="none" stroke="${colours[layers]}" stroke-width="2" stroke-linejoin="round"/>`
  })
  const below = top + height + 18
  return [
    text(left, top - 14, title, 'font-weight="600" font-size="14"'),
    grid,
    ...curves,
    text(left, below, '1', 'text-anchor="middle"'),
    text(left + width / 2, below, 'epoch', 'text-anchor="middle"'),
    epochs > 1 ? text(left + width, below, String(epochs), 'text-anchor="middle"') : '',
  ].join('')
}

export function depthSvg(results: readonly DepthResult[]): string {
  const highest = 1.05 * Math.max(...results.flatMap(({ runs }) => runs.flatMap(({ trainLoss }) => trainLoss)))
  const of = (residual: boolean): DepthResult[] => results.filter((result) => result.residual === residual)
  const legend = [20, 56].map(
    (layers, i) =>
      `<rect x="${60 + 120 * i}" y="${top + height + 38}" width="14" height="4" fill="${colours[layers]}"/>${text(80 + 120 * i, top + height + 44, `${layers} layers`)}`,
  )
  return page(
    740,
    top + height + 60,
    [
      text(60, 26, 'Training loss', 'font-weight="600" font-size="16"'),
      panel(60, 'plain networks', of(false), highest),
      panel(416, 'the same with shortcuts', of(true), highest),
      ...legend,
      text(330, top + height + 44, 'mean over the seeds; the band holds all of them', `fill="${muted}"`),
    ].join(''),
  )
}
