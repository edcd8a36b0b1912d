import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { imageFolder } from 'gentle-dl/data'
import { plainPreprocessing } from 'gentle-dl/vision'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { imagesOf, openData } from '../src/data/datasets.ts'
import { readImage } from '../src/data/images.ts'
import { gentle, plainRecipe, smallIdxSet, temporaryFolder } from './command.ts'

/** Photos in two classes, red and blue, 40 x 30, among them a broken one. */
async function photos(): Promise<string> {
  const folder = join(temporaryFolder(), 'photos')
  for (const [name, red, blue] of [
    ['blue', 30, 220],
    ['red', 220, 30],
  ] as const) {
    mkdirSync(join(folder, name), { recursive: true })
    for (let i = 0; i < 18; i++) {
      const pixels = Uint8Array.from({ length: 3600 }, (_, at) => [red, 4 * i, blue][at % 3] + ((at * 31) % 17))
      await sharp(pixels, { raw: { width: 40, height: 30, channels: 3 } })
        .jpeg()
        .toFile(join(folder, name, `${i}.jpg`))
    }
  }
  writeFileSync(join(folder, 'red', 'broken.jpg'), 'nothing')
  return folder
}

let folder: string
const run = join(temporaryFolder(), 'run')
beforeAll(async () => {
  folder = await photos()
})

describe('folders of images', () => {
  it('are trained on, evaluated and predicted; what is broken is named', async () => {
    const flags = ['--resize', '8', '--epochs', '4', ...plainRecipe, '--batch-size', '8', '--run-dir', run]
    const trained = await gentle(['train', 'mlp', '--data', `images:${folder}`, ...flags])
    expect(trained.code).toBe(0)
    expect(trained.stderr).toMatch(/1 image was skipped .*\n {2}image .*broken\.jpg: it cannot be decoded/)
    expect(trained.stdout).toContain('Test accuracy 100.00 %')
    const evaluated = JSON.parse((await gentle(['eval', run, '--data', folder, '--json'])).stdout)
    expect(evaluated).toMatchObject({ accuracy: 1, examples: 6, perClass: { blue: { recall: 1 }, red: { recall: 1 } } })
    const [{ predictions }] = JSON.parse(
      (await gentle(['predict', run, join(folder, 'red', '3.jpg'), '--json'])).stdout,
    )
    expect(predictions[0].label).toBe('red')
    expect((await sharp(readFileSync(join(run, 'example.png'))).metadata()).channels).toBe(3)
  })

  it('are refused with --strict where an image is broken', async () => {
    const { code, stderr } = await gentle(['train', 'mlp', '--data', `images:${folder}`, '--strict'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^gentle: image folder .*: 1 of 37 images cannot be read; the first: .*broken\.jpg: .*\n$/)
  })

  it('give training the numbers that predict sees', async () => {
    const { train } = await imageFolder(folder, { size: 12 })
    const pixels = new Float32Array(3 * 144)
    for (const index of [0, 7, train.length - 1]) {
      await train.read([index], pixels, new Int32Array(1))
      expect(await readImage(train.examples[index].file, plainPreprocessing([3, 12, 12])!, false)).toEqual(pixels)
    }
  })

  it('are told from IDX folders by what is in them, and need a size', async () => {
    expect(imagesOf(folder)).toBe(folder)
    expect(imagesOf(`images:${folder}`)).toBe(folder)
    expect(imagesOf(smallIdxSet())).toBeUndefined()
    expect(imagesOf('mnist')).toBeUndefined()
    await expect(openData(folder, { seed: 0 })).rejects.toThrow(
      /image files differ in size; give one for all, such as --resize 32/,
    )
    await expect(openData('images:', { seed: 0, size: 8 })).rejects.toThrow(/has no folder; expected images:DIR/)
  })
})

describe('a picture', () => {
  it('is inverted before it is padded, so that its ground stays black', async () => {
    const file = join(temporaryFolder(), 'wide.png')
    await sharp({ create: { width: 8, height: 4, channels: 3, background: '#ffffff' } })
      .png()
      .toFile(file)
    const dark = await readImage(file, plainPreprocessing([1, 4, 4])!, true)
    expect([...dark]).toEqual(new Array(16).fill(0))
    const light = await readImage(file, plainPreprocessing([1, 4, 4])!, false)
    expect([...light]).toEqual([...new Array(4).fill(0), ...new Array(8).fill(1), ...new Array(4).fill(0)])
  })

  it('of an animation is its first frame, and that is told', async () => {
    const frame = (background: string) =>
      sharp({ create: { width: 40, height: 30, channels: 3, background } })
        .png()
        .toBuffer()
    const file = join(temporaryFolder(), 'two.gif')
    await sharp([await frame('#e00010'), await frame('#0000e0')], { join: { animated: true } }).toFile(file)
    const copy = join(temporaryFolder(), 'weights.safetensors')
    cpSync(join(run, 'weights/best.safetensors'), copy)
    const { stdout, stderr } = await gentle(['predict', copy, file, '--json'])
    expect(stderr).toBe(`image ${file}: only the first of its 2 frames is used\n`)
    expect(JSON.parse(stdout)[0].predictions[0].label).toBe('red')
  })
})
