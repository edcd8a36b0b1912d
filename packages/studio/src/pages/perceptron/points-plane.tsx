/** Points that are dragged, and the line of a neuron between them. */
import type { Signal } from '@preact/signals'
import { scaleLinear } from 'd3-scale'
import { useRef } from 'preact/hooks'
import { margin, Plane } from '../../parts/plane.tsx'
import { useWidth } from '../../parts/use-width.ts'
import { type Box, halfPlane, lineWithin } from './half-plane.ts'
import type { Point } from './trace.ts'

/** What of the plane is seen, in both directions. */
export const [lowest, highest] = [-0.5, 1.5]

const box: Box = { left: lowest, right: highest, low: lowest, high: highest }

/** Pixels a side, at most. */
const largest = 520

const clamp = (value: number): number => Math.min(highest, Math.max(lowest, Math.round(value * 100) / 100))

export interface PointsPlaneProps {
  readonly points: Signal<readonly Point[]>
  /** w₁, w₂, b of the line that is shown. */
  readonly weights: readonly [number, number, number]
  /** The point that the shown step looks at. */
  readonly current: number | undefined
  /** The class of points that are added by pressing the plane. */
  readonly added: number
  readonly maxPoints: number
}

const signed = (value: number): string => value.toFixed(2).replace('-', '−')

export function PointsPlane({ points, weights, current, added, maxPoints }: PointsPlaneProps) {
  const [figure, available] = useWidth<HTMLDivElement>(largest)
  const side = Math.min(largest, available)
  const [width, height] = [side, side - margin.left - margin.right + margin.top + margin.bottom]
  const x = scaleLinear([lowest, highest], [margin.left, width - margin.right])
  const y = scaleLinear([lowest, highest], [height - margin.bottom, margin.top])
  const dragged = useRef<{ readonly index: number; moved: boolean } | undefined>(undefined)
  const place = (event: PointerEvent): [number, number] => {
    const svg = (event.currentTarget as Element).closest('svg')!
    const { x: at, y: to } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM()!.inverse())
    return [clamp(x.invert(at)), clamp(y.invert(to))]
  }
  const change = (index: number, point: Point | undefined): void => {
    points.value = points.value.flatMap((each, i) => (i !== index ? [each] : point === undefined ? [] : [point]))
  }
  const onKeyDown = (event: KeyboardEvent, index: number): void => {
    const [x1, x2, target] = points.value[index]
    const step = event.shiftKey ? 0.1 : 0.02
    const moves: Record<string, readonly [number, number]> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, step],
      ArrowDown: [0, -step],
    }
    if (event.key in moves) change(index, [clamp(x1 + moves[event.key][0]), clamp(x2 + moves[event.key][1]), target])
    else if (event.key === 'Delete' || event.key === 'Backspace') change(index, undefined)
    else if (event.key === 'Enter' || event.key === ' ') change(index, [x1, x2, 1 - target])
    else return
    event.preventDefault()
  }
  const yes = halfPlane(weights, box)
  const line = lineWithin(weights, box)
  const isBlank = weights.every((value) => value === 0)
  return (
    <div ref={figure} class="points-plane">
      <Plane
        label={`${points.value.length} points and the neuron's line`}
        {...{ x, y, width, height, xLabel: 'x₁', yLabel: 'x₂' }}
      >
        <rect
          class="no-side"
          x={margin.left}
          y={margin.top}
          width={width - margin.left - margin.right}
          height={height - margin.top - margin.bottom}
          onPointerDown={(event) => {
            if (event.button !== 0 || points.value.length >= maxPoints) return
            points.value = [...points.value, [...place(event), added]]
          }}
        />
        {yes.length > 0 && (
          <polygon
            class="yes-side"
            points={yes.map(([at, to]) => `${x(at).toFixed(1)},${y(to).toFixed(1)}`).join(' ')}
          />
        )}
        {line !== undefined && (
          <line class="boundary" x1={x(line[0][0])} y1={y(line[0][1])} x2={x(line[1][0])} y2={y(line[1][1])} />
        )}
        {points.value.map(([x1, x2, target], index) => (
          <g
            key={index}
            class={`point class-${target} ${index === current ? 'current' : ''}`}
            transform={`translate(${x(x1).toFixed(1)} ${y(x2).toFixed(1)})`}
            role="button"
            tabindex={0}
            aria-label={`Point ${index + 1}, class ${target === 1 ? 'yes' : 'no'}, at ${signed(x1)}, ${signed(x2)}. Arrow keys move it, Enter changes its class, Delete removes it.`}
            onKeyDown={(event) => onKeyDown(event, index)}
            onPointerDown={(event) => {
              if (event.button !== 0) return
              event.currentTarget.setPointerCapture(event.pointerId)
              dragged.current = { index, moved: false }
            }}
            onPointerMove={(event) => {
              if (dragged.current?.index !== index) return
              const [at, to] = place(event)
              if (!dragged.current.moved && Math.hypot(at - x1, to - x2) < 0.03) return
              dragged.current.moved = true
              change(index, [at, to, target])
            }}
            onPointerUp={() => {
              if (dragged.current?.moved === false) change(index, [x1, x2, 1 - target])
              dragged.current = undefined
            }}
            onPointerCancel={() => {
              dragged.current = undefined
            }}
          >
            <circle class="reach" r={18} />
            {index === current && <circle class="ring" r={15} />}
            {target === 1 ? <circle class="mark" r={8} /> : <rect class="mark" x={-7} y={-7} width={14} height={14} />}
          </g>
        ))}
      </Plane>
      <p class="hint" role="status">
        {isBlank
          ? 'With weights of 0 the sum is 0 everywhere: the neuron says yes to all points.'
          : line === undefined
            ? `The line lies outside of the drawing: the neuron says ${yes.length > 0 ? 'yes' : 'no'} to all of it.`
            : ''}
      </p>
    </div>
  )
}
