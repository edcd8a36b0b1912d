import { ignoredPixel } from './annotated-set.ts'

/** An object's pixels, row-major, not 0 inside. */
export interface PaintedObject {
  readonly pixels: Uint8Array
  /** The mask's class that it gets; that of pixels that are ignored lies below all others. */
  readonly value: number
}

/** A mask of these objects before a background of 0: larger ones first, so that what is small stays to be seen. */
export function paintedMask(objects: readonly PaintedObject[], pixels: number): Uint8Array {
  const mask = new Uint8Array(pixels)
  const sized = objects.map((object) => ({
    ...object,
    area: object.value === ignoredPixel ? Infinity : object.pixels.reduce((sum, inside) => sum + Math.sign(inside), 0),
  }))
  for (const { pixels: inside, value } of sized.sort((a, b) => (a.area < b.area ? 1 : a.area > b.area ? -1 : 0)))
    for (let i = 0; i < pixels; i++) if (inside[i] !== 0) mask[i] = value
  return mask
}
