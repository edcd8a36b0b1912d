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

  test("is torchvision's: the middle, each colour less its mean over its deviation; grey becomes three alike", () => {
    const pixels = preprocessImage(
      image(1, 20, 40, new Float32Array(800).fill(0.5)),
      imagenetPreprocessing([3, 14, 14]),
    )
    expect(pixels).toHaveLength(3 * 14 * 14)
    expect(pixels[0]).toBeCloseTo((0.5 - 0.485) / 0.229, 5)
    expect(pixels[14 * 14]).toBeCloseTo((0.5 - 0.456) / 0.224, 5)
    expect(pixels[2 * 14 * 14]).toBeCloseTo((0.5 - 0.406) / 0.225, 5)
    const bare = preprocessImage(grey, withoutNormalization(imagenetPreprocessing([3, 14, 14])))
    expect(Math.max(...bare)).toBeLessThanOrEqual(1)
  })

  test('is refused where it is too small for its middle, and for networks that take no such pictures', () => {
    const wide: Preprocessing = { ...imagenetPreprocessing([3, 14, 14]), width: 60 }
    expect(() => preprocessImage(grey, wide)).toThrow(/scaled to 16 x 16 has no middle of 14 x 60/)
    expect(() => imagenetPreprocessing([1, 28, 28])).toThrow(ArgumentError)
    expect(() => imagenetPreprocessing([2])).toThrow(/the network takes \[2\]/)
    expect(plainPreprocessing([2])).toBeUndefined()
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
        { deviation: [1, 1, 0] },
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
