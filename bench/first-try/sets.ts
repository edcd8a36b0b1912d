/** The eight sets: pictures as files, a folder a class, training pictures below train/ and those that a result is scored on below test/. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { Random } from '../../packages/gentle/src/core/random.ts'
import { idxFolder } from '../../packages/gentle/src/data/index.ts'
import { colour, type Drawing, figure, letter, letterNames, scene, texture } from './drawings.ts'

/** A set that can be made. */
export interface PictureSet {
  /** What it is like, in a few words. */
  readonly about: string
  /** Writes its pictures into a folder. */
  make(folder: string): Promise<void>
}

const tested = 1000

/** A set that is drawn: so many pictures of each class to train on, and as many of each to score, 1,000 in all. */
function drawnSet(
  about: string,
  draw: Drawing,
  { side, counts }: { readonly side: number; readonly counts: Readonly<Record<string, number>> },
): PictureSet {
  const each = Math.round(tested / Object.keys(counts).length)
  return {
    about,
    async make(folder) {
      for (const [name, count] of Object.entries(counts))
        for (const [part, pictures] of [
          ['train', count],
          ['test', each],
        ] as const) {
          const place = join(folder, part, name)
          mkdirSync(place, { recursive: true })
          const random = new Random(1, `${part} ${name}`)
          for (let i = 0; i < pictures; i++)
            await sharp(Buffer.from(draw(name, side, random)))
              .removeAlpha()
              .png()
              .toFile(join(place, `${i}.png`))
        }
    },
  }
}

const evenly = (total: number, names: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(names.map((name) => [name, Math.round(total / names.length)]))

/** All pictures below a folder, in order. */
const picturesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(png|svg)$/.test(file) && !/_mirror\.|_flip\./.test(file))
    .sort()
    .map((file) => join(folder, file))

const stampsFolder = '/usr/share/tuxpaint/stamps'

/** Tux Paint's stamps, drawn by hand and photographed: kinds of them as classes, two thirds to train on. */
const stamps: PictureSet = {
  about: 'stamps of Tux Paint (tuxpaint-stamps-default): animals, food, symbols, town',
  async make(folder) {
    for (const name of ['animals', 'food', 'symbols', 'town']) {
      const files = picturesBelow(join(stampsFolder, name))
      const order = new Random(1, name).permutation(files.length)
      for (const [at, index] of order.entries()) {
        const place = join(folder, at % 3 === 2 ? 'test' : 'train', name)
        mkdirSync(place, { recursive: true })
        await sharp(files[index])
          .resize(160, 160, { fit: 'inside' })
          .flatten({ background: '#ffffff' })
          .png()
          .toFile(join(place, `${at}.png`))
      }
    }
  },
}

const fashionFolder = '/usr/share/datasets/fashion-mnist'

/** The first pictures of Fashion-MNIST's parts, as files. */
const fashion: PictureSet = {
  about: 'Fashion-MNIST (dataset-fashion-mnist), the first 2,000 pictures as files',
  async make(folder) {
    const { train, test } = await idxFolder(fashionFolder, { validation: 1 })
    for (const [part, set, count] of [
      ['train', train, 2000],
      ['test', test, tested],
    ] as const) {
      const [pixels, label] = [new Float32Array(784), new Int32Array(1)]
      for (let i = 0; i < count; i++) {
        set.read([i], pixels, label)
        const place = join(folder, part, String(label[0]))
        mkdirSync(place, { recursive: true })
        const bytes = Uint8Array.from(pixels, (value) => Math.round(255 * value))
        await sharp(bytes, { raw: { width: 28, height: 28, channels: 1 } })
          .toColourspace('b-w')
          .png()
          .toFile(join(place, `${i}.png`))
      }
    }
  },
}

/** By name. */
export const sets: Readonly<Record<string, PictureSet>> = {
  figures: drawnSet('60 pictures of 3 figures, 100 x 100', figure, {
    side: 100,
    counts: evenly(60, ['circle', 'triangle', 'square']),
  }),
  colours: drawnSet('200 pictures of 5 colours, 48 x 48', colour, {
    side: 48,
    counts: evenly(200, ['red', 'yellow', 'green', 'blue', 'purple']),
  }),
  textures: drawnSet('200 pictures of 6 textures, 128 x 128', texture, {
    side: 128,
    counts: evenly(200, ['stripes', 'checks', 'dots', 'grid', 'waves', 'bricks']),
  }),
  letters: drawnSet('2,000 pictures of 20 letters, turned, grey, 32 x 32', letter, {
    side: 32,
    counts: evenly(2000, letterNames),
  }),
  unbalanced: drawnSet('220 pictures, of which 20 are stars and 200 are not, 64 x 64', figure, {
    side: 64,
    counts: { hexagon: 200, star: 20 },
  }),
  scenes: drawnSet('200 pictures of 4 things in landscapes, 300 x 300', scene, {
    side: 300,
    counts: evenly(200, ['house', 'tree', 'car', 'boat']),
  }),
  stamps,
  fashion,
}

/** The folder of a set, which is made where it is not there yet. */
export async function folderOf(name: string, below: string): Promise<string> {
  const folder = join(below, name)
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.part`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  await sets[name].make(unfinished)
  renameSync(unfinished, folder)
  return folder
}
