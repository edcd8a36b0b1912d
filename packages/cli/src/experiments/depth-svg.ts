/** The picture of `gentle experiment depth`: training loss over the epochs, plain networks beside residual ones. */
import { type Block, colourOf, heading, legend, linePanel, lossAxis, notes, stacked } from 'gentle-dl-plot'
import type { DepthResult } from './depth-results.ts'

const depths = [20, 56]

export function depthSvg(results: readonly DepthResult[]): string {
  const highest = 1.05 * Math.max(...results.flatMap(({ runs }) => runs.flatMap(({ trainLoss }) => trainLoss)))
  const epochs = results[0].runs[0].trainLoss.map((_, i) => i + 1)
  const panelOf = (residual: boolean, title: string): Block =>
    linePanel(
      { title, x: { label: 'epoch', whole: true }, y: lossAxis(highest) },
      results
        .filter((result) => result.residual === residual)
        .map(({ layers, runs }) => ({
          colour: colourOf(depths.indexOf(layers)),
          points: epochs.map((x) => ({ x, values: runs.map(({ trainLoss }) => trainLoss[x - 1]) })),
        })),
    )
  return stacked([
    heading('Training loss of deep networks'),
    panelOf(false, 'Plain networks'),
    panelOf(true, 'The same with shortcuts'),
    legend(depths.map((layers, i) => ({ name: `${layers} layers`, colour: colourOf(i) }))),
    notes(['Mean over seeds; the band shows the range.']),
  ])
}
