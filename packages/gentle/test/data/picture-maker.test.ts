import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { Policy } from '../../src/data/augmentation/policy.ts'
import { readHeader } from '../../src/data/decode.ts'
import { decodeJpeg } from '../../src/data/jpeg/decode-jpeg.ts'
import { PictureMaker } from '../../src/data/picture-maker.ts'
import {
  imagenetPreprocessing,
  normalizePixels,
  preprocessedPlacement,
  withoutNormalization,
} from '../../src/vision/preprocessing.ts'

const preprocessing = imagenetPreprocessing([3, 24, 20])
const size = { channels: 3, height: 24, width: 20 } as const

describe('a picture maker', () => {
  it.each<[string, Policy]>([
    ['nothing', []],
    ['a crop and a mirror', [{ type: 'resizedCrop' }, { type: 'flip' }]],
    ['other places', [{ type: 'flip' }, { type: 'rotate', degrees: 20 }]],
    ['other values', [{ type: 'flip' }, { type: 'brightness', factor: [0.5, 2], probability: 0.5 }]],
  ])(
    'normalizes as it places a picture, with the bits of one after the other: with %s between them',
    async (_, policy) => {
      for (const bands of [1, 3] as const) {
        const pixels = Uint8Array.from({ length: bands * 40 * 50 }, (_, i) => 128 + 100 * Math.sin(i / 30 + (i % 3)))
        const source = await sharp(pixels, { raw: { height: 40, width: 50, channels: bands } })
          .jpeg()
          .toBuffer()
        const info = await readHeader(source)
        const plain = { kind: 'normalize', preprocessing: withoutNormalization(preprocessing) } as const
        const augment = { kind: 'augment', policy, seed: 3 } as const
        const whole = new PictureMaker(size, [plain, augment, { kind: 'normalize', preprocessing }], decodeJpeg)
        const unnormalized = new PictureMaker(size, [plain, augment])
        const placement = preprocessedPlacement(preprocessing, info)
        for (let index = 0; index < 6; index++) {
          const job = { source, info, placement, pass: 1, index }
          const [made, expected] = [0, 1].map(() => new Float32Array(3 * 24 * 20))
          await whole.make(job, made)
          await unnormalized.make(job, expected)
          normalizePixels(expected, preprocessing)
          expect(made).toEqual(expected)
        }
      }
    },
  )
})
