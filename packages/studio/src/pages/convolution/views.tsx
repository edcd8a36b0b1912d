/** The picture with the window that is looked at, and the result with its pixel. */
import type { Signal } from '@preact/signals'
import type { FilterExplanation } from 'gentle-dl/vision'
import { useWidth } from '../../parts/use-width.ts'
import type { Convolved } from './convolve.ts'
import { written } from './number.ts'
import { Mark, Pixels } from './pixels.tsx'

/** Pixels of the screen: the highest picture, the largest square, the gap, and the width from which the two stand side by side. */
const [highest, largestCell, gap, wideEnough] = [390, 46, 28, 540]

/** Squares as large as both fit in. */
function cellFor({ padded, result }: Convolved, available: number): number {
  const isWide = available >= wideEnough
  const across = isWide
    ? (available - gap) / (padded.width + result.width)
    : available / Math.max(padded.width, result.width)
  const cell = Math.min(across, highest / Math.max(padded.height, result.height), largestCell)
  return cell >= 8 ? Math.floor(cell) : cell
}

export interface ViewsProps {
  readonly convolved: Convolved
  /** Of the pixel that is looked at; undefined while there is none. */
  readonly explanation: FilterExplanation | undefined
  /** The pixel that is looked at, row by row from 0; undefined for none. */
  readonly index: number | undefined
  /** What the pointer is on. */
  readonly hovered: Signal<number | undefined>
  /** Looks at a pixel from now on. */
  readonly onSelect: (index: number) => void
}

export function Views({ convolved, explanation, index, hovered, onSelect }: ViewsProps) {
  const [container, available] = useWidth<HTMLDivElement>(760)
  const { padded, result, rows, columns } = convolved
  const cell = cellFor(convolved, available)
  const { width, height } = result
  const [row, column] = index === undefined ? [0, 0] : [Math.floor(index / width), index % width]
  const pixelAt = (event: PointerEvent): number => {
    const box = (event.currentTarget as Element).getBoundingClientRect()
    const place = (at: number, count: number): number => Math.min(count - 1, Math.max(0, Math.floor(at / cell)))
    return place(event.clientY - box.top, height) * width + place(event.clientX - box.left, width)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = index ?? 0
    const targets: Readonly<Record<string, number>> = {
      ArrowLeft: column > 0 ? at - 1 : at,
      ArrowRight: column < width - 1 ? at + 1 : at,
      ArrowUp: row > 0 ? at - width : at,
      ArrowDown: row < height - 1 ? at + width : at,
      Home: 0,
      End: width * height - 1,
    }
    if (!(event.key in targets) || event.ctrlKey || event.altKey || event.metaKey) return
    event.preventDefault()
    hovered.value = undefined
    onSelect(index === undefined ? 0 : targets[event.key])
  }
  const isPadded = padded.width > columns.size || padded.height > rows.size
  return (
    <div ref={container} class={`views ${available >= wideEnough ? 'side-by-side' : ''}`}>
      <figure>
        <figcaption>
          {convolved.picture.title}, {rows.size} × {columns.size}
          {isPadded && `, with padding ${padded.height} × ${padded.width}`}
        </figcaption>
        <div class="pixels" role="img" aria-label={`The picture, ${rows.size} rows and ${columns.size} columns`}>
          <Pixels image={padded} cell={cell}>
            {isPadded && (
              <path
                class="padding"
                d={`M0 0h${padded.width * cell}v${padded.height * cell}h${-padded.width * cell}zM${columns.before * cell} ${rows.before * cell}h${columns.size * cell}v${rows.size * cell}h${-columns.size * cell}z`}
              />
            )}
            {explanation !== undefined && <Window convolved={convolved} explanation={explanation} cell={cell} />}
          </Pixels>
        </div>
      </figure>
      <figure>
        <figcaption>
          Result, {height} × {width}
        </figcaption>
        <div
          class="pixels result"
          role="application"
          aria-label={`The result, ${height} rows and ${width} columns. Arrow keys choose a pixel.`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes the focus, and its own keys
          tabIndex={0}
          onKeyDown={onKeyDown}
          onPointerMove={(event) => {
            if (event.pointerType !== 'touch') hovered.value = pixelAt(event)
          }}
          onPointerLeave={() => {
            hovered.value = undefined
          }}
          onPointerDown={(event) => onSelect(pixelAt(event))}
        >
          <Pixels image={result} cell={cell}>
            {index !== undefined && <Mark x={column * cell} y={row * cell} width={cell} height={cell} />}
          </Pixels>
        </div>
        <p class="unseen" role="status">
          {explanation !== undefined &&
            `Row ${row}, column ${column}: the sum is ${written(explanation.channels[0].sum, 7)}`}
        </p>
      </figure>
    </div>
  )
}

/** Where the weights lie on the picture. */
function Window({
  convolved: { rows, columns },
  explanation,
  cell,
}: {
  readonly convolved: Convolved
  readonly explanation: FilterExplanation
  readonly cell: number
}) {
  const [top, left] = [explanation.rows[0] + rows.before, explanation.columns[0] + columns.before]
  return (
    <>
      {cell >= 9 &&
        explanation.rows.map((row, i) =>
          explanation.columns.map((column, j) => {
            const [x, y] = [(column + columns.before) * cell, (row + rows.before) * cell]
            return (
              <g key={`${i} ${j}`}>
                <rect class="tap" x={x} y={y} width={cell} height={cell} />
                {cell >= 30 && (
                  <text class="weight" x={x + cell - 3} y={y + cell - 4}>
                    ×{written(explanation.weights[i * explanation.columns.length + j], 2)}
                  </text>
                )}
              </g>
            )
          }),
        )}
      <Mark x={left * cell} y={top * cell} width={columns.extent * cell} height={rows.extent * cell} />
    </>
  )
}
