/** The picture with the window that is looked at, and the result with its pixel. */
import type { Signal } from '@preact/signals'
import type { FilterExplanation } from 'gentle-dl/vision'
import { useWidth } from '../../parts/use-width.ts'
import type { Convolved } from './convolve.ts'
import { written } from './number.ts'
import { isLight, Mark, Pixels } from './pixels.tsx'

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
  /** Whether the picture changes by itself: then sums are not read out. */
  readonly isLive: boolean
}

export function Views({ convolved, explanation, index, hovered, onSelect, isLive }: ViewsProps) {
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
          {convolved.picture.title} {rows.size} × {columns.size}
          {isPadded && `, with padding ${padded.height} × ${padded.width}`}
        </figcaption>
        <div class="pixels" role="img" aria-label={`The picture, ${rows.size} rows and ${columns.size} columns`}>
          <Pixels
            image={padded}
            cell={cell}
            below={
              <>
                {isPadded && <Padding convolved={convolved} cell={cell} />}
                {explanation !== undefined && <Taps convolved={convolved} explanation={explanation} cell={cell} />}
              </>
            }
          >
            {explanation !== undefined && <Window convolved={convolved} explanation={explanation} cell={cell} />}
          </Pixels>
        </div>
      </figure>
      <figure>
        <figcaption>
          Result, {height} × {width}, from {written(convolved.min + 0)} to {written(convolved.max + 0)}
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
            !isLive &&
            `Row ${row}, column ${column}: the sum is ${written(explanation.channels[0].sum, 7)}`}
        </p>
      </figure>
    </div>
  )
}

/** The padding, in a colour of its own. */
function Padding({
  convolved: { padded, rows, columns },
  cell,
}: {
  readonly convolved: Convolved
  readonly cell: number
}) {
  const [across, down] = [padded.width * cell, padded.height * cell]
  const [left, top, width, height] = [columns.before, rows.before, columns.size, rows.size].map((side) => side * cell)
  return <path class="padding" d={`M0 0h${across}v${down}h${-across}zM${left} ${top}h${width}v${height}h${-width}z`} />
}

interface WindowProps {
  readonly convolved: Convolved
  readonly explanation: FilterExplanation
  readonly cell: number
}

/** The pixels of the padded picture that weights lie on, and the weights. */
const tapsOf = ({ convolved: { rows, columns }, explanation }: WindowProps) =>
  explanation.rows.flatMap((row, i) =>
    explanation.columns.map((column, j) => ({
      row: row + rows.before,
      column: column + columns.before,
      weight: explanation.weights[i * explanation.columns.length + j],
    })),
  )

/** Squares in pictures are large enough to colour from here on, and to write weights into from there on. */
const [colouredCell, weighedCell] = [9, 30]

function Taps(props: WindowProps) {
  const { cell } = props
  if (cell < colouredCell) return null
  return (
    <>
      {tapsOf(props).map(({ row, column }) => (
        <rect key={`${row} ${column}`} class="tap" x={column * cell} y={row * cell} width={cell} height={cell} />
      ))}
    </>
  )
}

/** The frame of the window, and in large squares the weights. */
function Window(props: WindowProps) {
  const { convolved, explanation, cell } = props
  const { rows, columns, padded } = convolved
  const [top, left] = [explanation.rows[0] + rows.before, explanation.columns[0] + columns.before]
  return (
    <>
      {cell >= weighedCell &&
        tapsOf(props).map(({ row, column, weight }) => (
          <text
            key={`${row} ${column}`}
            class={`weight ${isLight(padded, row * padded.width + column) ? 'on-light' : 'on-dark'}`}
            x={(column + 1) * cell - 3}
            y={(row + 1) * cell - 4}
          >
            ×{written(weight, 2)}
          </text>
        ))}
      <Mark x={left * cell} y={top * cell} width={columns.extent * cell} height={rows.extent * cell} />
    </>
  )
}
