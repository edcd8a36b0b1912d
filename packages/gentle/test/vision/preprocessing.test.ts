import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ArgumentError, FormatError } from '../../src/core/errors.ts'
import { image } from '../../src/vision/image.ts'
import {
  imagenetPreprocessing,
  type Preprocessing,
  plainPreprocessing,
  preprocessImage,
  preprocessingFrom,
  preprocessingMetadata,
  scaledSize,
  withoutNormalization,
} from '../../src/vision/preprocessing.ts'

describe('a picture as a network takes it', () => {
  const grey = image(1, 2, 2, Float32Array.from([0, 0.25, 0.5, 1]))

  test('is its own pixels where it has the size already, and the picture is left as it was', () => {
    const pixels = preprocessImage(grey, plainPreprocessing([1, 2, 2])!)
    expect([...pixels]).toEqual([0, 0.25, 0.5, 1])
    pixels[0] = 7
    expect(grey.data[0]).toBe(0)
  })

  test('is fitted in whole on black, which stays black when it is inverted', () => {
    const wide = image(1, 1, 2, Float32Array.from([0.25, 0.25]))
    expect([...preprocessImage(wide, plainPreprocessing([1, 2, 2])!)]).not.toContain(1)
    const bright = preprocessImage(image(1, 1, 4, new Float32Array(4).fill(1)), plainPreprocessing([1, 4, 4])!)
    expect([bright[0], bright[15]]).toEqual([0, 0])
    const inverted = preprocessImage(image(1, 1, 4), plainPreprocessing([1, 4, 4])!, { invert: true })
    expect([...inverted]).toEqual([...bright])
  })

  test("is torchvision's: the middle, each colour less its mean over its standard deviation; grey becomes three alike", () => {
    const pixels = preprocessImage(
      image(1, 20, 40, new Float32Array(800).fill(0.4)),
      imagenetPreprocessing([3, 14, 14]),
    )
    expect(pixels).toHaveLength(3 * 14 * 14)
    expect(pixels[0]).toBeCloseTo((0.4 - 0.485) / 0.229, 5)
    expect(pixels[14 * 14]).toBeCloseTo((0.4 - 0.456) / 0.224, 5)
    expect(pixels[2 * 14 * 14]).toBeCloseTo((0.4 - 0.406) / 0.225, 5)
    const bare = preprocessImage(grey, withoutNormalization(imagenetPreprocessing([3, 14, 14])))
    expect(Math.max(...bare)).toBeLessThanOrEqual(1)
  })

  test('lies on black where it is smaller than what shall be cut from its middle, inverted or not', () => {
    const wide: Preprocessing = { ...withoutNormalization(imagenetPreprocessing([3, 14, 14])), width: 17 }
    for (const invert of [false, true]) {
      const pixels = preprocessImage(image(1, 2, 2, new Float32Array(4).fill(Number(!invert))), wide, { invert })
      // 16 columns of 17: torchvision adds half of what is missing, rounded down, before them.
      expect([...pixels.subarray(0, 17)]).toEqual([...Array(16).fill(1), 0])
    }
  })

  test('is refused for networks that take no such pictures', () => {
    expect(() => imagenetPreprocessing([1, 28, 28])).toThrow(ArgumentError)
    expect(() => imagenetPreprocessing([2])).toThrow(/the network takes \[2\]/)
    expect(plainPreprocessing([2])).toBeUndefined()
  })
})

describe('the size to which a picture is scaled', () => {
  test("is torchvision's", () => {
    const path = new URL('../goldens/preprocessing.json', import.meta.url)
    const { sizes }: { sizes: readonly number[][] } = JSON.parse(readFileSync(path, 'utf8'))
    for (const [height, width, shorterSide, newHeight, newWidth] of sizes)
      expect(scaledSize({ height, width }, shorterSide)).toEqual({ height: newHeight, width: newWidth })
  })

  test('is the whole part of the exact quotient, for all sizes up to 2,000', () => {
    let others = 0
    for (let height = 1; height <= 2000; height++)
      for (let width = height; width <= 2000; width++) {
        const found = scaledSize({ height, width }, 256)
        const exact = (256 * width - ((256 * width) % height)) / height
        if (found.height !== 256 || found.width !== exact) others++
      }
    expect(others).toBe(0)
  })
})

describe('preprocessing in metadata', () => {
  test('comes back as it was; a file may tell of none', () => {
    const preprocessing = imagenetPreprocessing([3, 224, 224])
    expect(preprocessingFrom(preprocessingMetadata(preprocessing))).toEqual(preprocessing)
    expect(preprocessingFrom(preprocessingMetadata(undefined))).toBeUndefined()
  })

  test('is refused where it is broken, with the name of the file', () => {
    const fine = imagenetPreprocessing([3, 224, 224])
    const texts = [
      '{',
      'null',
      ...[
        { height: 0 },
        { width: 1.5 },
        { channels: 2 },
        { fit: 'cover' },
        { fit: { shorterSide: 0 } },
        { scale: 0 },
        { mean: [1] },
        { std: [1, 1, 0] },
        { more: 1 },
      ].map((change) => JSON.stringify({ ...fine, ...change })),
    ]
    for (const text of texts) {
      const read = (): unknown => preprocessingFrom({ 'gentle.preprocessing': text }, 'x.safetensors')
      expect(read, text).toThrow(FormatError)
      expect(read).toThrow(/^x\.safetensors: its metadata gentle\.preprocessing is broken/)
    }
  })
})
