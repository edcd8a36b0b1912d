/** A network as boxes and lines; groups unfold. */
import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { bytesText, quantity, shapeText } from '../../parts/quantity.ts'
import type { Box, Point } from './drawing.ts'
import type { LayerFacts, Seen } from './session.ts'

/** What the bars in the boxes show. */
export const measures = {
  parameters: 'parameters',
  macs: 'multiply-adds',
  memory: 'memory in training',
} as const

export type Measure = keyof typeof measures

const amountOf = ({ parameters, macs, trainingBytes }: LayerFacts, measure: Measure): number =>
  measure === 'parameters' ? parameters : measure === 'macs' ? macs : (trainingBytes ?? 0)

const measureText = (value: number, measure: Measure): string =>
  measure === 'memory' ? bytesText(value) : quantity(value)

export interface GraphViewProps {
  readonly label: string
  readonly seen: Seen
  readonly measure: Measure
  /** Layers that differ from the other network's, by their places. */
  readonly differing: ReadonlySet<number>
  /** The layer that is looked at. */
  readonly chosen: number | undefined
  readonly onChoose: (layer: number) => void
  readonly onFold: (path: string, open: boolean) => void
}

/** A drawing is made smaller to fit into its frame, but not smaller than this share. */
const smallest = 0.75

/** What is drawn: from where to where of the drawing's height. */
interface Band {
  readonly from: number
  readonly to: number
}

/** The drawing's units by which the band moves, so that it is drawn anew seldom. */
const bandStep = 600

/**
 * Of a large drawing that is scrolled, what is seen and as much as a step above and below it is drawn: hundreds of boxes take a quarter of a second.
 * @param scale units of the drawing in a pixel
 */
function bandAround(scrollTop: number, clientHeight: number, scale: number): Band {
  return {
    from: Math.floor((scrollTop * scale) / bandStep - 1) * bandStep,
    to: Math.ceil(((scrollTop + clientHeight) * scale) / bandStep + 1) * bandStep,
  }
}

/** A curve through points that leaves and ends upright. */
function curve(points: readonly Point[]): string {
  return points.reduce((path, [x, y], i) => {
    if (i === 0) return `M${x.toFixed(1)},${y.toFixed(1)}`
    const [fromX, fromY] = points[i - 1]
    const middle = ((fromY + y) / 2).toFixed(1)
    return `${path}C${fromX.toFixed(1)},${middle} ${x.toFixed(1)},${middle} ${x.toFixed(1)},${y.toFixed(1)}`
  }, '')
}

/** The end of a path, where the whole has no room in a box. */
const shortPath = (path: string, letters: number): string =>
  path.length <= letters ? path : `…${path.slice(1 - letters)}`

export function GraphView({ label, seen, measure, differing, chosen, onChoose, onFold }: GraphViewProps) {
  const { drawing, layers } = seen
  const sumOf = ({ layers: within }: Box): number =>
    within.reduce((sum, layer) => sum + amountOf(layers[layer], measure), 0)
  const highest = Math.max(1, ...drawing.boxes.map((box) => (box.kind === 'unfolded' ? 0 : sumOf(box))))
  const frame = useRef<HTMLDivElement>(null)
  // The middle of a drawing that is wider than its frame, where the input is.
  useLayoutEffect(() => {
    const { scrollWidth, clientWidth } = frame.current!
    frame.current!.scrollLeft = (scrollWidth - clientWidth) / 2
  }, [drawing.width])
  const band = useSignal<Band>({ from: 0, to: 2 * bandStep })
  const look = (): void => {
    const { scrollTop, clientHeight, scrollHeight } = frame.current!
    const next = bandAround(scrollTop, clientHeight, drawing.height / scrollHeight)
    if (next.from !== band.peek().from || next.to !== band.peek().to) band.value = next
  }
  useLayoutEffect(look, [drawing])
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    addEventListener('resize', look, { signal })
    // Paper does not scroll.
    const showAll = (): void => {
      band.value = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }
    }
    addEventListener('beforeprint', showAll, { signal })
    addEventListener('afterprint', look, { signal })
    return () => controller.abort()
  }, [drawing])
  const { from, to } = band.value
  const isNear = (top: number, bottom: number): boolean => bottom >= from && top <= to
  return (
    <div class="graph" ref={frame} onScroll={look}>
      <svg
        viewBox={`0 0 ${drawing.width} ${drawing.height}`}
        style={{ maxWidth: `${drawing.width}px`, minWidth: `${smallest * drawing.width}px` }}
        role="group"
        aria-label={label}
      >
        {drawing.boxes
          .filter(({ y, height }) => isNear(y, y + height))
          .map((box) => (
            <BoxView
              key={`${box.kind} ${box.key}`}
              {...{ box, layers, measure, onChoose, onFold }}
              sum={sumOf(box)}
              share={sumOf(box) / highest}
              differences={box.layers.filter((layer) => differing.has(layer)).length}
              isChosen={box.kind === 'layer' && box.layers[0] === chosen}
            />
          ))}
        {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can be focused */}
        <g class="lines" aria-hidden="true">
          {drawing.lines.map((points, i) =>
            isNear(Math.min(...points.map(([, y]) => y)), Math.max(...points.map(([, y]) => y))) ? (
              <path key={i} d={curve(points)} />
            ) : null,
          )}
        </g>
      </svg>
    </div>
  )
}

