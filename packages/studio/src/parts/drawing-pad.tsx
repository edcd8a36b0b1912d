/** Where a digit is drawn, by mouse, pen or finger. */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { penRadius, type StrokePoint } from '../engine/strokes.ts'
import { Icon } from './icon.tsx'

/** Pixels of the canvas; CSS says how large it is. */
const side = 400

/** Hundredths of the side that the pen moves before its place is kept. */
const minDistance = 2

export const maxPoints = 400

function draw(canvas: HTMLCanvasElement, points: readonly StrokePoint[]): void {
  const context = canvas.getContext('2d')!
  context.fillStyle = '#000'
  context.fillRect(0, 0, side, side)
  context.strokeStyle = '#fff'
  context.lineWidth = (2 * penRadius * side) / 100
  context.lineCap = context.lineJoin = 'round'
  context.beginPath()
  for (const [i, [x, y, begins]] of points.entries()) {
    const [at, to] = [(x * side) / 100, (y * side) / 100]
    if (begins === 1 || i === 0) context.moveTo(at, to)
    // A stroke of one point is a dot.
    context.lineTo(at, to)
  }
  context.stroke()
}

export function DrawingPad({
  drawing,
  instead,
}: {
  readonly drawing: Signal<readonly StrokePoint[]>
  /** What to do by keyboard, which draws nothing. */
  readonly instead: string
}) {
  const canvas = useRef<HTMLCanvasElement>(null)
  /** What is drawn before the pen is lifted. */
  const stroke = useSignal<readonly StrokePoint[]>([])
  const points = [...drawing.value, ...stroke.value]
  useEffect(() => draw(canvas.current!, points))
  const isFull = points.length >= maxPoints
  const add = (event: PointerEvent, begins: 0 | 1): void => {
    const box = canvas.current!.getBoundingClientRect()
    const place = (value: number, from: number, length: number): number =>
      Math.round(Math.min(100, Math.max(0, (100 * (value - from)) / length)))
    const [x, y] = [place(event.clientX, box.left, box.width), place(event.clientY, box.top, box.height)]
    const last = stroke.value.at(-1)
    if (begins === 0 && last !== undefined && Math.hypot(x - last[0], y - last[1]) < minDistance) return
    if (drawing.value.length + stroke.value.length < maxPoints) stroke.value = [...stroke.value, [x, y, begins]]
  }
  const lift = (): void => {
    if (stroke.value.length === 0) return
    drawing.value = [...drawing.value, ...stroke.value]
    stroke.value = []
  }
  return (
    <div class="drawing-pad">
      <h2 id="drawing-name">Draw a digit</h2>
      <canvas
        ref={canvas}
        width={side}
        height={side}
        role="img"
        aria-label={points.length === 0 ? `An empty drawing. By keyboard, ${instead}` : 'What you have drawn'}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          stroke.value = []
          add(event, 1)
        }}
        onPointerMove={(event) => {
          if (stroke.value.length > 0) add(event, 0)
        }}
        onPointerUp={lift}
        onPointerCancel={lift}
      />
      <button
        type="button"
        disabled={points.length === 0}
        onClick={() => {
          drawing.value = []
        }}
      >
        <Icon name="remove" /> Clear
      </button>
      {isFull && <p role="status">The drawing is full.</p>}
    </div>
  )
}
