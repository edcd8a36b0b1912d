/** The lecture's charts of growing complexity: areas show parameters. */
import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from 'd3-scale'
import { margin, Plane } from '../../parts/plane.tsx'
import { quantity } from '../../parts/quantity.ts'
import { useWidth } from '../../parts/use-width.ts'
import type { Lecture } from './session.ts'

export const charts = { accuracy: 'accuracy by cost', training: 'training by year' } as const

export type ChartName = keyof typeof charts

interface Mark {
  readonly name: string
  readonly x: number
  readonly y: number
  readonly parameters: number
  /** Of the theme. */
  readonly colour: number
}

const accuracyMarks = ({ networks }: Lecture): Mark[] =>
  networks.flatMap(({ name, flops, parameters, top1 }) =>
    top1 === undefined ? [] : [{ name, x: flops, y: top1, parameters, colour: 2 }],
  )

const trainingMarks = ({ systems }: Lecture): Mark[] =>
  systems.flatMap(({ name, year, exaflops, parameters, counted }) => [
    { name, x: year, y: exaflops, parameters, colour: 1 },
    { name: `${name}, counted`, x: year, y: counted.exaflops, parameters: counted.parameters, colour: 0 },
  ])

const height = 340

/** Radius in pixels of the largest mark. */
const largest = 26

/** Pixels of a letter, and of a line. */
const [letter, line] = [7, 15]

interface Placed extends Mark {
  readonly left: number
  readonly top: number
  readonly radius: number
  /** Where its name begins, in pixels; undefined where there is no room for it. */
  readonly label: readonly [x: number, y: number] | undefined
}

interface Area {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

const meet = (a: Area, b: Area): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

/** Each mark with its name at its right, left, above or below, where there is room. */
function placed(
  marks: readonly Mark[],
  x: ScaleContinuousNumeric<number, number>,
  y: ScaleContinuousNumeric<number, number>,
  width: number,
): Placed[] {
  const most = Math.max(...marks.map(({ parameters }) => parameters))
  const points = marks.map((mark) => ({
    ...mark,
    left: x(mark.x),
    top: y(mark.y),
    radius: Math.max(4, largest * Math.sqrt(mark.parameters / most)),
  }))
  const taken: Area[] = points.map(({ left, top }) => ({
    left: left - 4,
    right: left + 4,
    top: top - 4,
    bottom: top + 4,
  }))
  return points.map((point) => {
    const { left, top, radius, name } = point
    const length = letter * name.length
    const middle = left - length / 2
    const candidates: (readonly [number, number])[] = [
      [left + radius + 4, top + 4],
      [left - radius - 4 - length, top + 4],
      [middle, top - radius - 5],
      [middle, top + radius + line],
    ]
    const areaOf = ([x, y]: readonly [number, number]): Area => ({
      left: x,
      right: x + length,
      top: y - line + 3,
      bottom: y + 3,
    })
    const label = candidates.find((candidate) => {
      const area = areaOf(candidate)
      const isWithin =
        area.left >= margin.left && area.right <= width && area.top >= 0 && area.bottom <= height - margin.bottom
      return isWithin && !taken.some((other) => meet(other, area))
    })
    if (label !== undefined) taken.push(areaOf(label))
    return { ...point, label }
  })
}

export function LectureChart({ lecture, chart }: { readonly lecture: Lecture; readonly chart: ChartName }) {
  const [figure, width] = useWidth<HTMLElement>(560)
  const isAccuracy = chart === 'accuracy'
  const marks = isAccuracy ? accuracyMarks(lecture) : trainingMarks(lecture)
  const [across, down] = [
    [margin.left + largest, width - margin.right - largest],
    [height - margin.bottom - largest, margin.top + largest],
  ]
  const extent = (of: (mark: Mark) => number): [number, number] => [
    Math.min(...marks.map(of)),
    Math.max(...marks.map(of)),
  ]
  const x = isAccuracy
    ? scaleLog(
        extent((mark) => mark.x),
        across,
      )
    : scaleLinear(
        extent((mark) => mark.x),
        across,
      )
  const y = isAccuracy
    ? scaleLinear(
        extent((mark) => mark.y),
        down,
      )
    : scaleLog(
        extent((mark) => mark.y),
        down,
      )
  const xFormat = isAccuracy
    ? logarithmicTick(quantity)
    : (value: number) => (Number.isInteger(value) ? String(value) : '')
  const yFormat = isAccuracy ? (value: number) => `${value} %` : logarithmicTick(String)
  return (
    <figure ref={figure} class="chart">
      <Plane
        label={`${charts[chart]}: ${marks.length} marks, whose numbers stand in the table below`}
        {...{ x, y, xFormat, yFormat, width, height }}
        xLabel={isAccuracy ? 'FLOPs of one picture' : 'year'}
        yLabel={isAccuracy ? 'top-1 accuracy' : 'exaFLOPs of training'}
      >
        {placed(marks, x, y, width).map(({ name, left, top, radius, colour, label, parameters }) => (
          <g key={name} class={`bubble colour-${colour}`}>
            <circle cx={left} cy={top} r={radius} />
            <title>{`${name}: ${quantity(parameters)} parameters`}</title>
            {label !== undefined && (
              <text x={label[0]} y={label[1]}>
                {name}
              </text>
            )}
          </g>
        ))}
      </Plane>
      <details>
        <summary>The numbers</summary>
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">name</th>
              <th scope="col">{isAccuracy ? 'FLOPs of one picture' : 'year'}</th>
              <th scope="col">{isAccuracy ? 'top-1 accuracy' : 'exaFLOPs of training'}</th>
              <th scope="col">parameters</th>
            </tr>
          </thead>
          <tbody>
            {marks.map(({ name, x, y, parameters }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{isAccuracy ? quantity(x) : x}</td>
                <td>{isAccuracy ? `${y} %` : Number(y.toPrecision(3))}</td>
                <td>{quantity(parameters)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  )
}

/** Numbers at 1, 2 and 5 of each power of ten alone; the others are lines without a name. */
const logarithmicTick =
  (text: (value: number) => string) =>
  (value: number): string =>
    /^[125]/.test(value.toExponential()) ? text(value).replace(/\.0+(?= |$)|(\.\d*?)0+(?= |$)/, '$1') : ''
