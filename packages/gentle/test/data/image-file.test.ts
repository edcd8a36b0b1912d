import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ArgumentError, DataError } from 'gentle-dl'
import { encodeImage, imageFileInfo, readImageFile, writeImageFile } from 'gentle-dl/data'
import { Canvas, image, resizeImage, textWidth, toGrey } from 'gentle-dl/vision'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'gentle-image-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Channels = 1 | 2 | 3 | 4

const raw = (width: number, height: number, channels: Channels, values: readonly number[]) =>
  sharp(Uint8Array.from(values), { raw: { width, height, channels } })
const deep = (width: number, height: number, channels: Channels, values: readonly number[]) =>
  sharp(Uint16Array.from(values), { raw: { width, height, channels } }).toColourspace(channels < 3 ? 'grey16' : 'rgb16')
const plain = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 3, background } })

/** Values as bytes, rounded to a hundredth. */
const bytes = ({ data }: { data: Float32Array }): number[] => Array.from(data, (v) => Math.round(25500 * v) / 100)

describe('readImageFile', () => {
  it('gives channel after channel, row after row, bytes as [0, 1]', async () => {
    const file = await raw(2, 1, 3, [0, 51, 102, 153, 204, 255]).png().toBuffer()
    const picture = await readImageFile(file)
    expect([picture.channels, picture.height, picture.width]).toEqual([3, 1, 2])
    expect(bytes(picture)).toEqual([0, 153, 51, 204, 102, 255])
  })

  it('turns a photo as its EXIF data says', async () => {
    const lying = await sharp(await raw(2, 1, 3, [255, 0, 0, 0, 0, 255]).png().toBuffer())
      .withExif({})
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer()
    const upright = await readImageFile(lying)
    expect([upright.height, upright.width]).toEqual([2, 1])
    expect(bytes(upright)).toEqual([255, 0, 0, 0, 0, 255])
    expect(await imageFileInfo(lying)).toMatchObject({ height: 2, width: 1 })
  })

  it('shows white where a picture is transparent, of colours and of greys, of 8 and of 16 bits', async () => {
    const colours = await raw(2, 1, 4, [200, 0, 0, 51, 9, 9, 9, 0]).png().toBuffer()
    expect(bytes(await readImageFile(colours))).toEqual([244, 255, 204, 255, 204, 255])
    const greys = await raw(2, 1, 2, [100, 255, 0, 51]).toColourspace('b-w').png().toBuffer()
    expect(bytes(await readImageFile(greys, { channels: 1 }))).toEqual([100, 204])
    const fine = await deep(2, 1, 4, [65535, 0, 0, 13107, 0, 0, 0, 0]).png().toBuffer()
    expect(bytes(await readImageFile(fine))).toEqual([255, 255, 204, 255, 204, 255])
  })

  it('keeps the 16 bits of a picture that has them', async () => {
    const values = [0, 1, 40000, 65535]
    const file = await deep(2, 2, 1, values).png().toBuffer()
    expect(await imageFileInfo(file)).toMatchObject({ bits: 16, channels: 1 })
    const grey = await readImageFile(file)
    expect(grey.channels).toBe(1)
    for (const [i, value] of values.entries()) expect(grey.data[i]).toBeCloseTo(value / 65535, 7)
    expect((await readImageFile(file, { channels: 3 })).data[4 + 1]).toBeCloseTo(1 / 65535, 7)
  })

  it("gives a CMYK photo's colours in sRGB, not its inks", async () => {
    const printed = await plain(16, 16, '#c81e1e').toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer()
    expect((await sharp(printed).metadata()).space).toBe('cmyk')
    const { channels, data } = await readImageFile(printed)
    expect(channels).toBe(3)
    // Reds that ink cannot make come near.
    expect(255 * data[0]).toBeGreaterThan(180)
    expect(255 * data[256]).toBeLessThan(60)
    expect(255 * data[512]).toBeLessThan(60)
  })

  it('reads palettes, single bits, and one pixel', async () => {
    const palette = await raw(2, 1, 3, [255, 0, 0, 0, 255, 0]).png({ palette: true }).toBuffer()
    expect(bytes(await readImageFile(palette))).toEqual([255, 0, 0, 255, 0, 0])
    const two = await raw(2, 1, 1, [0, 255]).png({ palette: true, colours: 2 }).toBuffer()
    expect(bytes(await readImageFile(two, { channels: 1 }))).toEqual([0, 255])
    expect(bytes(await readImageFile(await plain(1, 1, '#0a141e').png().toBuffer()))).toEqual([10, 20, 30])
  })

  it('gives grey by the weights of toGrey, and repeats grey for three channels', async () => {
    const file = await raw(2, 1, 3, [10, 200, 30, 250, 5, 90]).png().toBuffer()
    expect(await readImageFile(file, { channels: 1 })).toEqual(toGrey(await readImageFile(file)))
    const grey = await raw(2, 1, 1, [10, 200]).toColourspace('b-w').png().toBuffer()
    expect((await readImageFile(grey)).channels).toBe(1)
    expect(bytes(await readImageFile(grey, { channels: 3 }))).toEqual([10, 200, 10, 200, 10, 200])
  })

  it.each(['gif', 'webp'] as const)(
    'gives the first frame of an animated %s, and its header tells of more',
    async (format) => {
      const frames = await Promise.all(['#ff0000', '#0000ff'].map((colour) => plain(4, 4, colour).png().toBuffer()))
      const animated = await sharp(frames, { join: { animated: true } })
        .toFormat(format, { lossless: true })
        .toBuffer()
      expect(await imageFileInfo(animated)).toMatchObject({ format, frames: 2, height: 4, width: 4 })
      const first = await readImageFile(animated)
      expect([first.height, first.width]).toEqual([4, 4])
      expect(bytes(first).slice(0, 1)).toEqual([255])
      expect(bytes(first).slice(-1)).toEqual([0])
    },
  )

  it('brings photos to a size as they are decoded, to the bit as the whole photo', async () => {
    const values = Array.from({ length: 3 * 600 * 400 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % 600, Math.floor(i / 1800)]
      return 127 + 100 * Math.sin(x / 40 + (i % 3)) * Math.cos(y / 55)
    })
    const file = await raw(600, 400, 3, values).jpeg({ quality: 95 }).toBuffer()
    const whole = await readImageFile(file)
    for (const fit of ['contain', 'cover', 'stretch'] as const) {
      const size = { height: 32, width: 32, fit }
      const [small, expected] = [await readImageFile(file, { size }), resizeImage(whole, size)]
      expect(small).toEqual(expected)
    }
    const size = { height: 32, width: 32 }
    expect(await readImageFile(file, { channels: 1, size })).toEqual(resizeImage(toGrey(whole), size))
  })

  it('says which file, what is wrong with it and what was expected', async () => {
    const whole = await plain(64, 64, '#123456').jpeg().toBuffer()
    const noise = await raw(
      32,
      32,
      3,
      Array.from({ length: 3072 }, (_, i) => (i * 7919) % 256),
    )
      .png()
      .toBuffer()
    const put = (name: string, content: Uint8Array | string): string => {
      writeFileSync(join(folder, name), content)
      return join(folder, name)
    }
    const refuses = async (file: string | Uint8Array, pattern: RegExp): Promise<void> => {
      const error = await readImageFile(file).catch((thrown: Error) => thrown)
      expect(error).toBeInstanceOf(DataError)
      expect((error as Error).message).toMatch(pattern)
      expect((error as Error).message).not.toContain('\n')
    }
    await refuses(
      put('cut.jpg', whole.subarray(0, whole.length * 0.8)),
      /^image .*cut\.jpg: it cannot be decoded: it is broken or cut off; expected a whole PNG, JPEG/,
    )
    await refuses(
      put('cut.png', noise.subarray(0, noise.length / 2)),
      /cut\.png: it cannot be decoded: it is broken or cut off/,
    )
    await refuses(
      put('text.png', 'no picture at all'),
      /text\.png: it cannot be decoded: it is not a picture; expected PNG, JPEG/,
    )
    await refuses(put('empty.png', ''), /empty\.png: the file is empty/)
    await refuses(join(folder, 'none.png'), /none\.png: there is no such file/)
    await refuses(folder, /it is a folder; expected a file/)
    await refuses(new Uint8Array([1, 2, 3]), /^the image given in memory: it cannot be decoded: it is not a picture/)
  })

  it('refuses more than 2^28 pixels by the header alone', async () => {
    const small = readFileSync(await written('small.png'))
    const view = new DataView(small.buffer, small.byteOffset)
    view.setUint32(16, 30_000)
    view.setUint32(20, 30_000)
    // The header's checksum: without it the header counts as broken.
    view.setUint32(29, crc32(small.subarray(12, 29)))
    await expect(readImageFile(small)).rejects.toThrow(/has more than 268,435,456 pixels; make it smaller/)
  })

  it('refuses a small file that says it is enormous before it is decoded', async () => {
    const small = readFileSync(await written('small.png'))
    const view = new DataView(small.buffer, small.byteOffset)
    view.setUint32(16, 2 ** 25)
    view.setUint32(29, crc32(small.subarray(12, 29)))
    const gif = new Uint8Array(await plain(9, 7, '#fff').gif().toBuffer())
    const descriptor = gif.indexOf(0x2c)
    for (const at of [6, 8, descriptor + 5, descriptor + 7]) new DataView(gif.buffer).setUint16(at, 16_000, true)
    for (const [bytes, size] of [
      [small, '33554432 x 2'],
      [gif, '16000 x 16000'],
    ] as const)
      await expect(readImageFile(bytes)).rejects.toThrow(
        `it says that it has ${size} pixels, which is more than its bytes can hold; it is broken`,
      )
  })

  it('refuses sizes that are none', async () => {
    const file = await plain(4, 4, '#fff').png().toBuffer()
    await expect(readImageFile(file, { size: { height: 0, width: 4 } })).rejects.toThrow(ArgumentError)
  })
})

