/** Upright boxes, and how they and points follow a map of the plane. */
import { mapPoint, type PlaneMap, type Point } from './geometry.ts'

/** Continuous coordinates in pixels, as of geometry.ts: one pixel at the top left is { left: 0, top: 0, right: 1, bottom: 1 }. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Where a map takes points. */
export const mapPoints = (map: PlaneMap, points: readonly Point[]): Point[] =>
  points.map((point) => mapPoint(map, point))

/** The smallest upright box around what a map makes of a box. After a rotation it is larger than what the box was drawn around. */
export function mapBox(map: PlaneMap, { left, top, right, bottom }: Box): Box {
  const corners = mapPoints(map, [
    { x: left, y: top },
    { x: right, y: top },
    { x: right, y: bottom },
    { x: left, y: bottom },
  ])
  const across = corners.map(({ x }) => x)
  const down = corners.map(({ y }) => y)
  return { left: Math.min(...across), top: Math.min(...down), right: Math.max(...across), bottom: Math.max(...down) }
}

/** The part of a box within a picture; of one outside, a box without area at the edge. */
export function clipBox({ left, top, right, bottom }: Box, height: number, width: number): Box {
  const within = (value: number, limit: number): number => Math.min(limit, Math.max(0, value))
  return {
    left: within(left, width),
    top: within(top, height),
    right: within(right, width),
    bottom: within(bottom, height),
  }
}

/** In square pixels; 0 for a box whose edges are crossed. */
export const boxArea = ({ left, top, right, bottom }: Box): number =>
  Math.max(0, right - left) * Math.max(0, bottom - top)

/**
 * Index of the box with the largest area, the first of equal ones; -1 where there is none.
 * @param ignored boxes that are left out
 */
export function largestBox(boxes: readonly Box[], ignored: readonly boolean[] = []): number {
  let largest = -1
  for (let i = 0; i < boxes.length; i++)
    if (!ignored[i] && (largest < 0 || boxArea(boxes[i]) > boxArea(boxes[largest]))) largest = i
  return largest
}

/** The area that two boxes share over the area that they cover together, 0 to 1; 0 for boxes without area (Jaccard's index). */
export function intersectionOverUnion(a: Box, b: Box): number {
  const shared = sharedArea(a, b)
  return shared === 0 ? 0 : shared / (boxArea(a) + boxArea(b) - shared)
}

/**
 * Intersection over union less the part of the smallest box around both that neither covers: -1 for boxes far apart to 1 for equal ones
 * (Rezatofighi et al., "Generalized Intersection over Union", 2019, algorithm 1). Where there is no area around both, as of a point and itself, it is 0.
 */
export function generalizedIntersectionOverUnion(a: Box, b: Box): number {
  const width = Math.max(a.right, b.right) - Math.min(a.left, b.left)
  const height = Math.max(a.bottom, b.bottom) - Math.min(a.top, b.top)
  const around = Math.max(0, width) * Math.max(0, height)
  if (around === 0) return 0
  const shared = sharedArea(a, b)
  const covered = boxArea(a) + boxArea(b) - shared
  return (covered === 0 ? 0 : shared / covered) - (around - covered) / around
}

/** Of pairs by the million when boxes are suppressed, and so without a box in between. */
function sharedArea(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left)
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
  return width > 0 && height > 0 ? width * height : 0
}
