/** Pictures seen at a slant: the map of the plane that four points and their images determine. */
import { ArgumentError } from '../core/errors.ts'
import type { Random } from '../core/random.ts'
import { composeMaps, type PlaneMap, type Point, shiftMap } from './geometry.ts'

/** Top left, top right, bottom right, bottom left. */
export type Corners = readonly [Point, Point, Point, Point]

/**
 * The map that takes each end point back to its start point, which is what a warp asks for: torchvision's _get_perspective_coeffs. Its last number is
 * 1, or where the place (0, 0) is behind the horizon of what the end points show, below 0, so that the end points are always in sight.
 * @throws ArgumentError when no such map exists, because three points are on a line or two in one place.
 */
export function perspectiveCoefficients(startPoints: Corners, endPoints: Corners): PlaneMap {
  // With the first end point as the origin: that place is in sight.
  const origin = endPoints[0]
  const rows = endPoints.flatMap((end, i) => {
    const start = startPoints[i]
    const [x, y] = [end.x - origin.x, end.y - origin.y]
    return [
      [x, y, 1, 0, 0, 0, -start.x * x, -start.x * y, start.x],
      [0, 0, 0, x, y, 1, -start.y * x, -start.y * y, start.y],
    ]
  })
  const map = composeMaps(Float64Array.of(...solve(rows), 1), shiftMap(-origin.x, -origin.y))
  const last = map[8]
  return last > 0 ? map.map((value) => value / last) : map
}

/** Gauss-Jordan elimination with partial pivoting; each row ends with its right-hand side. */
function solve(rows: number[][]): number[] {
  const largest = Math.max(...rows.flat().map(Math.abs))
  for (let column = 0; column < rows.length; column++) {
    let pivot = column
    for (let i = column + 1; i < rows.length; i++)
      if (Math.abs(rows[i][column]) > Math.abs(rows[pivot][column])) pivot = i
    if (!(Math.abs(rows[pivot][column]) > 1e-12 * largest))
      throw new ArgumentError(
        'perspectiveCoefficients: three of the points are on a line; expected the corners of a quadrangle',
      )
    const row = rows[pivot]
    rows[pivot] = rows[column]
    rows[column] = row.map((value) => value / row[column])
    for (const [i, other] of rows.entries())
      if (i !== column) rows[i] = other.map((value, k) => value - other[column] * rows[column][k])
  }
  return rows.map((row) => row[rows.length])
}

/** Whether one turns right at every corner, so that no picture is folded or seen from behind. */
const isConvex = (corners: Corners): boolean =>
  corners.every((b, i) => {
    const [a, c] = [corners[(i + 3) % 4], corners[(i + 1) % 4]]
    return (b.x - a.x) * (c.y - b.y) > (b.y - a.y) * (c.x - b.x)
  })

/**
 * A picture's corners, and where a random perspective takes them: each inwards by whole pixels, up to `distortion` of half the height and
 * width, as torchvision's RandomPerspective draws them. Near a distortion of 1 that may fold the picture: then corners are drawn again, and after
 * ten such draws they stay.
 * @param distortion 0 to 1
 */
export function randomCorners(
  distortion: number,
  random: Random,
  height: number,
  width: number,
): { readonly startPoints: Corners; readonly endPoints: Corners } {
  const across = Math.floor(distortion * Math.floor(width / 2)) + 1
  const down = Math.floor(distortion * Math.floor(height / 2)) + 1
  const [right, bottom] = [width - 1, height - 1]
  const startPoints: Corners = [
    { x: 0, y: 0 },
    { x: right, y: 0 },
    { x: right, y: bottom },
    { x: 0, y: bottom },
  ]
  const inwards = ({ x, y }: Point): Point => ({
    x: x === 0 ? random.integer(across) : x - random.integer(across),
    y: y === 0 ? random.integer(down) : y - random.integer(down),
  })
  for (let attempt = 0; attempt < 10; attempt++) {
    const [a, b, c, d] = startPoints
    const endPoints: Corners = [inwards(a), inwards(b), inwards(c), inwards(d)]
    if (isConvex(endPoints)) return { startPoints, endPoints }
  }
  return { startPoints, endPoints: startPoints }
}
