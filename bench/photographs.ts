/**
 * A folder of JPEGs of 500 x 375 pixels, as many data sets of photographs have them, for the rows on loading data. They are drawn by the dead leaves model, whose
 * edges and sizes of things are distributed as those of photographs (Lee, Mumford, Huang: "Occlusion Models for Natural Images", 2001), with a texture of all
 * frequencies over it, so that there is about as much to decode as in a photograph.
 */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { Random } from '../packages/gentle/src/core/random.ts'
import { cache } from './exported-networks.ts'

const width = 500
const height = 375
const classes = 8
const perClass = 64

/** Smooth noise of all frequencies, each half as strong as the one before: [height, width]. */
function texture(random: Random): Float32Array {
  const values = new Float32Array(height * width)
  for (let cell = 128, strength = 1; cell >= 2; cell /= 2, strength *= 0.75) {
    const across = Math.ceil(width / cell) + 2
    const grid = Float32Array.from({ length: across * (Math.ceil(height / cell) + 2) }, () => random.uniform() - 0.5)
    for (let y = 0, at = 0; y < height; y++)
      for (let x = 0; x < width; x++, at++) {
        const [column, row] = [Math.floor(x / cell), Math.floor(y / cell)]
        const [right, down] = [x / cell - column, y / cell - row]
        const corner = row * across + column
        const above = grid[corner] + right * (grid[corner + 1] - grid[corner])
        const below = grid[corner + across] + right * (grid[corner + across + 1] - grid[corner + across])
        values[at] += strength * (above + down * (below - above))
      }
  }
  return values
}

/** Pixel by pixel, a byte a channel. */
function drawn(random: Random): Uint8Array {
  const [light, tint] = [texture(random), texture(random)]
  const bytes = new Uint8Array(3 * height * width)
  const paint = (x: number, y: number, colour: readonly number[]): void => {
    const at = y * width + x
    for (let c = 0; c < 3; c++)
      bytes[3 * at + c] = Math.max(0, Math.min(255, colour[c] + 70 * light[at] + 25 * (c - 1) * tint[at]))
  }
  const colour = (): number[] => Array.from({ length: 3 }, () => 40 + 170 * random.uniform())
  const ground = colour()
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) paint(x, y, ground)
  for (let leaf = 0; leaf < 2000; leaf++) {
    // Radii from 5 to 150, by the third power of their inverse.
    const radius = 1 / Math.sqrt(1 / 150 ** 2 + random.uniform() * (1 / 5 ** 2 - 1 / 150 ** 2))
    const [left, top] = [width * random.uniform(), height * random.uniform()]
    const own = colour()
    for (let y = Math.max(0, Math.ceil(top - radius)); y < Math.min(height, top + radius); y++) {
      const half = Math.sqrt(radius ** 2 - (y - top) ** 2)
      for (let x = Math.max(0, Math.ceil(left - half)); x < Math.min(width, left + half); x++) paint(x, y, own)
    }
  }
  return bytes
}

/** Draws the folder where it is not there yet, and gives its path: classes of pictures that have nothing to do with them. */
export async function photographs(): Promise<string> {
  const folder = join(cache, 'photographs')
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.${process.pid}`
  for (let label = 0; label < classes; label++) {
    const place = join(unfinished, `class${label}`)
    mkdirSync(place, { recursive: true })
    for (let i = 0; i < perClass; i++) {
      const pixels = drawn(new Random(label * perClass + i, 'photographs'))
      const jpeg = await sharp(pixels, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 90 })
        .toBuffer()
      writeFileSync(join(place, `${i}.jpg`), jpeg)
    }
  }
  renameSync(unfinished, folder)
  return folder
}

if (import.meta.main) console.log(await photographs())
