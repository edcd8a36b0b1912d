/** Makes the pictures of the chapter on filters: node docs/lecture/filter-pictures.ts */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { writeImageFile } from 'gentle-dl/data'
import {
  Canvas,
  type FilterOptions,
  filter2d,
  filterPreset,
  type Image,
  image,
  parseKernel,
  toGrey,
} from 'gentle-dl/vision'
import { faint, heading, ink, line, muted, orange, paper, svg, text } from './drawing/svg.ts'

const folder = fileURLToPath(new URL('pictures/', import.meta.url))

type Colour = readonly [red: number, green: number, blue: number]

const mix = (from: Colour, to: Colour, share: number): Colour => [
  from[0] + share * (to[0] - from[0]),
  from[1] + share * (to[1] - from[1]),
  from[2] + share * (to[2] - from[2]),
]

/** A house before hills: the colour of a point, x from 0 to 3, y from 0 at the top to 2. */
function scene(x: number, y: number): Colour {
  const roof = y > 0.62 && y < 1.02 && Math.abs(x - 1.05) < 0.12 + (y - 0.62) * 1.3
  const wall = y >= 1.02 && y < 1.62 && Math.abs(x - 1.05) < 0.52
  const pane = (left: number): boolean => x > left && x < left + 0.24 && y > 1.14 && y < 1.38
  const bar = (left: number): boolean => Math.abs(x - left - 0.12) < 0.013 || Math.abs(y - 1.26) < 0.013
  const door = Math.abs(x - 1.05) < 0.1 && y > 1.22 && y < 1.62
  const fence = x > 1.75 && y > 1.36 && y < 1.74
  const post = fence && ((x - 1.75) % 0.14 < 0.06 || Math.abs(y - 1.46) < 0.025 || Math.abs(y - 1.62) < 0.025)
  const crown = Math.hypot(x - 2.4, (y - 0.95) * 0.9) < 0.36 + 0.03 * Math.sin(9 * Math.atan2(y - 0.95, x - 2.4))
  const trunk = Math.abs(x - 2.4) < 0.055 && y > 1.2 && y < 1.7
  if (post) return [0.95, 0.94, 0.9]
  if (door) return [0.45, 0.24, 0.14]
  for (const left of [0.62, 1.24]) if (pane(left)) return bar(left) ? [0.95, 0.95, 0.93] : [0.25, 0.35, 0.48]
  if (roof) return mix([0.72, 0.25, 0.18], [0.55, 0.17, 0.13], (y * 14) % 1)
  if (wall) return [0.9, 0.82, 0.66]
  if (crown) return mix([0.2, 0.5, 0.22], [0.1, 0.3, 0.14], (y - 0.55) / 0.8)
  if (trunk) return [0.35, 0.25, 0.17]
  if (y > 1.5 + 0.06 * Math.sin(2.1 * x + 0.4)) return mix([0.42, 0.62, 0.25], [0.25, 0.42, 0.16], (y - 1.45) / 0.55)
  if (y > 1.05 - 0.38 * Math.exp(-(((x - 0.1) / 0.55) ** 2)) - 0.25 * Math.exp(-(((x - 1.9) / 0.6) ** 2)))
    return mix([0.5, 0.56, 0.68], [0.62, 0.68, 0.74], y - 0.6)
  if (Math.hypot(x - 2.62, y - 0.3) < 0.17) return [1, 0.93, 0.6]
  return mix([0.36, 0.6, 0.86], [0.82, 0.9, 0.96], y / 1.1)
}

/** The scene as a picture; a pixel is the mean of 16 points. */
function drawn(height: number, width: number): Image {
  const picture = image(3, height, width)
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (let point = 0; point < 16; point++) {
        const x = ((column + ((point % 4) + 0.5) / 4) / width) * 3
        const y = ((row + (Math.floor(point / 4) + 0.5) / 4) / height) * 2
        for (const [c, value] of scene(x, y).entries()) picture.data[(c * height + row) * width + column] += value / 16
      }
  return picture
}

/** So that 0 is grey where there are negative numbers, and the largest magnitude is black or white. */
function shown(result: Image): Image {
  const max = result.data.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
  const isSigned = result.data.some((value) => value < -0.01)
  return { ...result, data: result.data.map((value) => (isSigned ? 0.5 + value / (2 * max) : value)) }
}

const photo = drawn(200, 300)
await writeImageFile(`${folder}scene.png`, photo)
const grey = toGrey(photo)

