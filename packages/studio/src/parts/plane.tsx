/** A drawing on two axes: charts and planes of points. */
import type { ScaleContinuousNumeric } from 'd3-scale'
import type { ComponentChildren } from 'preact'

export type Scale = ScaleContinuousNumeric<number, number>

export interface PlaneProps {
  /** What it shows, for who does not see it. */
  readonly label: string
  readonly x: Scale
  readonly y: Scale
  readonly xLabel: string
  readonly yLabel: string
  readonly width: number
  readonly height: number
  readonly xFormat?: (value: number) => string
  readonly yFormat?: (value: number) => string
  /** Drawn under the axes' lines. */
  readonly children: ComponentChildren
}

/** Pixels of the drawing that its axes and their words take. */
export const margin = { left: 68, right: 28, top: 12, bottom: 44 } as const

/** The axes of a drawing; `x` and `y` map to its pixels, within `margin`. */
export function Plane({ label, x, y, xLabel, yLabel, width, height, xFormat, yFormat, children }: PlaneProps) {
  const bottom = height - margin.bottom
  const xTicks = x.ticks(Math.max(2, Math.floor(width / 90)))
  const yTicks = y.ticks(Math.max(2, Math.floor(height / 60)))
  const [xText, yText] = [xFormat ?? x.tickFormat(6), yFormat ?? y.tickFormat(6)]
  return (
    <svg class="plane" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="group" aria-label={label}>
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can be focused */}
      <g class="grid" aria-hidden="true">
        {xTicks.map((tick) => (
          <g key={tick}>
            <line x1={x(tick)} x2={x(tick)} y1={margin.top} y2={bottom} />
            <text x={x(tick)} y={bottom + 18} text-anchor="middle">
              {xText(tick)}
            </text>
          </g>
        ))}
        {yTicks.map((tick) => (
          <g key={tick}>
            <line x1={margin.left} x2={width - margin.right} y1={y(tick)} y2={y(tick)} />
            <text x={margin.left - 8} y={y(tick)} dy="0.35em" text-anchor="end">
              {yText(tick)}
            </text>
          </g>
        ))}
        <text class="name" x={(margin.left + width - margin.right) / 2} y={height - 6} text-anchor="middle">
          {xLabel}
        </text>
        <text class="name" transform={`translate(14 ${(margin.top + bottom) / 2}) rotate(-90)`} text-anchor="middle">
          {yLabel}
        </text>
      </g>
      {children}
    </svg>
  )
}
