/**
 * Maps of the plane, as 3 x 3 matrices in homogeneous coordinates, row-major. Coordinates are continuous and in pixels: x to the right, y
 * down, and the pixel of row i and column j is the square from (j, i) to (j + 1, i + 1). So a flip takes the edge at x to width - x.
 */

import { ArgumentError } from '../core/errors.ts'
import * as portableMath from '../core/portable-math.ts'

/** The nine numbers of a map: (x, y) goes to (m0 x + m1 y + m2, m3 x + m4 y + m5) / (m6 x + m7 y + m8). */
export type PlaneMap = Float64Array

export interface Point {
  readonly x: number
  readonly y: number
}

function affine(a: number, b: number, c: number, d: number, e: number, f: number): PlaneMap {
  const map = new Float64Array(9)
  map[0] = a
  map[1] = b
  map[2] = c
  map[3] = d
  map[4] = e
  map[5] = f
  map[8] = 1
  return map
}

export const identityMap = (): PlaneMap => affine(1, 0, 0, 0, 1, 0)

/** Moves points by this many pixels. */
export const shiftMap = (right: number, down: number): PlaneMap => affine(1, 0, right, 0, 1, down)

/** Multiplies distances from a fixed point. */
export const zoomMap = (across: number, down: number, fixed: Point): PlaneMap =>
  affine(across, 0, fixed.x * (1 - across), 0, down, fixed.y * (1 - down))

/** Turns anticlockwise, as one sees it, about a fixed point. */
export function rotationMap(degrees: number, fixed: Point): PlaneMap {
  const angle = (degrees * Math.PI) / 180
  // Quarter turns are exact.
  const [cos, sin] =
    degrees % 90 === 0
      ? [Math.round(portableMath.cos(angle)), Math.round(portableMath.sin(angle))]
      : [portableMath.cos(angle), portableMath.sin(angle)]
  const { x, y } = fixed
  return affine(cos, sin, x - cos * x - sin * y, -sin, cos, y + sin * x - cos * y)
}

/** Slants: x grows by `across` times the distance below the fixed point, y by `down` times the distance right of it. */
export const shearMap = (across: number, down: number, fixed: Point): PlaneMap =>
  affine(1, across, -across * fixed.y, down, 1, -down * fixed.x)

/** Left becomes right in a picture of this width. */
export const horizontalFlipMap = (width: number): PlaneMap => affine(-1, 0, width, 0, 1, 0)

/** Top becomes bottom in a picture of this height. */
export const verticalFlipMap = (height: number): PlaneMap => affine(1, 0, 0, 0, -1, height)

/** First `inner`, then `outer`, into `into`, which may be either. */
export function composeMaps(outer: PlaneMap, inner: PlaneMap, into: PlaneMap = new Float64Array(9)): PlaneMap {
  // Number by number: destructuring a typed array runs an iterator, and pictures are augmented by the million.
  const a = inner[0]
  const b = inner[1]
  const c = inner[2]
  const d = inner[3]
  const e = inner[4]
  const f = inner[5]
  const g = inner[6]
  const h = inner[7]
  const i = inner[8]
  for (let row = 0; row < 9; row += 3) {
    const x = outer[row]
    const y = outer[row + 1]
    const w = outer[row + 2]
    into[row] = x * a + y * d + w * g
    into[row + 1] = x * b + y * e + w * h
    into[row + 2] = x * c + y * f + w * i
  }
  return into
}

/**
 * The map that leads back.
 * @throws ArgumentError for a map that crushes the plane to a line.
 */
export function invertMap(map: PlaneMap): PlaneMap {
  const inverse = new Float64Array(9)
  // Cofactors, transposed.
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 3; column++) {
      const [up, down] = [3 * ((column + 1) % 3), 3 * ((column + 2) % 3)]
      const [left, right] = [(row + 1) % 3, (row + 2) % 3]
      inverse[3 * row + column] = map[up + left] * map[down + right] - map[up + right] * map[down + left]
    }
  const determinant = map[0] * inverse[0] + map[1] * inverse[3] + map[2] * inverse[6]
  if (!(Math.abs(determinant) > 1e-12))
    throw new ArgumentError(`invertMap: the map's determinant is ${determinant}; it cannot be inverted`)
  for (let i = 0; i < 9; i++) inverse[i] /= determinant
  return inverse
}

/** Where a map takes a point. */
export function mapPoint(map: PlaneMap, { x, y }: Point): Point {
  const scale = map[6] * x + map[7] * y + map[8]
  return { x: (map[0] * x + map[1] * y + map[2]) / scale, y: (map[3] * x + map[4] * y + map[5]) / scale }
}

/** Whether a map keeps parallels parallel. */
export const isAffine = (map: PlaneMap): boolean => map[6] === 0 && map[7] === 0 && map[8] === 1
