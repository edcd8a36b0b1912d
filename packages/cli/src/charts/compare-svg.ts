/** The pictures of `gentle compare`: what networks cost, against the year and against the accuracy that was published. */
import type { Comparison } from '../networks/comparison.ts'
import { bySource, wrapped } from '../terminal/sources.ts'
import { quantity, thousands } from '../terminal/terminal.ts'
import { type Plot, scatter } from './scatter.ts'
import { muted, page, text } from './svg.ts'

const [width, height] = [760, 400]
const [left, right, above, below] = [84, 92, 56, 52]

/** A tick's round number: zeros behind the point tell nothing. */
const tick = (n: number): string => quantity(n).replace(/\.0+(?= |$)/, '')

const flops = { label: 'FLOPs of one example', scale: 'logarithmic', format: tick } as const

interface Panel {
  readonly plot: Plot
  readonly sources: readonly string[]
}

function costPanel({ networks, sources }: Comparison): Panel {
  return {
    plot: {
      title: 'Cost of inference against the year; areas are parameters',
      x: { label: 'year, each at the same distance', scale: 'steps', format: String },
      y: flops,
      colour: '#2563eb',
      marks: networks.map(({ name, year: x, flops: y, parameters }) => ({ x, y, label: name, area: parameters })),
    },
    sources: [
      `FLOPs and parameters: ${sources.counted}`,
      ...bySource(networks.map(({ name, year, paper }) => ({ of: `${name} ${year}`, source: paper }))),
    ],
  }
}

function accuracyPanel({ networks, sources }: Comparison): Panel {
  const known = networks.flatMap((network) => (network.top1 === undefined ? [] : [{ ...network, top1: network.top1 }]))
  return {
    plot: {
      title: 'Cost of inference against published accuracy; areas are parameters',
      x: { ...flops, label: 'FLOPs of one example' },
      y: { label: 'top-1 accuracy, %', scale: 'linear', format: String },
      colour: '#16a34a',
      marks: known.map(({ name, flops: x, top1, parameters }) => ({ x, y: top1.value, label: name, area: parameters })),
    },
    sources: [
      `FLOPs and parameters: ${sources.counted}`,
      ...bySource(known.map(({ name, top1 }) => ({ of: `${name} ${top1.value} %`, source: top1.source }))),
    ],
  }
}

function growthPanel({ growth }: Comparison): Panel {
  return {
    plot: {
      title: 'Cost of training against the year; areas are parameters',
      x: { label: 'year', scale: 'linear', format: String, leastStep: 1 },
      y: { label: 'exaflops of the whole training', scale: 'logarithmic', format: String },
      colour: '#ea580c',
      marks: growth.map(({ name, year: x, exaflops, parameters }) => ({
        x,
        y: exaflops,
        label: `${name}: ${exaflops} exaflops, ${thousands(parameters / 1e6)} M parameters`,
        area: parameters,
      })),
    },
    sources: bySource(growth.map(({ name, source }) => ({ of: name, source }))),
  }
}

/** Panels below each other, each with its sources. */
function stacked(panels: readonly Panel[]): string {
  let top = 0
  const drawn = panels
    .filter(({ plot }) => plot.marks.length > 0)
    .map(({ plot, sources }) => {
      const frame = { left, right: width - right, top: top + above, bottom: top + height - below }
      const lines = sources.flatMap((source) => wrapped(source, 140))
      const notes = lines.map((source, i) =>
        text(24, top + height + 10 + 13 * i, source, `font-size="9.5" fill="${muted}"`),
      )
      top += height + 13 * lines.length + 16
      return scatter(plot, frame) + notes.join('')
    })
  return page(width, Math.max(top, 1), drawn.join(''))
}

export const costSvg = (comparison: Comparison): string => stacked([costPanel(comparison)])
export const accuracySvg = (comparison: Comparison): string => stacked([accuracyPanel(comparison)])
export const growthSvg = (comparison: Comparison): string => stacked([growthPanel(comparison)])

/** All of them in one picture. */
export const comparisonSvg = (comparison: Comparison): string =>
  stacked([costPanel(comparison), accuracyPanel(comparison), growthPanel(comparison)])
