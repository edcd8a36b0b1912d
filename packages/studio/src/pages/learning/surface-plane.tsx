/** The loss over both weights, from above, and the ways of the racers. */
import { scaleLinear } from 'd3-scale'
import { useId, useRef } from 'preact/hooks'
import type { Pixels } from '../../engine/pixels.ts'
import { PixelsCanvas } from '../../parts/pixels-canvas.tsx'
import { margin, Plane } from '../../parts/plane.tsx'
import { useWidth } from '../../parts/use-width.ts'
import type { Place, Problem } from './problems.ts'
import { letters, racerColours } from './racers.tsx'
import type { Run } from './session.ts'

const height = 350

/** Of the drawing, which is smaller on paper. */
const share = (pixels: number, of: number): string => `${(100 * pixels) / of}%`

export interface SurfacePlaneProps {
  readonly problem: Problem
  readonly surface: Pixels | undefined
  /** What the surface is of, for its name. */
  readonly of: string
  readonly runs: readonly Run[]
  readonly step: number
  readonly start: Place
  readonly onStart: (start: Place) => void
}

export function SurfacePlane({ problem, surface, of, runs, step, start, onStart }: SurfacePlaneProps) {
  const [figure, width] = useWidth<HTMLDivElement>(420)
  const drags = useRef(false)
  const clip = useId()
  const { box, weights } = problem
  const x = scaleLinear(box.x, [margin.left, width - margin.right])
  const y = scaleLinear(box.y, [height - margin.bottom, margin.top])
  const [across, down] = [width - margin.left - margin.right, height - margin.top - margin.bottom]
  const within = ([low, high]: readonly [number, number], value: number): number =>
    Math.round(100 * Math.min(high, Math.max(low, value))) / 100
  const moveTo = (at: number, to: number): void => onStart([within(box.x, at), within(box.y, to)])
  const follow = ({ currentTarget, clientX, clientY }: PointerEvent & { readonly currentTarget: SVGElement }): void => {
    const matrix = currentTarget.closest('svg')!.getScreenCTM()!.inverse()
    const at = new DOMPoint(clientX, clientY).matrixTransform(matrix)
    moveTo(x.invert(at.x), y.invert(at.y))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, Place>> = {
      ArrowLeft: [-0.1, 0],
      ArrowRight: [0.1, 0],
      ArrowUp: [0, 0.1],
      ArrowDown: [0, -0.1],
    }
    const move = moves[event.key]
    if (move === undefined) return
    event.preventDefault()
    moveTo(start[0] + move[0], start[1] + move[1])
  }
  return (
    <div ref={figure} class="surface">
      <div
        class="picture"
        style={{
          left: share(margin.left, width),
          top: share(margin.top, height),
          width: share(across, width),
          height: share(down, height),
        }}
      >
        {surface !== undefined && <PixelsCanvas pixels={surface} />}
      </div>
      <Plane
        {...{ x, y, width, height }}
        label={`Loss of ${of} over ${weights.join(' and ')}, with the ways of ${runs.length} optimizers`}
        xLabel={weights[0]}
        yLabel={weights[1]}
      >
        <clipPath id={clip}>
          <rect x={margin.left} y={margin.top} width={across} height={down} />
        </clipPath>
        <rect
          class="pressed"
          x={margin.left}
          y={margin.top}
          width={across}
          height={down}
          onPointerDown={(event) => {
            if (event.button !== 0) return
            event.currentTarget.setPointerCapture(event.pointerId)
            drags.current = true
            follow(event)
          }}
          onPointerMove={(event) => drags.current && follow(event)}
          onPointerUp={() => {
            drags.current = false
          }}
          onPointerCancel={() => {
            drags.current = false
          }}
        />
        <g clip-path={`url(#${clip})`} class="ways">
          {runs.map(({ name, places }) => {
            const line = places
              .slice(0, step + 1)
              .filter((place) => place.every((weight) => Math.abs(weight) < 1e4))
              .map(([first, second]) => `${x(first).toFixed(1)},${y(second).toFixed(1)}`)
              .join(' ')
            return (
              <g key={name} class={`colour-${racerColours[name]}`}>
                <polyline class="halo" points={line} />
                <polyline class="curve" points={line} />
              </g>
            )
          })}
        </g>
        <g
          class="race-start"
          role="button"
          tabindex={0}
          aria-label={`The start, at ${weights[0]} = ${start[0]}, ${weights[1]} = ${start[1]}. Arrow keys move it.`}
          transform={`translate(${x(start[0]).toFixed(1)} ${y(start[1]).toFixed(1)})`}
          onKeyDown={onKeyDown}
        >
          <path d="M-7-7 7 7M7-7-7 7" />
        </g>
        {step > 0 &&
          runs.map(({ name, places }) => {
            const [first, second] = places[Math.min(step, places.length - 1)]
            const isSeen = first >= box.x[0] && first <= box.x[1] && second >= box.y[0] && second <= box.y[1]
            return (
              isSeen && (
                <g
                  key={name}
                  class={`racer-mark colour-${racerColours[name]}`}
                  transform={`translate(${x(first).toFixed(1)} ${y(second).toFixed(1)})`}
                >
                  <circle r={9} />
                  <text text-anchor="middle" dy="0.36em">
                    {letters[name]}
                  </text>
                </g>
              )
            )
          })}
      </Plane>
    </div>
  )
}
