/** The answer of the network over the plane, and the points. */
import { scaleLinear } from 'd3-scale'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { margin, Plane } from '../../parts/plane.tsx'
import { useWidth } from '../../parts/use-width.ts'
import type { Points } from './data.ts'
import { written } from './numbers.ts'
import { type Palette, paint } from './palette.ts'
import { mapSide } from './training.ts'

export interface AnswerPlaneProps {
  readonly points: Points
  /** The colour of each pixel; undefined where there is no network yet. */
  readonly colourOf: ((pixel: number) => number) | undefined
  readonly palette: Palette
  readonly predictsNumbers: boolean
  /** The example that is looked at, from 0. */
  readonly example: number
  readonly label: string
  /** A press at a place, near to a point that is trained on (its number), or to none (−1). */
  readonly onPress: (x1: number, x2: number, nearest: number) => void
}

const largest = 420

/** Outlines of the classes' marks, within 5 pixels of their middle. */
const marks = [
  'M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0',
  'M-4-4h8v8h-8z',
  'M0-5 5 4H-5z',
  'M0-5.5 5.5 0 0 5.5-5.5 0z',
  'M-1.7-5h3.4v3.3H5v3.4H1.7V5h-3.4V1.7H-5v-3.4h3.3z',
]

const css = (pixel: number): string => `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`

export function AnswerPlane(props: AnswerPlaneProps) {
  const { points, colourOf, palette, predictsNumbers, example, label, onPress } = props
  const [figure, available] = useWidth<HTMLDivElement>(300)
  const canvas = useRef<HTMLCanvasElement>(null)
  const width = Math.min(largest, available)
  const height = width - margin.left - margin.right + margin.top + margin.bottom
  const side = width - margin.left - margin.right
  const { box } = points
  const x = scaleLinear(box.x, [margin.left, width - margin.right])
  const y = scaleLinear(box.y, [height - margin.bottom, margin.top])
  useLayoutEffect(() => paint(canvas.current!, colourOf ?? (() => 0)), [colourOf])
  const mark = ([x1, x2, target]: readonly number[], i: number, validates: boolean) => (
    <path
      key={`${validates},${i}`}
      class={validates ? 'validates' : ''}
      d={marks[predictsNumbers ? 0 : target]}
      transform={`translate(${x(x1).toFixed(1)} ${y(x2).toFixed(1)})${validates ? ' scale(.8)' : ''}`}
      style={{
        [validates ? 'stroke' : 'fill']: predictsNumbers
          ? css(palette.signed[128 + Math.round(127 * Math.max(-1, Math.min(1, target)))])
          : `var(--colour-${target})`,
      }}
    />
  )
  const chosen = points.train[example]
  return (
    <div ref={figure} class="answer">
      <canvas
        ref={canvas}
        width={mapSide}
        height={mapSide}
        style={{ left: `${margin.left}px`, top: `${margin.top}px`, width: `${side}px`, height: `${side}px` }}
      />
      <Plane {...{ label, x, y, width, height, xLabel: 'x₁', yLabel: 'x₂' }}>
        <rect
          class="pressed"
          x={margin.left}
          y={margin.top}
          width={side}
          height={side}
          onPointerDown={(event) => {
            if (event.button !== 0) return
            const svg = event.currentTarget.closest('svg')!
            const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM()!.inverse())
            let nearest = -1
            let best = 12
            points.train.forEach(([x1, x2], i) => {
              const away = Math.hypot(x(x1) - at.x, y(x2) - at.y)
              if (away < best) [best, nearest] = [away, i]
            })
            onPress(x.invert(at.x), y.invert(at.y), nearest)
          }}
        />
        <g class={`marks ${predictsNumbers ? 'numbers' : ''}`}>
          {points.validation.map((point, i) => mark(point, i, true))}
          {points.train.map((point, i) => mark(point, i, false))}
        </g>
        {chosen !== undefined && (
          <circle class="ring" cx={x(chosen[0])} cy={y(chosen[1])} r={10}>
            <title>
              Example {example + 1}: {written(chosen[0])}, {written(chosen[1])}
            </title>
          </circle>
        )}
      </Plane>
    </div>
  )
}
