/** The examples, those of the batch, and what each racer makes of them. */
import { scaleLinear } from 'd3-scale'
import { useId, useMemo } from 'preact/hooks'
import { margin, Plane } from '../../parts/plane.tsx'
import { useWidth } from '../../parts/use-width.ts'
import type { Columns, Place, Problem } from './problems.ts'
import type { Batch } from './race.ts'
import { racerColours } from './racers.tsx'
import type { Run } from './session.ts'

const height = 350

/** Places across at which a curve is computed. */
const curvePlaces = 60

/** Where the answer is, or where both classes are as likely. */
function curveOf({ inputs, view, answer }: Problem, place: Place): readonly (readonly [number, number])[] {
  if (inputs === 1)
    return Array.from({ length: curvePlaces + 1 }, (_, i) => {
      const at = view.x[0] + (i / curvePlaces) * (view.x[1] - view.x[0])
      return [at, answer(place, [at])]
    })
  // Through the origin, across the weights.
  const length = Math.hypot(...place)
  if (length === 0) return []
  const [right, up] = [(-10 * place[1]) / length, (10 * place[0]) / length]
  return [
    [-right, -up],
    [right, up],
  ]
}

export interface ExamplesPlaneProps {
  readonly problem: Problem
  readonly examples: Columns
  /** That of the step before; none before the first. */
  readonly batch: Batch | undefined
  readonly runs: readonly Run[]
  readonly step: number
}

export function ExamplesPlane({ problem, examples, batch, runs, step }: ExamplesPlaneProps) {
  const [figure, width] = useWidth<HTMLDivElement>(300)
  const clip = useId()
  const { view, inputs } = problem
  const x = scaleLinear(view.x, [margin.left, width - margin.right])
  const y = scaleLinear(view.y, [height - margin.bottom, margin.top])
  const place = (i: number): string => `translate(${x(examples[0][i]).toFixed(1)} ${y(examples[1][i]).toFixed(1)})`
  const marks = useMemo(
    () =>
      Array.from(examples[0], (_, i) => (
        <path
          key={i}
          class={`example ${inputs === 1 ? '' : examples[2][i] === 1 ? 'right' : 'left'}`}
          d={inputs === 2 && examples[2][i] === 1 ? 'M-3-3h6v6h-6z' : 'M-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0'}
          transform={place(i)}
        />
      )),
    [examples, width],
  )
  return (
    <div ref={figure} class="examples">
      <Plane
        {...{ x, y, width, height }}
        label={`${examples[0].length} examples, and what ${runs.length} optimizers have learned of them`}
        xLabel={inputs === 1 ? 'x' : 'x₁'}
        yLabel={inputs === 1 ? 'y' : 'x₂'}
      >
        <clipPath id={clip}>
          <rect
            x={margin.left}
            y={margin.top}
            width={width - margin.left - margin.right}
            height={height - margin.top - margin.bottom}
          />
        </clipPath>
        <g clip-path={`url(#${clip})`}>
          {marks}
          {batch !== undefined &&
            batch.length < examples[0].length &&
            Array.from(batch, (i) => <circle key={i} class="in-batch" r={7} transform={place(i)} />)}
          {runs.map(({ name, places }) => (
            <polyline
              key={name}
              class={`curve colour-${racerColours[name]}`}
              points={curveOf(problem, places[Math.min(step, places.length - 1)])
                .filter(([, value]) => Math.abs(value) < 1e4)
                .map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`)
                .join(' ')}
            />
          ))}
        </g>
      </Plane>
    </div>
  )
}