const options: FilterOptions = { shape: 'same', padding: 'replicate' }
const named = (name: string, settings = {}): Image => shown(filter2d(grey, filterPreset(name, settings), options))
const magnitude = (): Image => {
  const [across, down] = ['sobel-x', 'sobel-y'].map((name) => filter2d(grey, filterPreset(name), options).data)
  return { ...grey, data: across.map((value, i) => Math.min(1, Math.hypot(value, down[i]) / 2)) }
}
const tiles: [string, Image][] = [
  ['in grey', grey],
  ['sobel-x', named('sobel-x')],
  ['sobel-y', named('sobel-y')],
  ['both, as a length', magnitude()],
  ['laplacian', named('laplacian')],
  ['gaussian:sigma=3', named('gaussian', { sigma: 3 })],
  ['sharpen', { ...grey, data: filter2d(grey, filterPreset('sharpen'), options).data }],
  ['emboss', named('emboss')],
  ['gabor:orientation=45', named('gabor', { orientation: 45, wavelength: 6, sigma: 3, phase: 90 })],
]

/** Three in a row, each over its caption. */
function gallery(): Image {
  const [across, down, margin] = [grey.width + 12, grey.height + 34, 12]
  const canvas = new Canvas(3 * across + margin, Math.ceil(tiles.length / 3) * down + margin)
  for (const [i, [caption, tile]] of tiles.entries()) {
    const [left, top] = [margin + (i % 3) * across, margin + Math.floor(i / 3) * down]
    canvas.draw(tile, left, top)
    canvas.text(left, top + grey.height + 6, caption, { scale: 1.8 })
  }
  return canvas
}

await writeImageFile(`${folder}filters.png`, gallery())

/** The lecture's worked example: picture, filter and result, with one window marked. */
function example(): string {
  const rows = '10100101 01001010 00100101 10100100 00001010 00100111 00000010 00100101'.split(' ')
  const picture = image(1, 8, 8, Float32Array.from(rows.flatMap((row) => [...row].map(Number))))
  const kernel = parseKernel('-1 0 1; -2 1 2; -3 0 3')
  const slid = filter2d(picture, kernel, { operation: 'correlation', shape: 'valid' })
  const cell = 22
  const grid = (left: number, top: number, columns: number, values: ArrayLike<number>, dark: boolean): string =>
    Array.from(values, (value, i) => {
      const [x, y] = [left + (i % columns) * cell, top + Math.floor(i / columns) * cell]
      const fill = dark && value === 1 ? faint : paper
      return `<rect x="${x}" y="${y}" width="${cell}" height="${cell}" fill="${fill}" stroke="#9aa5b1"/>${text(x + cell / 2, y + 15.5, String(value + 0), 'middle')}`
    }).join('')
  const mark = (left: number, top: number, size: number): string =>
    `<rect x="${left}" y="${top}" width="${size * cell}" height="${size * cell}" fill="none" stroke="${orange}" stroke-width="3"/>`
  const [x, y] = [4, 2]
  const [first, second, third] = [16, 229, 332]
  const top = 44
  const middle = top + 4 * cell
  const body = [
    heading(first, 28, 'Picture, 8 x 8'),
    grid(first, top, 8, picture.data, true),
    heading(second, 28, 'Filter'),
    grid(second, middle - 1.5 * cell, 3, kernel.data, false),
    heading(third, 28, 'Result, 6 x 6'),
    grid(third, top + cell, 6, slid.data, false),
    mark(first + x * cell, top + y * cell, 3),
    mark(third + x * cell, top + cell + y * cell, 1),
    text(210, middle + 6, '⋆', 'middle', `font-size="24" fill="${muted}"`),
    text(313, middle + 6, '=', 'middle', `font-size="24" fill="${muted}"`),
    line(first, top + 8 * cell + 16, third + 6 * cell, top + 8 * cell + 16),
    ...[
      'In the marked window, row by row:',
      '(−1)·0 + 0·1 + 1·0  +  (−2)·0 + 1·1 + 2·0  +  (−3)·1 + 0·0 + 3·1 = 1',
    ].map((words, i) => text(first, top + 8 * cell + 38 + 20 * i, words, 'start', `fill="${ink}" font-size="12"`)),
  ]
  return svg(480, 294, body.join(''))
}

writeFileSync(`${folder}filter-example.svg`, example())
