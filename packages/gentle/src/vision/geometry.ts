/**
 * Maps of the plane, as 3 x 3 matrices in homogeneous coordinates, row-major. Coordinates are continuous and in pixels: x to the right, y
 * down, and the pixel of row i and column j is the square from (j, i) to (j + 1, i + 1). So a flip takes the edge at x to width - x.
 */
import { ArgumentError } from '../core/errors.ts'

/** The nine numbers of a map: (x, y) goes to (m0 x + m1 y + m2, m3 x + m4 y + m5) / (m6 x + m7 y + m8). */
export type PlaneMap = Float64Array

export interface Point {
  readonly x: number
  readonly y: number
}

const affine = (a: number, b: number, c: number, d: number, e: number, f: number): PlaneMap =>
  Float64Array.of(a, b, c, d, e, f, 0, 0, 1)

export const identityMap = (): PlaneMap => affine(1, 0, 0, 0, 1, 0)

/** Moves points by so many pixels. */
export const shiftMap = (right: number, down: number): PlaneMap => affine(1, 0, right, 0, 1, down)

/** Multiplies distances from a fixed point. */
export const zoomMap = (across: number, down: number, fixed: Point): PlaneMap =>
  affine(across, 0, fixed.x * (1 - across), 0, down, fixed.y * (1 - down))

/** Turns anticlockwise, as one sees it, about a fixed point. */
export function rotationMap(degrees: number, fixed: Point): PlaneMap {
  const angle = (degrees * Math.PI) / 180
  // Quarter turns are exact.
  const [cos, sin] =
    degrees % 90 === 0 ? [Math.round(Math.cos(angle)), Math.round(Math.sin(angle))] : [Math.cos(angle), Math.sin(angle)]
  const { x, y } = fixed
  return affine(cos, sin, x - cos * x - sin * y, -sin, cos, y + sin * x - cos * y)
}

/** Slants: x grows by `across` times the distance below the fixed point, y by `down` times the distance right of it. */
export const shearMap = (across: number, down: number, fixed: Point): PlaneMap =>
  affine(1, across, -across * fixed.y, down, 1, -down * fixed.x)

/** Left becomes right in a picture of this width. */
export const mirrorMap = (width: number): PlaneMap => affine(-1, 0, width, 0, 1, 0)

/** Top becomes bottom in a picture of this height. */
export const upsideDownMap = (height: number): PlaneMap => affine(1, 0, 0, 0, -1, height)

/** First `inner`, then `outer`, into `into`, which may be either. */
export function composeMaps(outer: PlaneMap, inner: PlaneMap, into: PlaneMap = new Float64Array(9)): PlaneMap {
  const [a, b, c, d, e, f, g, h, i] = outer
  const [j, k, l, m, n, o, p, q, r] = inner
  into[0] = a * j + b * m + c * p
  into[1] = a * k + b * n + c * q
  into[2] = a * l + b * o + c * r
  into[3] = d * j + e * m + f * p
  into[4] = d * k + e * n + f * q
  into[5] = d * l + e * o + f * r
  into[6] = g * j + h * m + i * p
  into[7] = g * k + h * n + i * q
  into[8] = g * l + h * o + i * r
  return into
}

/**
 * The map that leads back.
 * @throws ArgumentError for a map that crushes the plane to a line.
 */
export function invertMap(map: PlaneMap): PlaneMap {
  const [a, b, c, d, e, f, g, h, i] = map
  const [A, B, C] = [e * i - f * h, f * g - d * i, d * h - e * g]
  const determinant = a * A + b * B + c * C
  if (!(Math.abs(determinant) > 1e-12))
    throw new ArgumentError(`invertMap: the map's determinant is ${determinant}; nothing leads back from a line`)
  const inverse = [A, c * h - b * i, b * f - c * e, B, a * i - c * g, c * d - a * f, C, b * g - a * h, a * e - b * d]
  return Float64Array.from(inverse, (value) => value / determinant)
}

/** Where a map takes a point. */
export function mapPoint(map: PlaneMap, { x, y }: Point): Point {
  const scale = map[6] * x + map[7] * y + map[8]
  return { x: (map[0] * x + map[1] * y + map[2]) / scale, y: (map[3] * x + map[4] * y + map[5]) / scale }
}

/** Whether a map keeps parallels parallel. */
export const isAffine = (map: PlaneMap): boolean => map[6] === 0 && map[7] === 0 && map[8] === 1