const crc32 = (content: Uint8Array): number => process.getBuiltinModule('node:zlib').crc32(content)

async function written(name: string): Promise<string> {
  const path = join(folder, name)
  await writeImageFile(
    path,
    image(
      3,
      2,
      2,
      Float32Array.from({ length: 12 }, (_, i) => i / 10 - 0.05),
    ),
  )
  return path
}

describe('writeImageFile', () => {
  it('writes PNG, JPEG and WebP by the ending, values clipped to [0, 1], and reads its PNG back', async () => {
    for (const format of ['png', 'jpeg', 'webp']) {
      const path = await written(`picture.${format}`)
      expect(await imageFileInfo(path)).toMatchObject({ format, height: 2, width: 2, channels: 3 })
    }
    const back = bytes(await readImageFile(join(folder, 'picture.png')))
    expect(back).toEqual([0, 13, 38, 64, 89, 115, 140, 166, 191, 217, 242, 255])
    const grey = join(folder, 'grey.png')
    await writeImageFile(grey, image(1, 1, 2, Float32Array.of(0.2, 1)))
    expect(await imageFileInfo(grey)).toMatchObject({ channels: 1 })
    expect(bytes(await readImageFile(grey))).toEqual([51, 255])
  })

  it('writes the texts of a canvas in smooth letters, within the place that is kept for them', async () => {
    const canvas = new Canvas(120, 24, [1, 1, 0.9])
    canvas.text(10, 4, 'Wm 7 <&>', { scale: 1.6 })
    const path = join(folder, 'text.png')
    await writeImageFile(path, canvas)
    const { channels, data } = await readImageFile(path)
    expect(channels).toBe(3)
    // The bitmap has two colours alone.
    expect(new Set(canvas.data.subarray(0, 120 * 24)).size).toBe(2)
    expect(new Set(data.subarray(0, 120 * 24)).size).toBeGreaterThan(10)
    const inked = Array.from({ length: 120 }, (_, x) => x).filter((x) =>
      Array.from({ length: 24 }, (_, y) => data[y * 120 + x]).some((value) => value < 0.7),
    )
    expect(inked[0]).toBeGreaterThanOrEqual(10)
    expect(inked.at(-1)! + 1).toBeLessThanOrEqual(10 + textWidth('Wm 7 <&>', 1.6))
    expect(inked.at(-1)).toBeGreaterThan(60)
  })

  it('refuses endings and numbers of channels that no file has', async () => {
    await expect(writeImageFile(join(folder, 'x.doc'), image(1, 1, 1))).rejects.toThrow(/x\.doc cannot be written/)
    await expect(writeImageFile(join(folder, 'x.png'), image(2, 1, 1))).rejects.toThrow(/2 channels/)
  })
})

it.each(['png', 'webp'] as const)('a picture is encoded as %s, and read again as it was', async (encoding) => {
  const grey = image(
    1,
    16,
    16,
    Float32Array.from({ length: 256 }, (_, i) => Math.floor(i / 64) / 3),
  )
  const read = await readImageFile(await encodeImage(grey, encoding), { channels: 1 })
  const apart = read.data.map((value, i) => Math.abs(value - grey.data[i]))
  expect(Math.max(...apart)).toBeLessThan(encoding === 'png' ? 0.003 : 0.1)
  await expect(encodeImage(image(2, 1, 1, new Float32Array(2)), encoding)).rejects.toThrow(
    /2 channels.*expected 1 or 3/,
  )
})
