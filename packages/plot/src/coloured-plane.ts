/** A plane in cells of colours, with circles on it: what a model says everywhere, and what is true at the examples. */
import { type Axes, panel } from './axes.ts'
import { short } from './svg.ts'

/** A rectangle of the plane, in the units of the points. */
export interface PlaneRange {
  readonly left: number
  readonly right: number
  readonly bottom: number
  readonly top: number
}

export interface ColouredPlane {
  /** Names of the two axes. */
  readonly inputs: readonly [string, string]
  readonly range: PlaneRange
  /** A value for each cell, row by row from the bottom. */
  readonly cells: ArrayLike<number>
  /** Cells in a row. */
  readonly columns: number
  readonly colourOf: (value: number) => string
  /** Of the cells. */
  readonly opacity?: number
  /** What is drawn over the cells. */
  readonly over: (axes: Axes) => string
}

/** The panel of a plane; cells of one colour side by side are one rectangle. */
export function colouredPlane({ inputs, range, cells, columns, colourOf, opacity, over }: ColouredPlane) {
  const { left, right, bottom, top } = range
  const rows = cells.length / columns
  const [x, y] = [
    { from: left, to: right, label: inputs[0] },
    { from: bottom, to: top, label: inputs[1] },
  ]
  return panel({ title: inputs[1], x, y, height: 340 }, (axes) => {
    const across = (column: number): number => axes.x(left + (column / columns) * (right - left))
    const up = (row: number): number => axes.y(bottom + (row / rows) * (top - bottom))
    const regions: string[] = []
    for (let row = 0; row < rows; row++)
      for (let from = 0, to = 1; from < columns; from = to) {
        const colour = colourOf(cells[row * columns + from])
        for (to = from + 1; to < columns && colourOf(cells[row * columns + to]) === colour; ) to++
        // A little higher than the row, so that no line shows between it and the next.
        regions.push(
          `<rect x="${short(across(from))}" y="${short(up(row + 1))}" width="${short(across(to) - across(from))}" height="${short(up(row) - up(row + 1) + 0.3)}" fill="${colour}"/>`,
        )
      }
    const attributes = opacity === undefined ? '' : `opacity="${opacity}" `
    return `<g ${attributes}shape-rendering="crispEdges">${regions.join('')}</g>${over(axes)}`
  })
}
