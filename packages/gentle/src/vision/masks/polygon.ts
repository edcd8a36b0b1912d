/** Outlines to masks, pixel for pixel as COCO does it: cocodataset/cocoapi, maskApi.c, rleFrPoly. */
import { FormatError } from '../../core/errors.ts'

/** Points of the outline are taken on a grid so much finer than the pixels. */
const scale = 5

/** No picture reaches so far, in pixels; a coordinate beyond is an error of the file, and would take very long to walk to. */
const farthest = 1e6

/** Corners in turn: x, y, x, y, ... in pixels, three at least; the last is joined to the first. */
export type Polygon = readonly number[]

/**
 * The union of what polygons enclose, row-major [height, width]: 1 inside, 0 outside. What one polygon encloses twice is outside of it.
 * Corners may lie outside the picture. Several polygons make one object, such as one that something covers in part.
 * @throws FormatError for a polygon of fewer than three corners, or a coordinate that is missing, not finite or beyond a million.
 */
export function fillPolygons(polygons: readonly Polygon[], height: number, width: number): Uint8Array {
  const pixels = new Uint8Array(height * width)
  for (const [i, polygon] of polygons.entries()) {
    const fault = polygonFault(polygon, i)
    if (fault !== undefined) throw new FormatError(fault)
    fillBetween(crossings(polygon, height, width), pixels, height, width)
  }
  return pixels
}

/** What is wrong with a polygon, in words that call it by its number; undefined for one that can be filled. */
export function polygonFault(polygon: Polygon, number: number): string | undefined {
  if (polygon.length < 6 || polygon.length % 2 === 1)
    return `Polygon ${number} has ${polygon.length} numbers; expected an even count, 6 at least: x, y, ...`
  const broken = polygon.findIndex((value) => !(Math.abs(value) <= farthest))
  if (broken < 0) return undefined
  return `Number ${broken} of polygon ${number} is ${polygon[broken]}; expected one up to ${farthest}`
}

/** Where the outline crosses the middles of the columns, as places down the columns from the left to the right, ascending. */
function crossings(polygon: Polygon, height: number, width: number): Uint32Array {
  const corners = Array.from(polygon, (value) => Math.trunc(scale * value + 0.5))
  const places: number[] = []
  let [lastX, lastY] = [corners[0], corners[1]]
  const visit = (x: number, y: number): void => {
    const column = (Math.min(x, lastX) + 0.5) / scale - 0.5
    if (x !== lastX && Number.isInteger(column) && column >= 0 && column < width) {
      const row = (Math.min(y, lastY) + 0.5) / scale - 0.5
      places.push(column * height + Math.ceil(Math.min(height, Math.max(0, row))))
    }
    lastX = x
    lastY = y
  }
  for (let i = 0; i < corners.length; i += 2) {
    const next = (i + 2) % corners.length
    walk(corners[i], corners[i + 1], corners[next], corners[next + 1], visit)
  }
  return Uint32Array.from(places).sort()
}

/** Visits the grid's points from one to another. A line is the same from either end, as it is counted from the left, or from the top if it is steep. */
function walk(x0: number, y0: number, x1: number, y1: number, visit: (x: number, y: number) => void): void {
  const [across, down] = [Math.abs(x1 - x0), Math.abs(y1 - y0)]
  const steps = Math.max(across, down)
  if (steps === 0) return
  const flat = across >= down
  const back = flat ? x0 > x1 : y0 > y1
  const [fromX, fromY, toX, toY] = back ? [x1, y1, x0, y0] : [x0, y0, x1, y1]
  const slope = flat ? (toY - fromY) / across : (toX - fromX) / down
  for (let step = 0; step <= steps; step++) {
    const at = back ? steps - step : step
    if (flat) visit(fromX + at, Math.trunc(fromY + slope * at + 0.5))
    else visit(Math.trunc(fromX + slope * at + 0.5), fromY + at)
  }
}

/** Sets what lies between the first and the second place, the third and the fourth, and so on; the last may stand alone. */
function fillBetween(places: Uint32Array, pixels: Uint8Array, height: number, width: number): void {
  for (let i = 0; i < places.length; i += 2) {
    const end = i + 1 < places.length ? places[i + 1] : height * width
    for (let place = places[i]; place < end; place++) {
      const x = Math.floor(place / height)
      pixels[(place - x * height) * width + x] = 1
    }
  }
}
