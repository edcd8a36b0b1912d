import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DataError } from '../../src/core/errors.ts'
import { readImageFile } from '../../src/data/image-file.ts'
import { readPreprocessedImage } from '../../src/data/preprocessed-image.ts'
import { preprocessImage, withoutNormalization } from '../../src/vision/preprocessing.ts'

interface Golden {
  readonly prepared: readonly {
    readonly height: number
    readonly width: number
    readonly shorterSide: number
    readonly crop: readonly [number, number]
    readonly file: string
    readonly seen: string
  }[]
  readonly read: Readonly<Record<string, { file: string; height: number; width: number; pixels: string }>>
  readonly refused: Readonly<Record<string, string>>
}

const golden: Golden = JSON.parse(readFileSync(new URL('../goldens/preprocessing.json', import.meta.url), 'utf8'))
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))

/** The largest difference to bytes, pixel after pixel, of 255. */
function worst(planes: Float32Array, pixels: Uint8Array): number {
  expect(planes).toHaveLength(pixels.length)
  const size = planes.length / 3
  return planes.reduce((max, value, i) => {
    const byte = pixels[(i % size) * 3 + Math.floor(i / size)]
    return Math.max(max, Math.abs(255 * value - byte))
  }, 0)
}

describe('a picture file as torchvision prepares it', () => {
  it.each(golden.prepared)(
    '$height x $width, its shorter side scaled to $shorterSide, cut to $crop',
    async ({ shorterSide, crop: [height, width], file, seen }) => {
      const preprocessing = withoutNormalization({
        height,
        width,
        channels: 3,
        fit: { shorterSide },
        scale: 1 / 255,
        mean: [0, 0, 0],
        std: [1, 1, 1],
      })
      const prepared = await readPreprocessedImage(bytesOf(file), preprocessing)
      expect(worst(prepared, bytesOf(seen))).toBeLessThan(1e-4)
      expect(prepared).toEqual(preprocessImage(await readImageFile(bytesOf(file)), preprocessing))
    },
  )
})

describe('a picture file as PIL reads it', () => {
  it.each(Object.entries(golden.read))('%s', async (_, { file, height, width, pixels }) => {
    const picture = await readImageFile(bytesOf(file), { channels: 3 })
    expect([picture.height, picture.width]).toEqual([height, width])
    expect(worst(picture.data, bytesOf(pixels))).toBeLessThan(0.51)
  })

  it.each(Object.entries(golden.refused))('is refused for %s, whose white nobody knows', async (_, file) => {
    const reading = readImageFile(bytesOf(file))
    await expect(reading).rejects.toThrow(DataError)
    await expect(reading).rejects.toThrow(
      /^the image given in memory: its numbers are of type \w+, which does not say what is white/,
    )
  })
})
