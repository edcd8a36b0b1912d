import { expect, test } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { drawBoxes } from '../../src/vision/draw-boxes.ts'
import { type Image, image } from '../../src/vision/image.ts'

const red = [1, 0, 0] as const
const blue = [0, 0, 1] as const

/** One letter a pixel: black, red, blue, white, or another. */
function seen({ width, height, data }: Image): string[] {
  const size = width * height
  const letters: Record<string, string> = { '0,0,0': '.', '1,0,0': 'r', '0,0,1': 'b', '1,1,1': 'w' }
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const at = y * width + x
      return letters[[data[at], data[size + at], data[2 * size + at]].join()] ?? '?'
    }).join(''),
  )
}

test('a frame covers the outermost pixels of its box', () => {
  const drawn = drawBoxes(image(1, 5, 6), [{ box: { left: 1, top: 0, right: 5, bottom: 4 }, colour: red }])
  expect(seen(drawn)).toEqual(['.rrrr.', '.r..r.', '.r..r.', '.rrrr.', '......'])
})

test('enlarged, pixels stay squares, and fractions of a pixel count', () => {
  const drawn = drawBoxes(
    image(1, 2, 3, Float32Array.of(1, 0, 0, 0, 0, 1)),
    [{ box: { left: 0.5, top: 0, right: 2.25, bottom: 1.75 }, colour: red }],
    { scale: 4 },
  )
  expect(drawn).toMatchObject({ channels: 3, height: 8, width: 12 })
  expect(seen(drawn)).toEqual([
    'wwrrrrrrr...',
    'wwrw....r...',
    'wwrw....r...',
    'wwrw....r...',
    '..r.....rwww',
    '..r.....rwww',
    '..rrrrrrrwww',
    '........wwww',
  ])
})

test('of a box partly outside the edges within are drawn, of one outside nothing, not even its caption', () => {
  const outside = { left: 9, top: 1, right: 20, bottom: 3 }
  const drawn = drawBoxes(image(1, 4, 5), [
    { box: { left: -3, top: 2, right: 2, bottom: 9 }, colour: red },
    { box: { left: 3, top: Number.NEGATIVE_INFINITY, right: 1e12, bottom: 2 }, colour: blue },
    { box: outside, colour: red, caption: 'x' },
  ])
  expect(seen(drawn)).toEqual(['...b.', '...bb', 'rr...', '.r...'])
})

test('a box without area is a line or a point; one whose edges are crossed or no numbers is not drawn', () => {
  const drawn = drawBoxes(image(1, 3, 5), [
    { box: { left: 1, top: 0, right: 1, bottom: 3 }, colour: red },
    { box: { left: 3, top: 1, right: 3, bottom: 1 }, colour: blue },
    { box: { left: 4, top: 0, right: 3, bottom: 3 }, colour: red },
    { box: { left: Number.NaN, top: 0, right: 3, bottom: 3 }, colour: red, caption: 'x' },
  ])
  expect(seen(drawn)).toEqual(['.r...', '.r.b.', '.r...'])
})

test('dashes leave gaps as long as they are, and lie over earlier frames', () => {
  const box = { left: 0, top: 0, right: 9, bottom: 4 }
  const drawn = drawBoxes(image(1, 4, 9), [
    { box, colour: blue },
    { box, colour: red, dashed: true },
  ])
  expect(seen(drawn)).toEqual(['rrrbbbrrr', 'r.......r', 'r.......r', 'rrrbbbrrr'])
})

test('frames and letters grow with the picture', () => {
  const drawn = drawBoxes(image(1, 8, 8), [{ box: { left: 1, top: 1, right: 7, bottom: 7 }, colour: red }], {
    scale: 64,
  })
  const row = seen(drawn)[256]
  expect(row.slice(60, 70)).toBe('....rr....')
  expect(row.slice(442, 452)).toBe('....rr....')
})

/** Left, top, right, bottom of all that is red. */
function extent(picture: Image): number[] {
  const rows = seen(picture)
  const columns = rows.flatMap((row) => [...row.matchAll(/r/g)].map(({ index }) => index))
  const lines = rows.flatMap((row, y) => (row.includes('r') ? [y] : []))
  return [Math.min(...columns), Math.min(...lines), Math.max(...columns) + 1, Math.max(...lines) + 1]
}

test('a caption stands above its box, within it at the upper edge, and never leaves the picture', () => {
  const caption = 'a'
  const inside = { left: 10, top: 20, right: 40, bottom: 30 }
  expect(extent(drawBoxes(image(1, 40, 60), [{ box: inside, colour: red, caption }]))).toEqual([10, 11, 40, 30])
  const upper = { left: 10, top: 3, right: 40, bottom: 30 }
  expect(extent(drawBoxes(image(1, 40, 60), [{ box: upper, colour: red, caption }]))).toEqual([10, 0, 40, 30])
  const atRight = { left: 57, top: 20, right: 60, bottom: 30 }
  expect(extent(drawBoxes(image(1, 40, 60), [{ box: atRight, colour: red, caption: 'abc' }]))).toEqual([41, 11, 60, 30])
  const long = drawBoxes(image(1, 40, 20), [{ box: inside, colour: red, caption: 'much too long' }])
  expect(seen(long)[11]).toBe(`.${'r'.repeat(19)}`)
})

test('captions of boxes at one place avoid each other', () => {
  const box = { left: 10, top: 15, right: 30, bottom: 35 }
  const drawn = drawBoxes(image(1, 50, 60), [
    { box, colour: red, caption: ' ' },
    { box, colour: blue, caption: ' ' },
  ])
  // A strip for a letter is 7 x 9: the first stands above at the left, the second above at the right.
  expect(seen(drawn)[10]).toBe(`${'.'.repeat(10)}${'r'.repeat(7)}${'.'.repeat(6)}${'b'.repeat(7)}${'.'.repeat(30)}`)
})

test('where captions have no room beside each other, the first lies above', () => {
  const box = { left: 0, top: 0, right: 7, bottom: 9 }
  const drawn = drawBoxes(image(1, 9, 7), [
    { box, colour: red, caption: ' ' },
    { box, colour: blue, caption: ' ' },
  ])
  expect(seen(drawn)).toEqual(Array(9).fill('r'.repeat(7)))
})

test('letters are dark on light colours and light on dark ones', () => {
  const box = { left: 0, top: 20, right: 20, bottom: 30 }
  const onBlue = drawBoxes(image(1, 40, 40), [{ box, colour: blue, caption: 'l' }])
  expect(seen(onBlue).slice(11, 20).join('')).toContain('w')
  const onYellow = drawBoxes(image(1, 40, 40, new Float32Array(1600).fill(1)), [
    { box, colour: [1, 1, 0], caption: 'l' },
  ])
  expect(seen(onYellow).slice(11, 20).join('')).toContain('.')
})

test('a scale that is not a whole number and a picture of two channels are refused', () => {
  expect(() => drawBoxes(image(1, 2, 2), [], { scale: 1.5 })).toThrow(ArgumentError)
  expect(() => drawBoxes(image(1, 2, 2), [], { scale: 0 })).toThrow(/scale is 0; expected a whole number of at least 1/)
  expect(() => drawBoxes(image(2, 2, 2), [])).toThrow(ArgumentError)
})
