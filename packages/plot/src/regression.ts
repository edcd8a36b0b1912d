/** What a model of numbers predicts: against the truth, and over one or two inputs. */
import { scaleLinear } from 'd3-scale'
import { type Axis, numberText, panel } from './axes.ts'
import { type ColouredPlane, colouredPlane, type PlaneRange } from './coloured-plane.ts'
import { colourOf, muted, paper } from './colours.ts'
import { heading, legend, notes, stacked } from './stack.ts'
import { line, polyline, short } from './svg.ts'

export interface PredictedNumbers {
  readonly title: string
  readonly subtitle?: string
  /** What is predicted, with its unit. */
  readonly target: string
  readonly points: readonly { readonly truth: number; readonly predicted: number }[]
  readonly notes?: readonly string[]
}

/** Round numbers around values. */
function around(values: readonly number[]): { readonly from: number; readonly to: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) [min, max] = [Math.min(min, value), Math.max(max, value)]
  if (!(min < max)) [min, max] = [min - 0.5, min + 0.5]
  const [from, to] = scaleLinear([min, max], [0, 1]).nice(6).domain()
  return { from, to }
}

const dot = (x: number, y: number, fill: string): string =>
  `<circle cx="${short(x)}" cy="${short(y)}" r="2.6" fill="${fill}" stroke="${paper}" stroke-width="0.6"/>`

/** Predictions over the truth: on the diagonal they are right. Both axes are alike. */
export function plotPredictedNumbers({ title, subtitle, target, points, notes: small = [] }: PredictedNumbers): string {
  const range: Axis = around(points.flatMap(({ truth, predicted }) => [truth, predicted]))
  const drawn = panel(
    { title: `predicted ${target}`, x: { ...range, label: `true ${target}` }, y: range, height: 340 },
    ({ x, y }) => {
      const { from, to } = range
      const diagonal = line(x(from), y(from), x(to), y(to), `stroke="${muted}" stroke-dasharray="4 3"`)
      return diagonal + points.map(({ truth, predicted }) => dot(x(truth), y(predicted), colourOf(0))).join('')
    },
  )
  return stacked([
    heading(title, subtitle),
    drawn,
    legend([
      { name: 'an example', colour: colourOf(0), sample: 'dot' },
      { name: 'predicted exactly', colour: muted, dashed: true },
    ]),
    notes(small),
  ])
}

export interface FittedCurve {
  readonly title: string
  readonly subtitle?: string
  /** Names of the input and of what is predicted. */
  readonly input: string
  readonly target: string
  /** What the model predicts, from left to right. */
  readonly curve: readonly (readonly [input: number, predicted: number])[]
  readonly points: readonly { readonly x: number; readonly truth: number }[]
}

/** What a model of one input predicts, as a curve, among examples. */
export function plotFittedCurve({ title, subtitle, input, target, curve, points }: FittedCurve): string {
  const first = curve[0][0]
  const last = curve[curve.length - 1][0]
  const up = around([...curve.map(([, predicted]) => predicted), ...points.map(({ truth }) => truth)])
  const drawn = panel({ title: target, x: { from: first, to: last, label: input }, y: up, height: 300 }, ({ x, y }) => {
    const dots = points.map((point) => dot(x(point.x), y(point.truth), colourOf(0))).join('')
    const places = curve.map(([at, predicted]) => [x(at), y(predicted)] as const)
    return dots + polyline(places, `stroke="${colourOf(1)}" stroke-width="2.5"`)
  })
  return stacked([
    heading(title, subtitle),
    drawn,
    legend([
      { name: 'an example', colour: colourOf(0), sample: 'dot' },
      { name: 'predicted', colour: colourOf(1) },
    ]),
  ])
}

export interface FittedSurface {
  readonly title: string
  readonly subtitle?: string
  /** Names of the two inputs, and of what is predicted. */
  readonly inputs: readonly [x: string, y: string]
  readonly target: string
  readonly range: PlaneRange
  /** What is predicted at the middles of rows x columns cells that fill the range, row by row from its bottom. */
  readonly cells: ArrayLike<number>
  readonly columns: number
  readonly points: readonly { readonly x: number; readonly y: number; readonly truth: number }[]
}

/** From low to high, as viridis: lightness alone tells them in order (Smith, van der Walt, matplotlib 2.0). */
const lowToHigh = ['#440154', '#443a83', '#31688e', '#21908c', '#35b779', '#8fd744', '#fde725']

/** Intervals of values with their colours, between round numbers. */
function bandsOf(values: readonly number[]): {
  readonly edges: readonly number[]
  readonly colours: readonly string[]
  readonly of: (value: number) => string
} {
  const { from, to } = around(values)
  const edges = scaleLinear([from, to], [0, 1])
    .ticks(6)
    .filter((edge) => edge > from && edge < to)
  const paint = scaleLinear<string>()
    .domain(lowToHigh.map((_, i) => (i * edges.length) / (lowToHigh.length - 1)))
    .range(lowToHigh)
  const colours = Array.from({ length: edges.length + 1 }, (_, band) =>
    edges.length === 0 ? lowToHigh[3] : paint(band),
  )
  return { edges, colours, of: (value) => colours[edges.filter((edge) => value >= edge).length] }
}

/**
 * What a model of two inputs predicts over the plane, in bands of colours from low to high, and examples in the colour of their truth: one that stands out is
 * predicted wrongly.
 */
export function plotFittedSurface(plot: FittedSurface): string {
  const { title, subtitle, inputs, target, range, cells, columns, points } = plot
  const bands = bandsOf([...Array.from(cells), ...points.map(({ truth }) => truth)])
  const circles: ColouredPlane['over'] = (axes) =>
    points
      .map(
        (point) =>
          `<circle cx="${short(axes.x(point.x))}" cy="${short(axes.y(point.y))}" r="3.4" fill="${bands.of(point.truth)}" stroke="white" stroke-width="1"/>`,
      )
      .join('')
  const drawn = colouredPlane({ inputs, range, cells, columns, colourOf: bands.of, over: circles })
  const { edges, colours } = bands
  const names = colours.map((_, band) =>
    edges.length === 0
      ? numberText(cells[0])
      : band === 0
        ? `${target} below ${numberText(edges[0])}`
        : band === edges.length
          ? `from ${numberText(edges[band - 1])}`
          : `${numberText(edges[band - 1])} to ${numberText(edges[band])}`,
  )
  return stacked([
    heading(title, subtitle),
    drawn,
    legend(names.map((name, band) => ({ name, colour: colours[band], sample: 'area' }))),
  ])
}
