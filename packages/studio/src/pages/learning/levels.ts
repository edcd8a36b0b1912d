/** A surface as a picture: bands of equal loss, close where it is low. */
import type { Pixels } from '../../engine/pixels.ts'

export interface Levels {
  /** Pixels a side. */
  readonly side: number
  /** 0 (lowest) to 255 of each pixel, rows from above. */
  readonly heights: Uint8Array
}

/** Pixels for one place of the grid. */
const scale = 8

/** Of the range of losses, what is a small difference: below it levels are even, above it logarithmic. */
const small = 1 / 200

/** Between the places of a grid it is interpolated. */
export function levelsOf(losses: Float32Array, grid: number): Levels {
  let [lowest, highest] = [Infinity, -Infinity]
  for (const loss of losses) {
    lowest = Math.min(lowest, loss)
    highest = Math.max(highest, loss)
  }
  const unit = Math.max(1e-12, (highest - lowest) * small)
  const top = Math.log1p(1 / small)
  const side = (grid - 1) * scale + 1
  const heights = new Uint8Array(side * side)
  for (let row = 0; row < side; row++) {
    const above = Math.min(grid - 2, Math.floor(row / scale))
    const down = row / scale - above
    for (let column = 0; column < side; column++) {
      const left = Math.min(grid - 2, Math.floor(column / scale))
      const right = column / scale - left
      const at = above * grid + left
      const upper = losses[at] + right * (losses[at + 1] - losses[at])
      const lower = losses[at + grid] + right * (losses[at + grid + 1] - losses[at + grid])
      const loss = upper + down * (lower - upper)
      heights[row * side + column] = (255 * Math.log1p((loss - lowest) / unit)) / top
    }
  }
  return { side, heights }
}

/** Bands of equal loss. */
const bands = 18

/** Grey that can be seen on light and dark paper, more of it where the loss is high. */
export function bandsOf({ side, heights }: Levels): Pixels {
  const rgba = new Uint8ClampedArray(4 * heights.length)
  const bandAt = (at: number): number => Math.floor((heights[at] * bands) / 256)
  for (let at = 0; at < heights.length; at++) {
    const band = bandAt(at)
    const isInside = at % side < side - 1 && at + side < heights.length
    const isEdge = isInside && (bandAt(at + 1) !== band || bandAt(at + side) !== band)
    rgba[4 * at] = 112
    rgba[4 * at + 1] = 128
    rgba[4 * at + 2] = 150
    rgba[4 * at + 3] = 10 + (170 * band) / bands + (isEdge ? 45 : 0)
  }
  return { width: side, height: side, rgba }
}
