import { useLayoutEffect, useRef } from 'preact/hooks'
import { keptSide } from './settings.ts'

/** How a picture looks: red, green, blue and opacity. */
export type LookPixels = Uint8ClampedArray<ArrayBuffer>

/** A picture as the page keeps it. What it is, is told beside it. */
export function Look({ pixels }: { readonly pixels: LookPixels | undefined }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => {
    if (pixels === undefined) return
    canvas.current!.getContext('2d')!.putImageData(new ImageData(pixels, keptSide, keptSide), 0, 0)
  }, [pixels])
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: it cannot be focused
  return <canvas ref={canvas} class="look" width={keptSide} height={keptSide} aria-hidden="true" />
}

let scratch: CanvasRenderingContext2D | undefined

/** The middle of what a webcam shows, before it is kept or tested: that is done in the worker. */
export function lookOf(frame: ImageBitmap): LookPixels {
  const { width, height } = frame
  const side = Math.min(width, height)
  if (scratch === undefined) {
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = keptSide
    scratch = canvas.getContext('2d', { willReadFrequently: true })!
  }
  scratch.drawImage(frame, (width - side) / 2, (height - side) / 2, side, side, 0, 0, keptSide, keptSide)
  return scratch.getImageData(0, 0, keptSide, keptSide).data as LookPixels
}
