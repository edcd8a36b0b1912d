/** The picture of `gentle experiment depth`: training loss over the epochs, plain networks beside residual ones. */
import { legendEntry, linePanel, lossAxis, muted, page, text, ticks } from 'gentle-dl-plot'
import type { DepthResult } from './depth-results.ts'

const colours: Readonly<Record<number, string>> = { 20: '#d97706', 56: '#2563eb' }

const [left, top, width, height, gap] = [60, 62, 300, 220, 56]

export function depthSvg(results: readonly DepthResult[]): string {
  const highest = 1.05 * Math.max(...results.flatMap(({ runs }) => runs.flatMap(({ trainLoss }) => trainLoss)))
  const epochs = results[0].runs[0].trainLoss.map((_, i) => i + 1)
  const panelOf = (residual: boolean, title: string): string =>
    linePanel(
      {
        left: residual ? left + width + gap : left,
        top,
        width,
        height,
        title,
        xLabel: 'epoch',
        xTicks: epochs.length <= 12 ? epochs : ticks(0, epochs.length),
        xScale: 'linear',
        y: lossAxis(highest),
      },
      results
        .filter((result) => result.residual === residual)
        .map(({ layers, runs }) => ({
          colour: colours[layers],
          points: epochs.map((x) => ({ x, values: runs.map(({ trainLoss }) => trainLoss[x - 1]) })),
        })),
    )
  const below = top + height + 64
  return page(
    2 * (left + width) + 20,
    below + 20,
    [
      text(left, 26, 'Training loss', 'font-weight="600" font-size="16"'),
      panelOf(false, 'plain networks'),
      panelOf(true, 'the same with shortcuts'),
      ...[20, 56].map((layers, i) => legendEntry(left + 120 * i, below, colours[layers], `${layers} layers`)),
      text(left + 270, below, 'mean over the seeds; the band holds all of them', `fill="${muted}"`),
    ].join(''),
  )
}
