/** A plane of two inputs, over which a model is asked cell by cell. */
import type { PlaneRange } from 'gentle-dl-plot'
import { extent } from '../data/extent.ts'

/** Cells a side. */
export const cellsASide = 120

/** Examples that are drawn at most. */
export const maxDrawn = 1000

/** Around all points, with some room. */
export function planeAround(points: readonly { readonly x: number; readonly y: number }[]): PlaneRange {
  const around = (values: readonly number[]): [number, number] => {
    const [min, max] = extent(values)
    const room = 0.1 * (max - min || 1)
    return [min - room, max + room]
  }
  const [left, right] = around(points.map(({ x }) => x))
  const [bottom, top] = around(points.map(({ y }) => y))
  return { left, right, bottom, top }
}

/** The inputs at the middles of all cells, row by row from the bottom. */
export function cellsOver({ left, right, bottom, top }: PlaneRange): Float32Array {
  const inputs = new Float32Array(2 * cellsASide ** 2)
  for (let row = 0; row < cellsASide; row++)
    for (let column = 0; column < cellsASide; column++) {
      const at = 2 * (row * cellsASide + column)
      inputs[at] = left + ((column + 0.5) / cellsASide) * (right - left)
      inputs[at + 1] = bottom + ((row + 0.5) / cellsASide) * (top - bottom)
    }
  return inputs
}
