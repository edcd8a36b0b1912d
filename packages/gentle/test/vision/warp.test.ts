import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import {
  composeMaps,
  horizontalFlipMap,
  identityMap,
  invertMap,
  mapPoint,
  type PlaneMap,
  rotationMap,
  shearMap,
  shiftMap,
  verticalFlipMap,
  zoomMap,
} from '../../src/vision/geometry.ts'
import { perspectiveCoefficients } from '../../src/vision/perspective.ts'
import { Warp } from '../../src/vision/warp.ts'

const golden = JSON.parse(readFileSync(new URL('../goldens/geometry.json', import.meta.url), 'utf8'))
const { height, width } = golden
const picture = Float32Array.from(golden.picture as number[])
const middle = { x: width / 2, y: height / 2 }

const furthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])))

function warped(back: PlaneMap, displacements?: Float32Array): Float32Array {
  const result = new Float32Array(picture.length)
  new Warp(3, height, width).bilinear(picture, result, back, 0, displacements)
  return result
}

describe('a warp agrees with torchvision', () => {
  test.each(golden.affine as { angle: number; shift: number[]; scale: number; shear: number[]; result: number[] }[])(
    'for an affine map: angle $angle, shift $shift, scale $scale, shear $shear',
    ({ angle, shift, scale, shear, result }) => {
      // torchvision shears and enlarges, then turns clockwise about the middle, then moves.
      const slanted = shearMap(-Math.tan((shear[0] * Math.PI) / 180), 0, middle)
      const forth = [zoomMap(scale, scale, middle), rotationMap(-angle, middle), shiftMap(shift[0], shift[1])].reduce(
        (inner, outer) => composeMaps(outer, inner),
        slanted,
      )
      expect(furthest(warped(invertMap(forth)), result)).toBeLessThan(2e-5)
    },
  )

  test.each(golden.perspective as { end: number[][]; result: number[] }[])(
    'for a perspective to $end',
    ({ end, result }) => {
      const corners = (points: number[][]) =>
        points.map(([x, y]) => ({ x, y })) as unknown as Parameters<typeof perspectiveCoefficients>[0]
      const start = [
        [0, 0],
        [width - 1, 0],
        [width - 1, height - 1],
        [0, height - 1],
      ]
      expect(furthest(warped(perspectiveCoefficients(corners(start), corners(end))), result)).toBeLessThan(2e-5)
    },
  )

  test.each(golden.nearest as { angle: number; result: number[] }[])(
    'for the nearest pixel after a turn of $angle',
    ({ angle, result }) => {
      const nearest = new Float32Array(height * width)
      new Warp(1, height, width).nearest(
        picture.subarray(0, height * width),
        nearest,
        invertMap(rotationMap(-angle, middle)),
        0.5,
      )
      // Where the place lies between two pixels torchvision rounds to the even one.
      const differing = Array.from(nearest).filter((value, i) => Math.abs(value - result[i]) > 1e-5).length
      expect(differing).toBeLessThanOrEqual(angle === 90 ? 0 : 2)
    },
  )
})

test('nothing, flips, whole shifts and half turns keep every value to the bit', () => {
  expect(warped(identityMap())).toEqual(picture)
  const at = (c: number, i: number, j: number): number =>
    i >= 0 && j >= 0 && i < height && j < width ? picture[(c * height + i) * width + j] : 0
  const expected = (of: (c: number, i: number, j: number) => number): Float32Array =>
    Float32Array.from({ length: picture.length }, (_, k) =>
      of(Math.floor(k / (height * width)), Math.floor(k / width) % height, k % width),
    )
  expect(warped(horizontalFlipMap(width))).toEqual(expected((c, i, j) => at(c, i, width - 1 - j)))
  expect(warped(verticalFlipMap(height))).toEqual(expected((c, i, j) => at(c, height - 1 - i, j)))
  expect(warped(shiftMap(-3, 2))).toEqual(expected((c, i, j) => at(c, i + 2, j - 3)))
  expect(warped(rotationMap(180, middle))).toEqual(expected((c, i, j) => at(c, height - 1 - i, width - 1 - j)))
})

test('a warp in place gives what a warp elsewhere gives', () => {
  const back = invertMap(rotationMap(33, middle))
  const inPlace = picture.slice()
  new Warp(3, height, width).bilinear(inPlace, inPlace, back)
  expect(inPlace).toEqual(warped(back))
})

test('the loop for straight rows and the general one agree', () => {
  const back = composeMaps(rotationMap(20, middle), zoomMap(1.3, 0.8, middle))
  const still = new Float32Array(2 * height * width)
  expect(furthest(warped(back), warped(back, still))).toBeLessThan(1e-6)
})

test('displacements move each place by themselves', () => {
  const still = new Float32Array(2 * height * width)
  expect(warped(identityMap(), still.fill(1, 0, height * width))).toEqual(warped(shiftMap(1, 0)))
})

test('what lies behind the horizon of a perspective is empty', () => {
  const back = Float64Array.of(1, 0, 0, 0, 1, 0, 0, -0.2, 1)
  const result = warped(back)
  expect(result.every(Number.isFinite)).toBe(true)
  expect(result.subarray((height - 1) * width, height * width).every((value) => value === 0)).toBe(true)
})

test('composing maps follows points through both, and the inverse leads back', () => {
  const part = fc.double({ min: -2, max: 2, noNaN: true })
  const maps = fc
    .tuple(part, part, part, part)
    .map(([a, b, c, d]) =>
      composeMaps(
        rotationMap(90 * a, middle),
        composeMaps(zoomMap(1.2 ** b, 1.5 ** c, middle), shearMap(d, 0, middle)),
      ),
    )
  fc.assert(
    fc.property(maps, maps, part, part, (outer, inner, x, y) => {
      const through = mapPoint(outer, mapPoint(inner, { x, y }))
      const composed = mapPoint(composeMaps(outer, inner), { x, y })
      expect(composed.x).toBeCloseTo(through.x, 8)
      expect(composed.y).toBeCloseTo(through.y, 8)
      const back = mapPoint(invertMap(outer), mapPoint(outer, { x, y }))
      expect(back.x).toBeCloseTo(x, 8)
      expect(back.y).toBeCloseTo(y, 8)
    }),
  )
})

test('a turn is anticlockwise as one sees it, about its fixed point', () => {
  expect(mapPoint(rotationMap(90, { x: 0, y: 0 }), { x: 1, y: 0 })).toEqual({ x: 0, y: -1 })
  expect(mapPoint(rotationMap(57, middle), middle).x).toBeCloseTo(middle.x, 12)
})

test('a map onto a line has no way back', () => {
  expect(() => invertMap(zoomMap(1, 0, middle))).toThrow(ArgumentError)
})
