import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Pixels } from '../engine/pixels.ts'

/** A picture that a worker made, as it is. */
export function PixelsCanvas({
  pixels,
  label,
  className = '',
}: {
  readonly pixels: Pixels
  /** What it shows, for who does not see it; nothing where that is told beside it. */
  readonly label?: string
  readonly className?: string
}) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { width, height, rgba } = pixels
  useLayoutEffect(() => {
    canvas.current!.getContext('2d')!.putImageData(new ImageData(rgba, width, height), 0, 0)
  }, [pixels])
  return (
    <canvas
      ref={canvas}
      class={`pixels ${className}`}
      width={width}
      height={height}
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      aria-hidden={label === undefined ? true : undefined}
    />
  )
}
