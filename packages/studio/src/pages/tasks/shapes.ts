/** The shapes that scenes are made of. */
import { type Dataset, inMemory } from 'gentle-dl/data'

export const shapeNames = ['circle', 'square', 'triangle', 'star'] as const

type Point = readonly [x: number, y: number]

/** Corners at these distances from the middle, in turn, at equal angles, the first above it. */
const around = (count: number, radii: readonly number[]): Point[] =>
  Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count - Math.PI / 2
    const radius = radii[i % radii.length]
    return [radius * Math.cos(angle), radius * Math.sin(angle)]
  })

/** Corners of each shape, of radius 1; a circle has none. */
export const corners: readonly (readonly Point[])[] = [
  [],
  [
    [-0.75, -0.75],
    [0.75, -0.75],
    [0.75, 0.75],
    [-0.75, 0.75],
  ],
  around(3, [1]),
  around(10, [1, 0.45]),
]

/** The radius of the circle. */
export const circleRadius = 0.85

/** The distance from a point to a shape of radius 1 around the origin: below 0 inside (for polygons: Quilez, "2D distance functions"). */
export function distanceTo(shape: number, x: number, y: number): number {
  const points = corners[shape]
  if (points.length === 0) return Math.hypot(x, y) - circleRadius
  let nearest = Number.POSITIVE_INFINITY
  let isInside = false
  for (const [i, [ax, ay]] of points.entries()) {
    const [bx, by] = points[(i + points.length - 1) % points.length]
    const [ex, ey, wx, wy] = [bx - ax, by - ay, x - ax, y - ay]
    const share = Math.min(1, Math.max(0, (wx * ex + wy * ey) / (ex * ex + ey * ey)))
    nearest = Math.min(nearest, Math.hypot(wx - ex * share, wy - ey * share))
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isInside = !isInside
  }
  return isInside ? -nearest : nearest
}

/** Pixels of a side of a shape's picture. */
const side = 28

/** A picture of each shape, white on black, as the library's generator of scenes takes them. */
export function shapePictures(): Dataset {
  const inputs = new Float32Array(shapeNames.length * side * side)
  const radius = side / 2 - 1
  for (const shape of shapeNames.keys())
    for (let row = 0; row < side; row++)
      for (let column = 0; column < side; column++) {
        const [x, y] = [column + 0.5 - side / 2, row + 0.5 - side / 2]
        const distance = radius * distanceTo(shape, x / radius, y / radius)
        inputs[(shape * side + row) * side + column] = Math.min(1, Math.max(0, 0.5 - distance))
      }
  return inMemory({
    name: 'shapes',
    inputs,
    inputShape: [1, side, side],
    targets: Int32Array.from(shapeNames.keys()),
    classes: [...shapeNames],
  })
}
