/** The pictures of `gentle compare`: what networks cost, against the year and against the accuracy that was published. */
import { percentText, plotScatter, type ScatterPlot } from 'gentle-dl-plot'
import { bySource } from '../terminal/sources.ts'
import { quantity, thousands } from '../terminal/terminal.ts'
import type { Comparison } from './comparison.ts'

/** A tick's round number: zeros behind the point tell nothing. */
const tick = (n: number): string => quantity(n).replace(/\.0+(?= |$)/, '')

const flops = { scale: 'logarithmic', format: tick } as const

/** Accuracies that lie closer together than this, as a share, are not drawn apart over the whole height. */
const minSpan = 0.05

function costPlot({ networks, sources }: Comparison): ScatterPlot {
  return {
    title: 'Cost of inference by year',
    subtitle: 'Area shows the number of parameters.',
    x: { label: 'year (evenly spaced)', scale: 'steps' },
    y: { ...flops, label: 'FLOPs of one example' },
    colour: '#2563eb',
    marks: networks.map(({ name, year: x, flops: y, parameters }) => ({ x, y, label: name, area: parameters })),
    notes: [
      `FLOPs and parameters: ${sources.counted}`,
      ...bySource(networks.map(({ name, year, paper }) => ({ of: `${name} ${year}`, source: paper }))),
    ],
  }
}

function accuracyPlot({ networks, sources }: Comparison): ScatterPlot {
  const known = networks.flatMap((network) => (network.top1 === undefined ? [] : [{ ...network, top1: network.top1 }]))
  return {
    title: 'Published accuracy by cost of inference',
    subtitle: 'Area shows the number of parameters.',
    x: { ...flops, label: 'FLOPs of one example' },
    y: { label: 'top-1 accuracy', scale: 'linear', format: percentText, minSpan },
    colour: '#15803d',
    marks: known.map(({ name, flops: x, top1, parameters }) => ({
      x,
      y: top1.value / 100,
      label: name,
      area: parameters,
    })),
    notes: [
      `FLOPs and parameters: ${sources.counted}`,
      ...bySource(known.map(({ name, top1 }) => ({ of: `${name} ${top1.value} %`, source: top1.source }))),
    ],
  }
}

function growthPlot({ growth }: Comparison): ScatterPlot {
  return {
    title: 'Cost of training by year',
    subtitle: 'Area shows the number of parameters.',
    x: { label: 'year', scale: 'linear', format: String, whole: true },
    y: { label: 'exaFLOPs of training', scale: 'logarithmic' },
    colour: '#d97706',
    marks: growth.map(({ name, year: x, exaflops, parameters }) => ({
      x,
      y: exaflops,
      label: `${name}: ${exaflops} exaflops, ${thousands(parameters / 1e6)} M parameters`,
      area: parameters,
    })),
    notes: bySource(growth.map(({ name, source }) => ({ of: name, source }))),
  }
}

export const costSvg = (comparison: Comparison): string => plotScatter([costPlot(comparison)])
export const accuracySvg = (comparison: Comparison): string => plotScatter([accuracyPlot(comparison)])
export const growthSvg = (comparison: Comparison): string => plotScatter([growthPlot(comparison)])

/** All of them in one picture. */
export const comparisonSvg = (comparison: Comparison): string =>
  plotScatter([costPlot(comparison), accuracyPlot(comparison), growthPlot(comparison)])
