import { readFileSync } from 'node:fs'
import { ArgumentError } from 'gentle-dl'
import { image, resizeImage } from 'gentle-dl/vision'
import { describe, expect, it } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { placementOf, Resizer } from '../../src/vision/resize.ts'

interface Golden {
  readonly height: number
  readonly width: number
  readonly picture: readonly number[]
  readonly newHeight: number
  readonly newWidth: number
  readonly resized: readonly number[]
}

const goldens: readonly Golden[] = JSON.parse(readFileSync(new URL('../goldens/resize.json', import.meta.url), 'utf8'))

const row = (...values: number[]) => image(1, 1, values.length, Float32Array.from(values))

describe('resizeImage', () => {
  it.each(goldens)("gives PIL's bilinear picture: $height x $width to $newHeight x $newWidth", (golden) => {
    const { height, width, picture, newHeight, newWidth, resized } = golden
    const result = resizeImage(
      image(
        1,
        height,
        width,
        Float32Array.from(picture, (byte) => byte / 255),
      ),
      { height: newHeight, width: newWidth },
    )
    expect(result.data).toHaveLength(resized.length)
    for (const [i, value] of resized.entries()) expect(result.data[i]).toBeCloseTo(value, 5)
  })

  it('leaves a picture of that size as it is', () => {
    const picture = image(
      3,
      5,
      4,
      Float32Array.from({ length: 60 }, (_, i) => Math.sin(i)),
    )
    for (const fit of ['contain', 'cover', 'stretch'] as const)
      expect(resizeImage(picture, { height: 5, width: 4, fit })).toEqual(picture)
  })

  it('contains a wide picture between bars, as dark as asked for', () => {
    const { data } = resizeImage(row(0.5, 0.5, 0.5, 0.5), { height: 4, width: 4, fit: 'contain', padding: 0.25 })
    expect([...data]).toEqual([...Array(4).fill(0.25), ...Array(4).fill(0.5), ...Array(8).fill(0.25)])
  })

  it('keeps a line of a picture that is far too thin to be seen', () => {
    const { data } = resizeImage(image(1, 1, 100, new Float32Array(100).fill(1)), {
      height: 3,
      width: 3,
      fit: 'contain',
    })
    expect([...data.subarray(0, 3), ...data.subarray(6)]).toEqual(Array(6).fill(0))
    for (const value of data.subarray(3, 6)) expect(value).toBeCloseTo(1, 6)
  })

  it('covers with the middle of a wide picture', () => {
    const { data } = resizeImage(row(9, 1, 2, 9), { height: 1, width: 2, fit: 'cover' })
    expect([...data]).toEqual([1, 2])
  })

  it('resizes each of many channels as it does one alone', () => {
    const random = new Random(1)
    const picture = image(
      9,
      21,
      34,
      Float32Array.from({ length: 9 * 21 * 34 }, () => random.uniform()),
    )
    const { data } = resizeImage(picture, { height: 13, width: 7, fit: 'cover' })
    for (let c = 0; c < 9; c++) {
      const alone = image(1, 21, 34, picture.data.slice(c * 21 * 34, (c + 1) * 21 * 34))
      const expected = resizeImage(alone, { height: 13, width: 7, fit: 'cover' }).data
      expect(data.subarray(c * 91, (c + 1) * 91)).toEqual(expected)
    }
  })

  it('makes of bytes what it makes of their values, in bands of a large picture as well', () => {
    const random = new Random(2)
    for (const [height, width] of [
      [1, 1],
      [31, 17],
      [600, 801],
    ] as const)
      for (const channels of [1, 3] as const)
        for (const bytes of [false, true]) {
          const values = Uint8Array.from({ length: channels * height * width }, () => random.integer(256))
          const placement = { ...placementOf({ height, width }, { height: 12, width: 23, fit: 'contain' }), bytes }
          const resizer = new Resizer({ height, width }, placement)
          const [ofBytes, ofValues] = [0, 1].map(() => new Float32Array(channels * 12 * 23))
          resizer.bytes(channels, { values, pitch: channels * width, row: 0, column: 0 }, ofBytes, 0)
          const planes = Float32Array.from(values, (_, i) => {
            const [channel, pixel] = [Math.floor(i / (height * width)), i % (height * width)]
            return values[pixel * channels + channel] / 255
          })
          resizer.planes(channels, planes, 0, ofValues, 0)
          expect(ofBytes).toEqual(ofValues)
          expect(ofBytes.some((value) => value > 0)).toBe(true)
        }
  })

  it('needs of bytes no more than the rows and columns that have a part in the new ones, wherever they lie', () => {
    const random = new Random(3)
    const [height, width] = [90, 70]
    for (const channels of [1, 3] as const) {
      const values = Uint8Array.from({ length: channels * height * width }, () => random.integer(256))
      const rows = { from: 31.5, to: 60, length: 12, before: 0 }
      const columns = { from: 20, to: 44.25, length: 23, before: 0 }
      const resizer = new Resizer({ height, width }, { height: 12, width: 23, padding: 0, rows, columns, bytes: true })
      const [whole, part] = [0, 1].map(() => new Float32Array(channels * 12 * 23))
      resizer.bytes(channels, { values, pitch: channels * width, row: 0, column: 0 }, whole, 0)
      const { begin: top, end: bottom } = resizer.oldRows
      const { begin: left, end: right } = resizer.oldColumns
      expect([left, right]).toEqual([19, 46])
      const pitch = channels * (right - left) + 5
      const window = new Uint8Array((bottom - top) * pitch)
      for (let y = top; y < bottom; y++)
        window.set(values.subarray(channels * (y * width + left), channels * (y * width + right)), (y - top) * pitch)
      resizer.bytes(channels, { values: window, pitch, row: top, column: left }, part, 0)
      expect(part).toEqual(whole)
      expect(part.some((value) => value > 0)).toBe(true)
    }
  })

  it('gives for each byte of a picture what a table has for it', () => {
    const random = new Random(4)
    const [height, width] = [41, 37]
    const values = Uint8Array.from({ length: 3 * height * width }, () => random.integer(256))
    const levels = Float32Array.from({ length: 3 * 256 }, () => random.normal())
    const placement = { ...placementOf({ height, width }, { height: 29, width: 22 }), bytes: true }
    const resizer = new Resizer({ height, width }, placement)
    const [plain, levelled] = [0, 1].map(() => new Float32Array(3 * 29 * 22))
    const pixels = { values, pitch: 3 * width, row: 0, column: 0 }
    resizer.bytes(3, pixels, plain, 0)
    resizer.bytes(3, pixels, levelled, 0, levels)
    const expected = plain.map((value, i) => levels[256 * Math.floor(i / (29 * 22)) + Math.round(255 * value)])
    expect(levelled).toEqual(expected)
    expect(new Set(levelled).size).toBeGreaterThan(200)
  })

  it('refuses sizes that are none', () => {
    expect(() => resizeImage(row(1), { height: 2.5, width: 1 })).toThrow(ArgumentError)
    expect(() => resizeImage(row(1), { height: 1, width: 0 })).toThrow(
      /width is 0; expected a whole number of at least 1/,
    )
  })
})
