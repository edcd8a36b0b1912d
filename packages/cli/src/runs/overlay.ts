/** Curves over each other in the letters of a terminal. */

/** A curve by the letter that draws it. */
export interface LetteredCurve {
  readonly letter: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Where two letters fall onto each other. */
const several = '*'

/**
 * Curves as letters, with the numbers of the axis at their left; of points that share a column the mean is drawn. None where no point is a number.
 * @param columns letters of a line in all, and `rows` lines
 */
export function overlay(
  curves: readonly LetteredCurve[],
  { columns, rows, format }: { columns: number; rows: number; format: (value: number) => string },
): string[] {
  const told = curves.flatMap(({ letter, points }) => {
    const finite = points.filter(([, y]) => Number.isFinite(y))
    return finite.length === 0 ? [] : [{ letter, points: finite }]
  })
  if (told.length === 0) return []
  const [xs, ys] = [0, 1].map((axis) => told.flatMap(({ points }) => points.map((point) => point[axis])))
  const [left, right] = [Math.min(...xs), Math.max(...xs)]
  const [low, high] = [Math.min(...ys), Math.max(...ys)]
  const [top, bottom] = [format(high), format(low)]
  const margin = Math.max(top.length, bottom.length)
  const width = columns - margin - 3
  const grid = Array.from({ length: rows }, () => Array.from({ length: width }, () => ' '))
  for (const { letter, points } of told) {
    const inColumn = new Map<number, number[]>()
    for (const [x, y] of points) {
      const at = right > left ? Math.round(((x - left) / (right - left)) * (width - 1)) : 0
      inColumn.set(at, [...(inColumn.get(at) ?? []), y])
    }
    for (const [at, values] of inColumn) {
      const row = high > low ? Math.round(((high - meanOf(values)) / (high - low)) * (rows - 1)) : Math.floor(rows / 2)
      grid[row][at] = [' ', letter[0]].includes(grid[row][at]) ? letter[0] : several
    }
  }
  const label = (row: number): string => (row === 0 ? top : row === rows - 1 ? bottom : '')
  const ends = `${left}`.padEnd(Math.max(0, width - `${right}`.length)) + (right > left ? right : '')
  return [
    ...grid.map((cells, row) => `${label(row).padStart(margin)} ┤ ${cells.join('')}`.trimEnd()),
    `${' '.repeat(margin + 3)}${ends}`,
  ]
}
