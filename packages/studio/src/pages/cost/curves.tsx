import { LineChart } from '../../parts/line-chart.tsx'
import { quantity } from '../../parts/quantity.ts'
import type { Cost } from './network.ts'
import type { Costs, PointOf } from './session.ts'
import { axes } from './settings.ts'

export interface CurvesProps {
  readonly costs: Costs
  /** Seconds of a step that were measured. */
  readonly measured: readonly PointOf<number>[]
  /** Floating-point operations a second of this machine at its best; undefined until that is known. */
  readonly rate: number | undefined
}

/** Without zeros that tell nothing. */
const short = (text: string): string => text.replace(/\.0+(?= |$)|(\.\d*?)0+(?= |$)/, '$1')

const plain = (value: number): string => Number(value.toPrecision(3)).toLocaleString('en')

const highest = (points: readonly (readonly [number, number])[]): number => Math.max(...points.map(([, y]) => y))

/** What a step of training takes along one setting: operations, memory, time. */
export function Curves({ costs: { curve, axis, settings }, measured, rate }: CurvesProps) {
  const chosen = settings[axis]
  const shared = { xLabel: axes[axis].unit, height: 210, xDomain: [curve[0].at, curve.at(-1)!.at] as const }
  /** A curve, and the chosen setting as a point on it. */
  const counted = (colour: number, of: (cost: Cost) => number) => {
    const points = curve.map(({ at, value }) => [at, of(value)] as const)
    return {
      lines: [
        { name: 'up to', colour, points },
        { name: 'chosen', colour: 4, points: points.filter(([at]) => at === chosen) },
      ],
      yDomain: [0, highest(points)] as const,
    }
  }
  const best = rate === undefined ? [] : curve.map(({ at, value }) => [at, (1000 * value.stepFlops) / rate] as const)
  const times = measured.map(({ at, value }) => [at, 1000 * value] as const)
  return (
    <div class="curves">
      <LineChart
        {...shared}
        {...counted(0, ({ stepFlops }) => stepFlops)}
        label={`FLOPs of a step of training by ${axis}`}
        yLabel="FLOPs of a step"
        yFormat={(value) => short(quantity(value))}
      />
      <LineChart
        {...shared}
        {...counted(2, ({ bytes }) => bytes / 2 ** 20)}
        label={`Memory of a step of training by ${axis}`}
        yLabel="MiB of a step"
        yFormat={plain}
      />
      {best.length > 0 || times.length > 0 ? (
        <LineChart
          {...shared}
          label={`Time of a step of training by ${axis}`}
          yLabel="ms of a step"
          lines={[
            ...(times.length === 0 ? [] : [{ name: 'measured', colour: 1, points: times }]),
            ...(best.length === 0 ? [] : [{ name: 'by FLOPs alone', colour: 6, points: best, dashed: true }]),
          ]}
          yDomain={[0, highest([...times, ...best])]}
          yFormat={plain}
        />
      ) : (
        <p class="unmeasured">Time is not counted but measured: press the button below.</p>
      )}
    </div>
  )
}
