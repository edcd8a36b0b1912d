/** The network: a map for each neuron, its weights as lines. */
import { useLayoutEffect, useRef } from 'preact/hooks'
import { useWidth } from '../../parts/use-width.ts'
import { carriedAround } from './carried.ts'
import { index, written } from './numbers.ts'
import { type Palette, paint } from './palette.ts'
import type { Place } from './place.ts'
import { mapSide, type Snapshot } from './training.ts'

export interface DiagramProps {
  readonly snapshot: Snapshot
  readonly palette: Palette
  readonly selected: Place
  /** What the lines show. */
  readonly lines: 'weights' | 'gradients'
  /** Whether the lines of the selected neuron carry their numbers, where there is room for them. */
  readonly hasNumbers: boolean
  readonly onSelect: (place: Place) => void
}

const margin = 14

/** Pixels between two neurons that the numbers of a line take. */
const numbersWidth = 46

function NeuronMap({ map, palette: { signed } }: { readonly map: Uint8Array; readonly palette: Palette }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => paint(canvas.current!, (i) => signed[map[i]]), [map, signed])
  return <canvas ref={canvas} width={mapSide} height={mapSide} />
}

const brief = (value: number): string => written(Number(value.toPrecision(2)))

/** How far a point is from the line between two others. */
function distance(x: number, y: number, [x1, y1]: readonly number[], [x2, y2]: readonly number[]): number {
  const share = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / ((x2 - x1) ** 2 + (y2 - y1) ** 2)
  const at = Math.max(0, Math.min(1, share))
  return Math.hypot(x - x1 - at * (x2 - x1), y - y1 - at * (y2 - y1))
}

export function Diagram({ snapshot, palette, selected, lines, hasNumbers, onSelect }: DiagramProps) {
  const [figure, width] = useWidth<HTMLDivElement>(480)
  const counts = [2, ...snapshot.layers.map(({ biases }) => biases.length)]
  const most = Math.max(...counts)
  const height = Math.max(300, most * 26 + 2 * margin)
  const gap = (width - 2 * margin) / counts.length
  const size = Math.max(18, Math.min(42, gap - 12, (height - 2 * margin) / most - 4))
  const at = (layer: number, unit: number): readonly [number, number] => [
    margin + gap * (layer + 0.5),
    margin + ((height - 2 * margin) * (unit + 0.5)) / counts[layer],
  ]
  const hasLabels = (height - 2 * margin) / most > size + 16
  const { example } = snapshot
  const values = [example.inputs, ...example.layers.map((layer) => layer.values)]
  const edges = snapshot.layers.flatMap(({ weights }, layer) =>
    weights.flatMap((row, unit) =>
      row.map((weight, from) => ({
        layer: layer + 1,
        unit: unit + 1,
        from: from + 1,
        value: lines === 'weights' ? weight : example.layers[layer].byWeights[unit][from],
        ends: [at(layer, from), at(layer + 1, unit)] as const,
      })),
    ),
  )
  const largest = Math.max(1e-12, ...edges.map(({ value }) => (Number.isFinite(value) ? Math.abs(value) : 0)))
  const isSelected = ({ layer, unit, from }: Place): boolean =>
    layer === selected.layer && unit === selected.unit && from === selected.from
  const press = (event: PointerEvent): void => {
    const svg = event.currentTarget as SVGSVGElement
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM()!.inverse())
    let nearest: Place | undefined
    let best = 8
    for (const edge of edges) {
      const away = distance(x, y, ...edge.ends)
      if (away >= best) continue
      best = away
      nearest = edge
    }
    if (nearest !== undefined) onSelect({ layer: nearest.layer, unit: nearest.unit, from: nearest.from })
  }
  const chosen = edges.find(isSelected)
  const numbers = hasNumbers && gap - size >= numbersWidth ? carriedAround(snapshot, selected) : []
  return (
    <div ref={figure} class="diagram" style={{ height: `${height}px` }}>
      <svg width={width} height={height} aria-hidden="true" onPointerDown={press}>
        {chosen !== undefined && (
          <line
            class="chosen"
            x1={chosen.ends[0][0]}
            y1={chosen.ends[0][1]}
            x2={chosen.ends[1][0]}
            y2={chosen.ends[1][1]}
          />
        )}
        {edges.map(({ value, ends: [[x1, y1], [x2, y2]] }, i) => (
          <line
            key={i}
            class={value < 0 ? 'negative' : 'positive'}
            x1={x1}
            y1={y1}
            x2={x2}
            y2={y2}
            stroke-width={(0.6 + 5 * Math.min(1, Math.abs(value) / largest)).toFixed(1)}
          />
        ))}
        {numbers.map(({ layer, unit, from, forward, backward }) => {
          // Beside the other neuron, where the lines are apart from each other.
          const isIncoming = layer === selected.layer
          const [x, y] = isIncoming ? at(layer - 1, from - 1) : at(layer, unit - 1)
          const side = isIncoming ? 1 : -1
          return (
            <text
              key={`${layer},${unit},${from}`}
              class="carried"
              text-anchor={isIncoming ? 'start' : 'end'}
              transform={`translate(${x + side * (size / 2 + 3)} ${y})`}
            >
              <tspan class="forward" x={0} y={-3}>
                {brief(forward)} →
              </tspan>
              <tspan class="back" x={0} y={10}>
                ← {brief(backward)}
              </tspan>
            </text>
          )
        })}
        {hasLabels &&
          counts.flatMap((count, layer) =>
            Array.from({ length: count }, (_, unit) => {
              const [x, y] = at(layer, unit)
              return (
                <text key={`${layer},${unit}`} x={x} y={y + size / 2 + 13} text-anchor="middle">
                  {written(Number(values[layer][unit].toPrecision(3)))}
                </text>
              )
            }),
          )}
      </svg>
      {[0, 1].map((unit) => {
        const [x, y] = at(0, unit)
        return (
          <span
            key={unit}
            class="input"
            style={{ left: `${x - size / 2}px`, top: `${y - size / 2}px`, width: `${size}px`, height: `${size}px` }}
          >
            x{index(unit + 1)}
          </span>
        )
      })}
      {snapshot.maps.flatMap((maps, layer) =>
        maps.map((map, unit) => {
          const [x, y] = at(layer + 1, unit)
          const name =
            layer === snapshot.maps.length - 1 ? `Output ${unit + 1}` : `Layer ${layer + 1}, neuron ${unit + 1}`
          return (
            <button
              key={`${layer},${unit}`}
              type="button"
              class="neuron"
              aria-pressed={selected.layer === layer + 1 && selected.unit === unit + 1}
              aria-label={`${name}, ${written(example.layers[layer].values[unit])} on the example`}
              title={name}
              style={{ left: `${x - size / 2}px`, top: `${y - size / 2}px`, width: `${size}px`, height: `${size}px` }}
              onClick={() => onSelect({ layer: layer + 1, unit: unit + 1, from: 1 })}
            >
              <NeuronMap map={map} palette={palette} />
            </button>
          )
        }),
      )}
    </div>
  )
}
