import { expect, test } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { classColour, maskColour } from '../../src/vision/class-colours.ts'
import { type Image, image } from '../../src/vision/image.ts'
import { overlayMask } from '../../src/vision/overlay-mask.ts'

const at = ({ width, height, data }: Image, x: number, y: number): number[] =>
  [0, 1, 2].map((c) => data[(c * height + y) * width + x])

const red = [1, 0, 0] as const
const grey = image(1, 3, 5, new Float32Array(15).fill(0.5))

/** A class of 3 x 3 pixels at the left edge; two columns of background. */
const block = Uint8Array.of(1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0)

test('a class is mixed with the picture, whole at its edge to another, and the background is left as it is', () => {
  const drawn = overlayMask(grey, block, { colours: (index) => (index === 1 ? red : undefined), opacity: 0.75 })
  expect(drawn).toMatchObject({ channels: 3, height: 3, width: 5 })
  // The edge of the picture is not an edge of the class.
  expect(at(drawn, 0, 0)).toEqual([0.875, 0.125, 0.125])
  expect(at(drawn, 1, 1)).toEqual([0.875, 0.125, 0.125])
  expect(at(drawn, 2, 1)).toEqual([1, 0, 0])
  expect(at(drawn, 3, 1)).toEqual([0.5, 0.5, 0.5])
})

test('without contours the edge is mixed as the rest, and opacity 0 leaves the picture', () => {
  const mixed = overlayMask(grey, block, { colours: () => red, contours: false })
  expect(at(mixed, 2, 1)).toEqual([0.75, 0.25, 0.25])
  const clear = overlayMask(grey, block, { colours: () => red, contours: false, opacity: 0 })
  expect(clear.data.every((value) => value === 0.5)).toBe(true)
})

test('an empty mask leaves the picture, in colour or grey', () => {
  const coloured = image(3, 1, 2, Float32Array.of(0.25, 0.5, 0.125, 1, 0, 0.75))
  expect(overlayMask(coloured, new Uint8Array(2)).data).toEqual(coloured.data)
  expect(overlayMask(grey, new Uint8Array(15)).data).toEqual(new Float32Array(45).fill(0.5))
})

test('ignored pixels are hatched, without contours of their own', () => {
  const drawn = overlayMask(image(1, 1, 6), new Uint8Array(6).fill(255), { opacity: 1 })
  const lights = Array.from({ length: 6 }, (_, x) => at(drawn, x, 0)[0] > 0.5)
  expect(lights).toEqual([true, true, false, false, true, true])
  const half = overlayMask(image(1, 1, 2), Uint8Array.of(255, 0), { opacity: 0.5 })
  expect(at(half, 0, 0)[0]).toBeCloseTo(0.4, 6)
  expect(at(half, 1, 0)).toEqual([0, 0, 0])
})

test("by default an object's mask has its box's colour", () => {
  expect(maskColour(0)).toBeUndefined()
  expect(maskColour(3)).toEqual(classColour(2))
  const drawn = overlayMask(image(1, 1, 2), Uint8Array.of(1, 0))
  expect(at(drawn, 0, 0)).toEqual([...new Float32Array(classColour(0))])
})

test('a mask of another size, an opacity outside and a picture of two channels are refused', () => {
  expect(() => overlayMask(grey, new Uint8Array(14))).toThrow(ArgumentError)
  expect(() => overlayMask(grey, new Uint8Array(14))).toThrow(/14 pixels; expected 15 for a picture of 3 x 5/)
  expect(() => overlayMask(grey, block, { opacity: 1.5 })).toThrow(/opacity is 1.5; expected 0 to 1/)
  expect(() => overlayMask(image(2, 1, 1), new Uint8Array(1))).toThrow(ArgumentError)
})
