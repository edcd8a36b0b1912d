/**
 * What is drawn, as MNIST has it: "the images were centered in a 28x28 image by computing the center of mass of the pixels", of digits that were "size normalized
 * to fit in a 20x20 pixel box while preserving their aspect ratio" (LeCun, Cortes, Burges, "The MNIST database").
 */
import { type Image, image, resizeImage } from 'gentle-dl/vision'
import { shifted } from './shifted.ts'
import { penRadius, type StrokePoint } from './strokes.ts'

const raster = 100

/** Strokes of a round pen in ink of 0 to 1; places are those of the drawing, with room around it for the pen. */
function inked(points: readonly StrokePoint[]): Image {
  const room = Math.ceil(penRadius) + 1
  const side = raster + 2 * room
  const picture = image(1, side, side)
  for (const [i, [x, y, begins]] of points.entries()) {
    const [fromX, fromY] = begins === 1 || i === 0 ? [x, y] : points[i - 1]
    const [reachX, reachY] = [x - fromX, y - fromY]
    const length = reachX ** 2 + reachY ** 2
    const rows = [Math.min(y, fromY), Math.max(y, fromY) + 2 * room].map(Math.floor)
    const columns = [Math.min(x, fromX), Math.max(x, fromX) + 2 * room].map(Math.floor)
    for (let row = rows[0]; row <= Math.min(side - 1, rows[1]); row++)
      for (let column = columns[0]; column <= Math.min(side - 1, columns[1]); column++) {
        const [toX, toY] = [column + 0.5 - room - fromX, row + 0.5 - room - fromY]
        // The nearest place of the stretch.
        const share = length === 0 ? 0 : Math.min(1, Math.max(0, (toX * reachX + toY * reachY) / length))
        const distance = Math.hypot(toX - share * reachX, toY - share * reachY)
        const ink = Math.min(1, Math.max(0, penRadius + 0.5 - distance))
        const at = row * side + column
        if (ink > picture.data[at]) picture.data[at] = ink
      }
  }
  return picture
}

/** The part of a picture that has ink. */
function cropped({ width, data }: Image): Image {
  const inkAt = [...data.keys()].filter((at) => data[at] > 0)
  const rows = inkAt.map((at) => Math.floor(at / width))
  const columns = inkAt.map((at) => at % width)
  const [top, left] = [Math.min(...rows), Math.min(...columns)]
  const part = image(1, Math.max(...rows) - top + 1, Math.max(...columns) - left + 1)
  for (let row = 0; row < part.height; row++)
    for (let column = 0; column < part.width; column++)
      part.data[row * part.width + column] = data[(top + row) * width + left + column]
  return part
}

/** How far the middle of the ink is from the middle of 28 x 28 pixels, in whole ones. */
function offCentre(picture: Float32Array): { readonly x: number; readonly y: number } {
  let [ink, x, y] = [0, 0, 0]
  for (const [at, value] of picture.entries()) {
    ink += value
    x += value * ((at % 28) + 0.5)
    y += value * (Math.floor(at / 28) + 0.5)
  }
  return { x: Math.round(14 - x / ink), y: Math.round(14 - y / ink) }
}

/** Strokes as a picture of MNIST's, 28 x 28 in [0, 1]: the larger side of what is drawn is 20 pixels, and its centre of mass is in the middle. */
export function drawnDigit(points: readonly StrokePoint[]): Float32Array {
  const part = cropped(inked(points))
  const scale = 20 / Math.max(part.height, part.width)
  const [height, width] = [part.height, part.width].map((side) => Math.max(1, Math.round(side * scale)))
  const small = resizeImage(part, { height, width })
  const picture = new Float32Array(28 * 28)
  const [top, left] = [Math.floor((28 - height) / 2), Math.floor((28 - width) / 2)]
  // Means of ink are rounded, and those of full ink can come out beyond it.
  const ink = small.data.map((value) => Math.min(1, value))
  for (let row = 0; row < height; row++)
    picture.set(ink.subarray(row * width, (row + 1) * width), (top + row) * 28 + left)
  const { x, y } = offCentre(picture)
  return shifted(picture, x, y)
}