interface BoxViewProps extends Pick<GraphViewProps, 'measure' | 'onChoose' | 'onFold'> {
  readonly box: Box
  readonly layers: readonly LayerFacts[]
  /** Of the measure, and by the highest of all boxes. */
  readonly sum: number
  readonly share: number
  /** How many layers in it differ from the other network's. */
  readonly differences: number
  readonly isChosen: boolean
}

function BoxView({ box, layers, measure, sum, share, differences, isChosen, onChoose, onFold }: BoxViewProps) {
  const { kind, path, x, y, width, height } = box
  const last = layers[box.layers.at(-1)!]
  const isLayer = kind === 'layer'
  const isJoin = isLayer && last.colour === 'join'
  const count = `${box.layers.length} layers`
  const title = isLayer ? last.title : shortPath(path, differences > 0 ? 17 : 22)
  const differs = differences === 0 ? '' : isLayer ? ', differs' : `, ${differences} differ`
  const act = (): void => (isLayer ? onChoose(box.layers[0]) : onFold(path, kind === 'folded'))
  const name = isLayer
    ? `${title}, ${path || last.type}, gives ${shapeText(last.outputShape)}, ${last.parameters.toLocaleString('en')} parameters${differs}`
    : `${path}, ${count}, gives ${shapeText(last.outputShape)}, ${measureText(sum, measure)} ${measures[measure]}${differs}`
  /** What is pressed lies over the words, which are for the eye alone. */
  const press = (pressedHeight: number) => (
    <rect
      class="press"
      width={width}
      height={pressedHeight}
      rx={6}
      role="button"
      tabindex={0}
      aria-label={name}
      {...(isLayer ? { 'aria-pressed': isChosen } : { 'aria-expanded': kind === 'unfolded' })}
      onClick={act}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return
        event.preventDefault()
        act()
      }}
    />
  )
  const classes = `box ${kind} ${isLayer ? last.colour : ''} ${differences > 0 ? 'differs' : ''} ${isChosen ? 'chosen' : ''}`
  const badge = differences > 0 && (
    <text class="badge" x={width - 8} y={16} text-anchor="end">
      {isLayer ? '≠' : `≠ ${differences}`}
    </text>
  )
  if (kind === 'unfolded')
    return (
      <g class={classes} transform={`translate(${x} ${y})`}>
        <rect class="frame" width={width} height={height} rx={8} />
        {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can be focused */}
        <g aria-hidden="true">
          <rect class="head" width={width} height={28} rx={8} />
          <text x={10} y={19}>
            <tspan class="fold">▾</tspan> {title}
          </text>
          {badge}
        </g>
        {press(28)}
      </g>
    )
  return (
    <g class={classes} transform={`translate(${x} ${y})`}>
      <rect class="frame" width={width} height={height} rx={isJoin ? height / 2 : 6} />
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can be focused */}
      <g aria-hidden="true">
        {isJoin ? (
          <text x={width / 2} y={19} text-anchor="middle">
            {title}
            {differences > 0 && ' ≠'}
          </text>
        ) : (
          <>
            <text x={10} y={17} class="title">
              {kind === 'folded' && <tspan class="fold">▸ </tspan>}
              {title}
            </text>
            <text x={10} y={33} class="small">
              {shapeText(last.outputShape)}
            </text>
            <text x={width - 8} y={33} class="small" text-anchor="end">
              {sum > 0 ? measureText(sum, measure) : kind === 'folded' ? count : ''}
            </text>
            {badge}
            {sum > 0 && (
              <rect class="bar" x={1} y={height - 5} width={Math.max(1, (width - 2) * share)} height={4} rx={2} />
            )}
          </>
        )}
      </g>
      {press(height)}
    </g>
  )
}
