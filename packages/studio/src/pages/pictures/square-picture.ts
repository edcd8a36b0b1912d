/** Pictures of any size as the page keeps them: the middle square, small, in colour; decoded by the browser, in a worker. */
import { decodedPicture } from '../../engine/decoded-picture.ts'
import { keptBytes, type Pixels } from './session.ts'
import { keptSide } from './settings.ts'

/**
 * The middle of a picture, transparency over white.
 * @param source a file, or what a webcam shows; that is closed
 * @throws PictureError for a file that is too large, or that the browser cannot decode.
 */
export async function squarePicture(source: Blob | ImageBitmap, name: string): Promise<Pixels> {
  const bitmap = source instanceof ImageBitmap ? source : await decodedPicture(source, name)
  try {
    const { width, height } = bitmap
    const side = Math.min(width, height)
    const context = new OffscreenCanvas(keptSide, keptSide).getContext('2d', { willReadFrequently: true })!
    context.fillStyle = 'white'
    context.fillRect(0, 0, keptSide, keptSide)
    context.imageSmoothingQuality = 'high'
    context.drawImage(bitmap, (width - side) / 2, (height - side) / 2, side, side, 0, 0, keptSide, keptSide)
    return planes(context.getImageData(0, 0, keptSide, keptSide).data)
  } finally {
    bitmap.close()
  }
}

const pixels = keptSide * keptSide

/** Red, green, blue and opacity of each pixel as three planes. */
export function planes(rgba: Uint8ClampedArray): Pixels {
  const kept = new Uint8Array(keptBytes)
  for (let i = 0; i < pixels; i++) for (let c = 0; c < 3; c++) kept[c * pixels + i] = rgba[4 * i + c]
  return kept
}

/** The other way: as a canvas takes them. */
export function rgbaOf(kept: Pixels): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(4 * pixels).fill(255)
  for (let i = 0; i < pixels; i++) for (let c = 0; c < 3; c++) rgba[4 * i + c] = kept[c * pixels + i]
  return rgba
}

/** A kept picture as a PNG file, in which its numbers are the same. */
export function pngOf(kept: Pixels): Promise<Blob> {
  const canvas = new OffscreenCanvas(keptSide, keptSide)
  canvas.getContext('2d')!.putImageData(new ImageData(rgbaOf(kept), keptSide, keptSide), 0, 0)
  return canvas.convertToBlob({ type: 'image/png' })
}
