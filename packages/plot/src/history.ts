/** Learning curves: loss and a metric over the epochs. */
import { scaleLinear } from 'd3-scale'
import type { EpochReport } from 'gentle-dl'
import { type Axes, type Axis, panel, percentText } from './axes.ts'
import { colourOf, ink, muted, paper } from './colours.ts'
import { type Block, heading, legend, stacked } from './stack.ts'
import { line, polyline, short, smallSize, text } from './svg.ts'
import { textWidth } from './text-width.ts'

export interface HistoryOptions {
  /** The metric beside the loss, as its name is in the history; training may not have it. 'accuracy' unless given. */
  readonly metric?: string
  /** What it is called; its name unless given. */
  readonly metricLabel?: string
  /** Whether the metric is a share, and told in percent; true unless given. */
  readonly percent?: boolean
  /** Whether a panel shows the learning rate of each epoch's last step, where the history tells it; false unless given. */
  readonly learningRate?: boolean
}

type History = readonly (Pick<EpochReport, 'train' | 'validation'> &
  Partial<Pick<EpochReport, 'best' | 'learningRate'>>)[]

interface Curve {
  readonly colour: string
  /** By epoch, from 1; not every epoch has a value. */
  readonly points: readonly (readonly [epoch: number, value: number])[]
}

const parts = [
  { part: 'train', name: 'training, while it learns', colour: colourOf(0) },
  { part: 'validation', name: 'validation', colour: colourOf(1) },
] as const

const curvesOf = (history: History, of: string): Curve[] =>
  parts
    .map(({ part, colour }) => ({
      colour,
      points: history.flatMap((report, i) => {
        const value = report[part]?.[of]
        return value === undefined || !Number.isFinite(value) ? [] : [[i + 1, value] as const]
      }),
    }))
    .filter(({ points }) => points.length > 0)

/** From a little below the least value to a little above the largest, at round numbers; losses from 0, shares not above 1. */
function axisOf(curves: readonly Curve[], of: 'loss' | 'share' | 'number'): Axis {
  const values = curves.flatMap(({ points }) => points.map(([, value]) => value))
  const [min, max] = [Math.min(...values), Math.max(...values)]
  const from = of === 'loss' ? Math.min(0, min) : min
  const [low, high] = scaleLinear([from, max === from ? from + (Math.abs(from) || 1) * 0.1 : max], [0, 1])
    .nice(5)
    .domain()
  if (of === 'share') return { from: low, to: max <= 1 ? Math.min(1, high) : high, format: percentText }
  return { from: low, to: high }
}

/** The learning rates of the epochs' last steps. */
const ratesOf = (history: History): Curve[] => {
  const points = history.flatMap(({ learningRate }, i) =>
    learningRate === undefined ? [] : [[i + 1, learningRate] as const],
  )
  return points.length === 0 ? [] : [{ colour: colourOf(5), points }]
}

/** A dashed line through an epoch, with its name once. */
function markBest({ x, frame: { top, bottom, left, right } }: Axes, epoch: number, named: boolean): string {
  const at = x(epoch)
  const label = `best: epoch ${epoch}`
  const width = textWidth(label, smallSize)
  const toLeft = at + 6 + width > right
  // Between lines of the grid and the curves, so that it can be read: on a strip of paper, at the foot of the frame.
  const start = Math.max(left + 4, toLeft ? at - 6 - width : at + 6)
  const strip = `<rect x="${short(start - 2)}" y="${short(bottom - 19)}" width="${short(width + 4)}" height="14" fill="${paper}" fill-opacity="0.85"/>`
  return (
    line(at, top, at, bottom, `stroke="${muted}" stroke-dasharray="3 3"`) +
    (named ? strip + text(start, bottom - 8, label, `font-size="${smallSize}" fill="${ink}"`) : '')
  )
}

function curvePanel(
  title: string,
  curves: readonly Curve[],
  y: Axis,
  epochs: number,
  best: number | undefined,
  named: boolean,
): Block {
  return panel({ title, x: { from: 1, to: epochs, whole: true, label: 'epoch' }, y }, (axes) => {
    const drawn = curves.map(({ colour, points }) => {
      const places = points.map(([epoch, value]) => [axes.x(epoch), axes.y(value)] as const)
      const dots = epochs <= 30 ? places.map(([x, y]) => `<circle cx="${short(x)}" cy="${short(y)}" r="2.5"/>`) : []
      const shown = dots.length > 0 ? `<g fill="${colour}">${dots.join('')}</g>` : ''
      return polyline(places, `stroke="${colour}" stroke-width="2"`) + shown
    })
    return (best === undefined ? '' : markBest(axes, best, named)) + drawn.join('')
  })
}

/**
 * Loss and a metric over the epochs, of training and validation, with the last epoch that was the best so far marked; and the learning rate, where it is asked for.
 * @param history the reports of all epochs, as `fit` gives them
 */
export function plotHistory(
  history: History,
  { metric = 'accuracy', metricLabel = metric, percent = true, learningRate = false }: HistoryOptions = {},
): string {
  const [losses, scores] = [curvesOf(history, 'loss'), metric === 'loss' ? [] : curvesOf(history, metric)]
  const rates = learningRate ? ratesOf(history) : []
  const title = metricLabel.charAt(0).toUpperCase() + metricLabel.slice(1)
  const best = history.findLastIndex((report) => report.best) + 1 || undefined
  const used = new Set([...losses, ...scores].map(({ colour }) => colour))
  return stacked([
    heading('Learning curves'),
    ...(losses.length > 0
      ? [curvePanel('Loss', losses, axisOf(losses, 'loss'), history.length, best, scores.length === 0)]
      : []),
    ...(scores.length > 0
      ? [curvePanel(title, scores, axisOf(scores, percent ? 'share' : 'number'), history.length, best, true)]
      : []),
    ...(rates.length > 0
      ? [
          curvePanel(
            "Learning rate, at each epoch's last step",
            rates,
            axisOf(rates, 'loss'),
            history.length,
            best,
            false,
          ),
        ]
      : []),
    legend(parts.filter(({ colour }) => used.has(colour))),
  ])
}
