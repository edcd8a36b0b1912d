import { expect, test } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { glyphHeight, glyphWidth, hasPixel } from '../../src/vision/bitmap-font.ts'
import { Canvas, cutText, textWidth } from '../../src/vision/canvas.ts'
import { image } from '../../src/vision/image.ts'
import { sheet } from '../../src/vision/sheet.ts'

const red = [1, 0, 0] as const

/** One letter a pixel: white, black, red, or another. */
function seen(canvas: Canvas): string[] {
  const { data } = canvas
  const size = canvas.width * canvas.height
  return Array.from({ length: canvas.height }, (_, y) =>
    Array.from({ length: canvas.width }, (_, x) => {
      const at = y * canvas.width + x
      const colour = [data[at], data[size + at], data[2 * size + at]].join()
      return colour === '1,1,1' ? '.' : colour === '0,0,0' ? '#' : colour === '1,0,0' ? 'r' : '?'
    }).join(''),
  )
}

test('rectangles and frames are drawn where they are, and cut off at the edge', () => {
  const canvas = new Canvas(6, 4)
  canvas.fill(-2, 2, 4, 9, [0, 0, 0])
  canvas.frame(2, 0, 4, 4, red)
  expect(seen(canvas)).toEqual(['..rrrr', '..r..r', '##r..r', '##rrrr'])
  canvas.fill(9, 9, 2, 2, red)
  expect(seen(canvas)[3]).toBe('##rrrr')
})

test('a letter can be read', () => {
  const canvas = new Canvas(6, 8)
  canvas.text(0, 0, 'A')
  expect(seen(canvas)).toEqual(['.###..', '#...#.', '#...#.', '#####.', '#...#.', '#...#.', '#...#.', '......'])
})

test('every printable ASCII character has a glyph of its own, a space none', () => {
  const pixelsOf = (letter: string): string =>
    Array.from({ length: glyphWidth * glyphHeight }, (_, i) =>
      hasPixel(letter, Math.floor(i / glyphWidth), i % glyphWidth) ? '#' : '.',
    ).join('')
  const ascii = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i))
  const drawn = ascii.map(pixelsOf)
  expect(new Set(drawn).size).toBe(ascii.length)
  expect(drawn).not.toContain(pixelsOf('☃'))
  expect(pixelsOf(' ')).not.toContain('#')
})

test('accents are left out, and text is as wide as its letters', () => {
  const [plain, accented] = [new Canvas(40, 8), new Canvas(40, 8)]
  plain.text(0, 0, 'Etage')
  accented.text(0, 0, 'Étage')
  expect(seen(accented)).toEqual(seen(plain))
  expect(textWidth('abc')).toBe(17)
  expect(textWidth('abc', 2)).toBe(34)
})

test('text that is too long is cut', () => {
  expect(cutText('abcdef', 36)).toBe('abcdef')
  expect(cutText('abcdef', 30)).toBe('abcd…')
  expect(textWidth(cutText('abcdefgh', 30))).toBeLessThanOrEqual(30)
})

test('pictures keep squares for pixels when enlarged, and are averaged when made smaller', () => {
  const canvas = new Canvas(4, 2)
  canvas.draw(image(1, 1, 2, Float32Array.of(0, 1)), 0, 0, { width: 4, height: 2 })
  expect(seen(canvas)).toEqual(['##..', '##..'])
  canvas.draw(image(3, 1, 2, Float32Array.of(1, 1, 0, 0, 0, 0)), 0, 0, { width: 1, height: 1 })
  expect(seen(canvas)[0][0]).toBe('r')
  const grey = new Canvas(1, 1)
  grey.draw(image(1, 2, 2, Float32Array.of(0, 1, 1, 0)), 0, 0, { width: 1, height: 1 })
  expect(grey.data[0]).toBe(0.5)
  expect(() => canvas.draw(image(2, 1, 1), 0, 0)).toThrow(ArgumentError)
})

test('a sheet has a place and a caption for each picture', () => {
  const tiles = Array.from({ length: 5 }, (_, i) => ({ image: image(1, 4, 6), caption: `picture ${i}` }))
  const plain = sheet(tiles, { columns: 3, tile: 24 })
  expect([plain.width, plain.height]).toEqual([12 + 3 * 36, 12 + 2 * (16 + 12 + 14)])
  const titled = sheet(tiles, { columns: 3, tile: 24, title: 'five' })
  expect(titled.height).toBe(plain.height + 25)
  // 24 x 16 of black in a frame.
  const at = (x: number, y: number): number => plain.data[y * plain.width + x]
  expect(at(12, 12)).toBe(0)
  expect(at(35, 27)).toBe(0)
  expect(at(12, 10)).toBe(1)
  expect(() => sheet([], { columns: 1 })).toThrow('pictures is 0')
})

test('texts lie above what is drawn later, and stay texts on another canvas', () => {
  const small = new Canvas(12, 10)
  small.text(1, 1, 'A', { strip: { left: 0, top: 0, width: 7, height: 10, colour: red } })
  small.fill(0, 0, 12, 10, [1, 1, 1])
  expect(seen(small)[1].slice(0, 7)).toBe('rr###rr')
  const large = new Canvas(40, 30)
  large.draw(small, 4, 6, { width: 24, height: 20 })
  expect(large.texts).toEqual([
    {
      content: 'A',
      left: 6,
      top: 8,
      scale: 2,
      colour: [0, 0, 0],
      strip: { left: 4, top: 6, width: 14, height: 20, colour: red },
    },
  ])
  expect(large.picture.data.every((value) => value === 1)).toBe(true)
})

test('a title that is longer than its sheet goes on in further lines, and nothing of it is lost', () => {
  const title =
    'the worst: ground truth dashed, predictions in colour; F1 at an IoU of 0.5 and what else there may be to tell'
  const tile = { image: image(1, 4, 4) }
  const [short, long] = ['worst', title].map((each) => sheet([tile], { columns: 1, tile: 100, title: each }))
  const lines = long.texts.map(({ content }) => content)
  expect(lines.length).toBeGreaterThan(1)
  expect(lines.join(' ')).toBe(title)
  const [first, second] = long.texts
  expect(long.height - short.height).toBe((lines.length - 1) * (second.top - first.top))
  expect(second.top).toBeGreaterThan(first.top)
})

test('captions may have several lines', () => {
  const tile = { image: image(1, 4, 4), caption: 'cat\n97 %' }
  expect(sheet([tile], { columns: 1, tile: 40 }).texts.map(({ content, left, top }) => [content, left, top])).toEqual([
    ['cat', 12, 56],
    ['97 %', 12, 69],
  ])
})
