import { useLayoutEffect, useRef } from 'preact/hooks'
import { sceneSide } from './scene-side.ts'

/** Red, green and blue from 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number]

/** A scene's picture, and over it the colours of a mask's classes. */
export function PictureCanvas({
  picture,
  mask,
  colours,
  label,
}: {
  readonly picture: Float32Array | undefined
  readonly mask?: Uint8Array
  /** Of the classes from 1 on. */
  readonly colours?: readonly Colour[]
  /** What it shows, for who does not see it; nothing where that is told beside it. */
  readonly label?: string
}) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => {
    if (picture === undefined) return
    const pixels = new ImageData(sceneSide, sceneSide)
    for (let i = 0; i < picture.length; i++) {
      const colour = mask !== undefined && mask[i] > 0 ? colours?.[mask[i] - 1] : undefined
      for (let c = 0; c < 3; c++)
        pixels.data[4 * i + c] = 255 * (colour === undefined ? picture[i] : 0.25 * picture[i] + 0.75 * colour[c])
      pixels.data[4 * i + 3] = 255
    }
    canvas.current!.getContext('2d')!.putImageData(pixels, 0, 0)
  }, [picture, mask])
  return (
    <canvas
      ref={canvas}
      class="pixels"
      width={sceneSide}
      height={sceneSide}
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      aria-hidden={label === undefined ? true : undefined}
    />
  )
}
