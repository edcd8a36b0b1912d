/** The scene, whose shapes are placed by pointer or keyboard. */
import type { Signal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { PictureCanvas } from './picture-canvas.tsx'
import { radiusShare, type SceneObject } from './scene.ts'
import { sceneSide } from './scene-side.ts'
import { largest, maxObjects, smallest } from './settings.ts'
import { circleRadius, corners, shapeNames } from './shapes.ts'

export interface SceneEditorProps {
  readonly objects: Signal<readonly (readonly number[])[]>
  /** The same, brought to where shapes can be. */
  readonly shown: readonly (readonly number[])[]
  readonly selected: Signal<number>
  /** The shape that a press on the ground adds. */
  readonly adding: Signal<(typeof shapeNames)[number]>
  readonly picture: Float32Array | undefined
}

export const objectOf = ([shape, x, y, size, turn]: readonly number[]): SceneObject => ({ shape, x, y, size, turn })

const rowOf = ({ shape, x, y, size, turn }: SceneObject): readonly number[] => [shape, x, y, size, turn]

const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** With another object at a place; without one where it is undefined. */
export const changed = (
  rows: readonly (readonly number[])[],
  at: number,
  change: Partial<SceneObject> | undefined,
): readonly (readonly number[])[] =>
  change === undefined
    ? rows.filter((_, i) => i !== at)
    : rows.map((row, i) => (i === at ? rowOf({ ...objectOf(row), ...change }) : row))

/** What keys do with a shape. */
function keyed(key: string, { shape, x, y, size, turn }: SceneObject): Partial<SceneObject> | undefined {
  switch (key) {
    case 'ArrowLeft':
      return { x: within(x - 1, 0, sceneSide) }
    case 'ArrowRight':
      return { x: within(x + 1, 0, sceneSide) }
    case 'ArrowUp':
      return { y: within(y - 1, 0, sceneSide) }
    case 'ArrowDown':
      return { y: within(y + 1, 0, sceneSide) }
    case '+':
      return { size: within(size + 1, smallest, largest) }
    case '-':
      return { size: within(size - 1, smallest, largest) }
    case '.':
      return { turn: (turn + 15) % 360 }
    case ',':
      return { turn: (turn + 345) % 360 }
    case 'Enter':
      return { shape: (shape + 1) % shapeNames.length }
    default:
      return undefined
  }
}

export function SceneEditor({ objects, shown, selected, adding, picture }: SceneEditorProps) {
  const drawing = useRef<SVGSVGElement>(null)
  const dragged = useRef<number | undefined>(undefined)
  const placeOf = (event: PointerEvent): { readonly x: number; readonly y: number } => {
    const box = drawing.current!.getBoundingClientRect()
    const along = (at: number, from: number, length: number): number =>
      within(Math.round((sceneSide * (at - from)) / length), 0, sceneSide)
    return { x: along(event.clientX, box.left, box.width), y: along(event.clientY, box.top, box.height) }
  }
  return (
    <div class="scene-picture">
      <PictureCanvas picture={picture} />
      <svg
        ref={drawing}
        viewBox={`0 0 ${sceneSide} ${sceneSide}`}
        role="group"
        aria-label={`Your scene of ${shown.length} shapes. Press to add a ${adding.value}.`}
        onPointerDown={(event) => {
          if (event.button !== 0 || event.target !== event.currentTarget || shown.length >= maxObjects) return
          const { x, y } = placeOf(event)
          selected.value = shown.length
          objects.value = [...shown, [shapeNames.indexOf(adding.value), x, y, 22, 0]]
        }}
        onPointerMove={(event) => {
          if (dragged.current === undefined) return
          objects.value = changed(shown, dragged.current, placeOf(event))
        }}
        onPointerUp={() => {
          dragged.current = undefined
        }}
        onPointerCancel={() => {
          dragged.current = undefined
        }}
      >
        {shown.map((row, i) => {
          const object = objectOf(row)
          const { shape, x, y, size, turn } = object
          return (
            <g
              key={i}
              class={`shape ${selected.value === i ? 'selected' : ''}`}
              role="button"
              tabindex={0}
              aria-label={`${shapeNames[shape]} ${i + 1} at ${x}, ${y}, of ${size} pixels, turned by ${turn} degrees`}
              transform={`translate(${x} ${y}) rotate(${turn}) scale(${radiusShare * size})`}
              onFocus={() => {
                selected.value = i
              }}
              onPointerDown={(event) => {
                if (event.button !== 0) return
                event.stopPropagation()
                drawing.current!.setPointerCapture(event.pointerId)
                dragged.current = i
                selected.value = i
              }}
              onKeyDown={(event) => {
                if (event.ctrlKey || event.altKey || event.metaKey) return
                if (event.key === 'Delete' || event.key === 'Backspace') {
                  event.preventDefault()
                  objects.value = changed(shown, i, undefined)
                  return
                }
                const change = keyed(event.key, object)
                if (change === undefined) return
                event.preventDefault()
                objects.value = changed(shown, i, change)
              }}
            >
              {corners[shape].length === 0 ? (
                <circle r={circleRadius} />
              ) : (
                <polygon points={corners[shape].map(([cx, cy]) => `${cx},${cy}`).join(' ')} />
              )}
            </g>
          )
        })}
      </svg>
    </div>
  )
}
