/** What a policy crops of pictures in files comes from the file's own pixels. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { augmented, cached, imageFolder, preprocessed, readImageFile, subset } from 'gentle-dl/data'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../../../src/core/random.ts'
import { Augmentation } from '../../../src/data/augmentation/augmentation.ts'
import type { Window } from '../../../src/data/augmentation/drawing.ts'
import type { Dataset } from '../../../src/data/dataset.ts'
import type { Image } from '../../../src/vision/image.ts'
import { imagenetPreprocessing } from '../../../src/vision/preprocessing.ts'
import { placed } from '../../../src/vision/resize.ts'

const folder = mkdtempSync(join(tmpdir(), 'gentle-crop-'))
afterAll(() => rmSync(folder, { recursive: true }))

beforeAll(async () => {
  for (const label of ['a', 'b']) {
    mkdirSync(join(folder, label))
    for (let i = 0; i < 6; i++) {
      const [width, height] = [40 + 3 * i, 30 + 5 * (i % 3)]
      const random = new Random(i, label)
      const pixels = Uint8Array.from({ length: 3 * width * height }, () => random.integer(256))
      const file = sharp(pixels, { raw: { width, height, channels: 3 } })
      // One is turned when it is shown, one has an opacity: these are decoded in whole.
      const made = i === 1 ? file.withMetadata({ orientation: 6 }) : i === 2 ? file.ensureAlpha(0.5) : file
      await made.png().toFile(join(folder, label, `${i}.png`))
    }
  }
})

const size = 3 * 16 * 12

/** A window of a picture at the size of the input. */
const cut = (picture: Image, { left, top, across, down }: Window, bytes: boolean): Image =>
  placed(picture, {
    ...{ height: 16, width: 12, padding: 0, bytes },
    rows: { from: top, to: top + down, length: 16, before: 0 },
    columns: { from: left, to: left + across, length: 12, before: 0 },
  })

async function read(dataset: Dataset, indices: number[], pass = 0) {
  const [inputs, targets] = [new Float32Array(indices.length * size), new Int32Array(indices.length)]
  await dataset.read(indices, inputs, targets, pass)
  return { inputs, targets }
}

const crop = [{ type: 'flip', probability: 0 }, { type: 'resizedCrop' }] as const

describe('a policy that crops first, on pictures of files', () => {
  it('takes a window of the file to the size of the input, which depends on seed, pass and index alone', async () => {
    const { train } = await imageFolder(folder, { size: [16, 12] })
    const changed = augmented(train, crop, { seed: 5 })
    const all = Array.from({ length: train.length }, (_, i) => i)
    const { inputs, targets } = await read(changed, all, 3)
    expect([...targets]).toEqual(Array.from(train.labels))
    const augmentation = new Augmentation(crop, { channels: 3, height: 16, width: 12 })
    const stream = new Random(5, 'augmentation')
    for (const i of all) {
      const { file, info } = train.examples[i]
      augmentation.draw(stream.fork(3, i), info)
      const expected = cut(await readImageFile(file, { channels: 3 }), augmentation.window!, false)
      expect(inputs.subarray(i * size, (i + 1) * size)).toEqual(expected.data)
    }
    const backwards = await read(changed, [...all].reverse(), 3)
    for (const i of all) {
      const at = all.length - 1 - i
      expect(backwards.inputs.subarray(at * size, (at + 1) * size)).toEqual(inputs.subarray(i * size, (i + 1) * size))
    }
    expect((await read(changed, all, 4)).inputs).not.toEqual(inputs)
  })

  it('takes them also where the pictures of the set are kept', async () => {
    const { train } = await imageFolder(folder, { size: [16, 12] })
    const all = Array.from({ length: train.length }, (_, i) => i)
    const kept = cached(train)
    await read(kept, all)
    const expected = await read(augmented(train, crop, { seed: 5 }), all, 3)
    expect(await read(augmented(kept, crop, { seed: 5 }), all, 3)).toEqual(expected)
    const shift = [{ type: 'shift', probability: 1 }, ...crop] as const
    expect(await read(augmented(kept, shift, { seed: 5 }), all)).toEqual(
      await read(augmented(train, shift, { seed: 5 }), all),
    )
  })

  it('takes those of a part of the set, and of pictures that are prepared', async () => {
    const { train } = await imageFolder(folder, { size: 64 })
    const preprocessing = imagenetPreprocessing([3, 16, 12])
    const part = augmented(subset(preprocessed(train, preprocessing), [4, 1, 6]), crop)
    const { inputs, targets } = await read(part, [2, 0])
    expect([...targets]).toEqual([train.labels[6], train.labels[4]])
    const augmentation = new Augmentation(crop, { channels: 3, height: 16, width: 12 })
    const { file, info } = train.examples[6]
    augmentation.draw(new Random(0, 'augmentation').fork(0, 2), info)
    const picture = cut(await readImageFile(file, { channels: 3 }), augmentation.window!, true)
    for (const [i, value] of picture.data.entries()) {
      const channel = Math.floor(i / (16 * 12))
      expect(inputs[i]).toBeCloseTo((value - preprocessing.mean[channel]) / preprocessing.std[channel], 5)
    }
  })

  it('is of the picture at its size where something moves it before, or where it crops twice', () => {
    const cropsFirst = (...types: string[]): boolean =>
      new Augmentation(types.map((type) => (type === 'rotate' ? { type, degrees: 5 } : { type })) as never, {
        channels: 3,
        height: 8,
        width: 8,
      }).cropsFirst
    expect(cropsFirst('flip', 'grey', 'resizedCrop', 'rotate')).toBe(true)
    expect(cropsFirst('rotate', 'resizedCrop')).toBe(false)
    expect(cropsFirst('resizedCrop', 'resizedCrop')).toBe(false)
    expect(cropsFirst('flip')).toBe(false)
  })
})
