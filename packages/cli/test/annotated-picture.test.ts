import { ArgumentError } from 'gentle-dl'
import { classColour, type Image, image } from 'gentle-dl/vision'
import { expect, test } from 'vitest'
import { annotatedTile, resultSheet } from '../src/pictures/annotated-picture.ts'
import { maskColours, maskLegend } from '../src/pictures/mask-colours.ts'

const classes = ['cat', 'dog']
const maskClasses = ['background', 'sky', 'dog', 'cat']
const box = { left: 2, top: 3, right: 8, bottom: 7 }

const at = ({ width, height, data }: Image, x: number, y: number): number[] =>
  [0, 1, 2].map((c) => data[(c * height + y) * width + x])
const rounded = (colour: readonly number[]): number[] => [...Float32Array.from(colour)]

test('a small picture is enlarged by a whole number, a large one made smaller, and boxes go along', () => {
  const truth = { boxes: [box], labels: [1] }
  const enlarged = annotatedTile(image(1, 10, 12), { truth, classes }, { side: 100 })
  expect(enlarged).toMatchObject({ channels: 3, height: 80, width: 96 })
  expect(at(enlarged, 16, 50)).toEqual(rounded(classColour(1)))
  expect(at(enlarged, 63, 55)).toEqual(rounded(classColour(1)))
  expect(at(enlarged, 64, 50)).toEqual([0, 0, 0])
  const large = { left: 100, top: 50, right: 300, bottom: 150 }
  const shrunk = annotatedTile(image(3, 200, 400), { truth: { boxes: [large], labels: [0] }, classes }, { side: 100 })
  expect(shrunk).toMatchObject({ height: 50, width: 100 })
  expect(at(shrunk, 25, 30)).toEqual(rounded(classColour(0)))
  expect(at(shrunk, 74, 37)).toEqual(rounded(classColour(0)))
  expect(at(shrunk, 75, 30)).toEqual([0, 0, 0])
})

test('truth is dashed in white and green below the prediction in its class colour; ignored truth in white and grey', () => {
  const truth = { boxes: [box, { left: 10, top: 3, right: 18, bottom: 9 }], labels: [0, 0], ignored: [false, true] }
  const objects = [{ box: { left: 2, top: 30, right: 8, bottom: 36 }, label: 1, score: 0.931 }]
  const tile = annotatedTile(image(1, 40, 40), { truth, prediction: { objects }, classes }, { side: 40 })
  expect(tile).toMatchObject({ height: 40, width: 40 })
  expect(at(tile, 2, 3)).toEqual(rounded([0, 0.7, 0.2]))
  expect(at(tile, 5, 3)).toEqual([1, 1, 1])
  expect(at(tile, 10, 3)).toEqual(rounded([0.6, 0.6, 0.6]))
  expect(at(tile, 13, 3)).toEqual([1, 1, 1])
  expect(at(tile, 7, 35)).toEqual(rounded(classColour(1)))
})

test('masks stand side by side: the picture, the truth, the prediction', () => {
  const truth = { boxes: [box], labels: [0], mask: new Uint8Array(100) }
  const prediction = { mask: new Uint8Array(100).fill(3) }
  const tile = annotatedTile(image(1, 10, 10), { truth, prediction, classes, maskClasses }, { side: 20 })
  expect(tile).toMatchObject({ height: 20, width: 3 * 20 + 2 * 4 })
  expect(at(tile, 4, 6)).toEqual([0, 0, 0])
  expect(at(tile, 22, 5)).toEqual([1, 1, 1])
  expect(at(tile, 30, 5)).toEqual([0, 0, 0])
  expect(at(tile, 50, 5)).toEqual(rounded(classColour(0).map((value) => value / 2)))
})

test('a set shows its truth in colours: boxes on the picture, the mask beside it', () => {
  const mask = new Uint8Array(100)
  mask.fill(2, 0, 50)
  const tile = annotatedTile(
    image(1, 10, 10),
    { truth: { boxes: [], labels: [], mask }, classes, maskClasses },
    { side: 10 },
  )
  expect(tile.width).toBe(24)
  expect(at(tile, 14, 4)).toEqual(rounded(classColour(1)))
  expect(at(tile, 14, 5)).toEqual([0, 0, 0])
  expect(annotatedTile(image(1, 10, 10), { classes }, { side: 10 }).width).toBe(10)
})

test('an object has one colour in boxes and masks; what is in masks alone has another, the background none', () => {
  const colourOf = maskColours(classes, maskClasses)
  expect([0, 1, 2, 3].map(colourOf)).toEqual([undefined, classColour(2), classColour(1), classColour(0)])
  expect(maskLegend(classes, maskClasses).map(({ name }) => name)).toEqual(['sky', 'dog', 'cat'])
})

test('a mask of another size than the picture is refused', () => {
  const prediction = { mask: new Uint8Array(99) }
  expect(() => annotatedTile(image(1, 10, 10), { prediction, classes, maskClasses })).toThrow(ArgumentError)
  expect(() => annotatedTile(image(1, 10, 10), { prediction, classes, maskClasses })).toThrow(
    /the mask has 99 pixels; expected 100 for a picture of 10 x 10/,
  )
})

test('a sheet has as many columns as fit, and a legend below breaks into lines', () => {
  const tile = { image: image(3, 192, 192), caption: 'IoU 0.5' }
  const plain = resultSheet([tile, tile], 'pictures')
  expect(plain.width).toBe(2 * 204 + 12)
  expect(resultSheet(Array(7).fill(tile), 'pictures').width).toBe(4 * 204 + 12)
  const legend = maskLegend(
    [],
    Array.from({ length: 30 }, (_, i) => `class ${i}`),
  )
  const short = resultSheet([tile, tile], 'pictures', legend.slice(0, 2))
  expect(short.height).toBe(plain.height + 13 + 12)
  expect(at(short, 14, plain.height + 4)).toEqual(rounded(classColour(0)))
  const long = resultSheet([tile, tile], 'pictures', legend)
  expect(long.width).toBe(plain.width)
  expect(long.height).toBeGreaterThan(plain.height + 9 * 20)
})
