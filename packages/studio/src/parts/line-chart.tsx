import { scaleLinear, scaleLog } from 'd3-scale'
import { margin, Plane } from './plane.tsx'
import { useWidth } from './use-width.ts'

export interface Line {
  readonly name: string
  /** Of the theme: 0 to 7. */
  readonly colour: number
  readonly points: readonly (readonly [x: number, y: number])[]
  readonly dashed?: boolean
}

export interface LineChartProps {
  readonly label: string
  readonly lines: readonly Line[]
  readonly xLabel: string
  readonly yLabel: string
  readonly logarithmic?: boolean
  /** Lowest and highest value of each axis; those of the lines unless given. */
  readonly xDomain?: readonly [number, number]
  readonly yDomain?: readonly [number, number]
  readonly yFormat?: (value: number) => string
  readonly height?: number
}

const extent = (values: readonly number[]): [number, number] => {
  const finite = values.filter(Number.isFinite)
  if (finite.length === 0) return [0, 1]
  const [low, high] = [Math.min(...finite), Math.max(...finite)]
  return low === high ? [low, low === 0 ? 1 : low + Math.abs(low)] : [low, high]
}

/** Curves over one axis, each named at its side of the legend. */
export function LineChart(props: LineChartProps) {
  const { label, lines, xLabel, yLabel, logarithmic, xDomain, yDomain, yFormat, height = 280 } = props
  const [figure, width] = useWidth<HTMLElement>(560)
  const all = lines.flatMap(({ points }) => points)
  const x = scaleLinear(xDomain ?? extent(all.map(([at]) => at)), [margin.left, width - margin.right])
  const range = [height - margin.bottom, margin.top]
  const [low, high] = yDomain ?? extent(all.map(([, value]) => value))
  const y = logarithmic ? scaleLog([Math.max(low, high * 1e-9), high], range) : scaleLinear([low, high], range).nice()
  // Of the many ticks between two powers of ten only some have room for a number.
  const powers = logarithmic ? y.tickFormat(4, '~g') : undefined
  return (
    <figure ref={figure} class="chart">
      <Plane {...{ label, x, y, xLabel, yLabel, width, height, yFormat: yFormat ?? powers }}>
        {lines.map(({ name, colour, points, dashed }) => {
          const shown = points.filter(([, value]) => Number.isFinite(value))
          return (
            <g key={name} class={`colour-${colour}`}>
              <polyline
                class={`curve ${dashed ? 'dashed' : ''}`}
                points={shown.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ')}
              />
              {shown.length === 1 && <circle class="dot" cx={x(shown[0][0])} cy={y(shown[0][1])} r={3} />}
            </g>
          )
        })}
      </Plane>
      <figcaption class="legend">
        {lines.map(({ name, colour, dashed, points }) => (
          <span key={name} class={`colour-${colour}`}>
            <i class={dashed ? 'dashed' : ''} />
            {name}
            {points.length > 0 && <b>{(yFormat ?? ((value: number) => value.toPrecision(3)))(points.at(-1)![1])}</b>}
          </span>
        ))}
      </figcaption>
    </figure>
  )
}
