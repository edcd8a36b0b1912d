/** Pixels as squares on a canvas, with their numbers where those fit. */
import type { ComponentChildren } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { DrawnImage } from './convolve.ts'
import { written } from './number.ts'

/** Numbers are written in squares of at least this many pixels of the screen, and in so many squares at most. */
const [smallestCell, mostNumbers] = [18, 600]

/** The size of letters that let the longest of some texts fit into a square. */
const fitting = (texts: readonly string[], cell: number): number =>
  Math.min(0.46 * cell, (0.92 * cell) / (0.62 * Math.max(1, ...texts.map((text) => text.length))))

/** Whether a pixel, counted row by row, is so light that letters on it are dark. */
export const isLight = ({ pixels }: DrawnImage, index: number): boolean => pixels[4 * index] > 120

function Numbers({ image, cell }: { readonly image: DrawnImage; readonly cell: number }) {
  const { data, width } = image
  if (cell < smallestCell || data.length > mostNumbers) return null
  const texts = Array.from(data, (value) => written(value, 3))
  const size = fitting(texts, cell)
  if (size < 7.5) return null
  return (
    <g class="numbers" font-size={size.toFixed(1)}>
      {texts.map((text, i) => (
        <text
          key={i}
          class={isLight(image, i) ? 'on-light' : 'on-dark'}
          x={((i % width) + 0.5) * cell}
          y={(Math.floor(i / width) + 0.5) * cell}
        >
          {text}
        </text>
      ))}
    </g>
  )
}

export interface PixelsProps {
  readonly image: DrawnImage
  /** Pixels of the screen a side of a square. */
  readonly cell: number
  /** Drawn below the numbers, in pixels of the screen. */
  readonly below?: ComponentChildren
  /** Drawn on top. */
  readonly children?: ComponentChildren
}

export function Pixels({ image, cell, below, children }: PixelsProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { pixels, width, height } = image
  useEffect(() => {
    canvas.current!.getContext('2d')!.putImageData(new ImageData(pixels, width, height), 0, 0)
  }, [pixels, width, height])
  const [across, down] = [width * cell, height * cell]
  // The same element for the same numbers: what is pointed at changes often, and they do not.
  const numbers = useMemo(() => <Numbers image={image} cell={cell} />, [image, cell])
  return (
    <>
      <canvas ref={canvas} width={width} height={height} style={{ width: `${across}px`, height: `${down}px` }} />
      <svg width={across} height={down} viewBox={`0 0 ${across} ${down}`} aria-hidden="true">
        {below}
        {numbers}
        {children}
      </svg>
    </>
  )
}

/** A frame that is seen on black and on white. */
export function Mark({
  x,
  y,
  width,
  height,
}: {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}) {
  // Small ones are drawn a little larger than they are, to be found.
  const grown = Math.max(0, 6 - Math.min(width, height)) / 2
  const place = { x: x - grown, y: y - grown, width: width + 2 * grown, height: height + 2 * grown }
  return (
    <>
      <rect class="halo" {...place} />
      <rect class="mark" {...place} />
    </>
  )
}
