/** Pictures of files that are made on threads of their own. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError, sizeOf } from 'gentle-dl'
import {
  augmented,
  imageFolder,
  inMemory,
  normalized,
  type Policy,
  policies,
  preprocessed,
  subset,
} from 'gentle-dl/data'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Random } from '../../src/core/random.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { imagenetPreprocessing, plainPreprocessing, withoutNormalization } from '../../src/vision/preprocessing.ts'

const folder = mkdtempSync(join(tmpdir(), 'gentle-threads-'))
afterAll(() => rmSync(folder, { recursive: true }))

beforeAll(async () => {
  for (const part of ['train', 'validation', 'test'])
    for (const label of ['a', 'b']) {
      mkdirSync(join(folder, part, label), { recursive: true })
      for (let i = 0; i < 9; i++) {
        const [width, height] = [30 + i, 20 + 4 * (i % 3)]
        const random = new Random(i, part + label)
        const pixels = Uint8Array.from({ length: 3 * width * height }, () => random.integer(256))
        await sharp(pixels, { raw: { width, height, channels: 3 } })
          .jpeg()
          .toFile(join(folder, part, label, `${i}.jpg`))
      }
    }
})

const trainOf = async (workers: number) => (await imageFolder(folder, { size: [14, 12], workers })).train

async function read(dataset: Dataset, indices: readonly number[], pass = 0, shared = true) {
  const bytes = 4 * indices.length * sizeOf(dataset.inputShape)
  const inputs = new Float32Array(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes))
  const targets =
    dataset.target.dtype === 'int32' ? new Int32Array(indices.length) : new Float32Array(64 * indices.length)
  await dataset.read(indices, inputs, targets, pass)
  return { inputs: [...inputs], targets: [...targets] }
}

const preprocessing = imagenetPreprocessing([3, 14, 12])

/** What a training does to a set of files. */
function forTraining(files: Dataset, policy: Policy): Dataset {
  const shown = preprocessed(files, withoutNormalization(preprocessing))
  return normalized(augmented(subset(shown, [5, 17, 2, 9, 0, 11, 3]), policy, { seed: 4 }), preprocessing)
}

describe('pictures of files', () => {
  it.each(['none', 'modestColour', 'photo', 'randAugment', 'cutMix'] as const)(
    'are the same on any number of threads, in shared memory and in other: %s',
    async (name) => {
      const policy = policies[name]
      const order = [6, 0, 3, 3, 1, 5, 2, 4]
      const expected = await read(forTraining(await trainOf(0), policy), order, 2)
      expect(new Set(expected.inputs).size).toBeGreaterThan(200)
      for (const [workers, shared] of [
        [1, true],
        [3, true],
        [2, false],
      ] as const)
        expect(await read(forTraining(await trainOf(workers), policy), order, 2, shared)).toEqual(expected)
    },
  )

  it('are what the same steps make of them one after the other in memory, where nothing is cropped of the file', async () => {
    const shown = preprocessed(await trainOf(0), withoutNormalization(preprocessing))
    const all = Array.from({ length: shown.length }, (_, i) => i)
    const { inputs } = await read(shown, all)
    const { classes, labels, inputShape, name } = shown
    const targets = Int32Array.from(labels!)
    const copied = inMemory({ name, inputs: Float32Array.from(inputs), inputShape, targets, classes })
    for (const policy of [policies.modestColour, policies.small]) {
      const inPlace = await read(normalized(augmented(copied, policy), preprocessing), all, 1)
      const ofFiles = preprocessed(await trainOf(2), withoutNormalization(preprocessing))
      expect(await read(normalized(augmented(ofFiles, policy), preprocessing), all, 1)).toEqual(inPlace)
    }
  })

  it.each(['none', 'photo'] as const)('are the same whichever decoder reads them: %s', async (name) => {
    const own = mkdtempSync(join(tmpdir(), 'gentle-kinds-'))
    const drawn = () => {
      const pixels = Uint8Array.from({ length: 3 * 70 * 90 }, (_, i) => 128 + 100 * Math.sin(i / 40 + (i % 3)))
      return sharp(pixels, { raw: { height: 70, width: 90, channels: 3 } })
    }
    const files = [
      drawn().jpeg(),
      drawn().jpeg({ chromaSubsampling: '4:4:4' }),
      drawn().jpeg({ progressive: true }),
      drawn().toColourspace('b-w').jpeg(),
      drawn().toColourspace('cmyk').jpeg(),
      drawn().withIccProfile('p3').jpeg(),
      drawn().withMetadata({ orientation: 6 }).jpeg(),
      drawn().png(),
    ]
    for (const part of ['train', 'validation', 'test'])
      for (const label of ['a', 'b']) {
        mkdirSync(join(own, part, label), { recursive: true })
        for (const [i, file] of files.entries()) await file.clone().toFile(join(own, part, label, `${i}.jpg`))
      }
    for (const channels of [1, 3] as const) {
      const setOf = async (workers: number) => {
        const { train } = await imageFolder(own, { size: [14, 12], workers, channels })
        const settings = plainPreprocessing([channels, 14, 12])!
        return normalized(augmented(preprocessed(train, settings), policies[name], { seed: 4 }), settings)
      }
      const all = Array.from({ length: 2 * files.length }, (_, i) => i)
      expect(await read(await setOf(2), all, 1)).toEqual(await read(await setOf(0), all, 1))
    }
    rmSync(own, { recursive: true })
  })

  it('are asked for before the thread that asks, and computes itself, does anything else', async () => {
    const train = await trainOf(2)
    await read(train, [0])
    const threads = process.getBuiltinModule('node:worker_threads')
    const asked = vi.spyOn(threads.Worker.prototype, 'postMessage')
    const reading = read(train, [0, 1, 2])
    expect(asked).toHaveBeenCalledTimes(2)
    asked.mockRestore()
    await reading
  })

  it('that are cut off are named as on the thread that asks', async () => {
    for (const workers of [0, 2]) {
      const train = await trainOf(workers)
      const { file } = train.examples[4]
      const before = readFileSync(file)
      writeFileSync(file, before.subarray(0, before.length - 200))
      await expect(read(train, [0, 4])).rejects.toThrow(`image ${file}: it cannot be decoded: it is broken or cut off`)
      writeFileSync(file, before)
    }
  })

  it('end by a message where a thread ends, and are made by another one then', async () => {
    const threads = process.getBuiltinModule('node:worker_threads')
    const { Worker } = threads
    const started: InstanceType<typeof Worker>[] = []
    threads.Worker = class extends Worker {
      constructor(...given: ConstructorParameters<typeof Worker>) {
        super(...given)
        started.push(this)
      }
    }
    try {
      const train = await trainOf(6)
      const reading = read(train, [0, 1, 2, 3, 4, 5])
      const ended = expect(reading).rejects.toThrow(/^a thread that decodes pictures ended \(it ended\); start again/)
      await vi.waitFor(() => expect(started.length).toBeGreaterThan(0), { interval: 1 })
      await started[0].terminate()
      await ended
      expect((await read(train, [0, 1, 2, 3, 4, 5])).inputs).toHaveLength(6 * 3 * 14 * 12)
    } finally {
      threads.Worker = Worker
    }
  })

  it.each([
    ['no picture', 'it cannot be decoded: it is not a picture'],
    ['', 'the file is empty; expected a picture'],
  ])('that are %j since they were opened are told of as on the thread that asks', async (content, message) => {
    for (const workers of [0, 2]) {
      const train = await trainOf(workers)
      const { file } = train.examples[4]
      const before = readFileSync(file)
      writeFileSync(file, content)
      await expect(read(train, [0, 4])).rejects.toThrow(`image ${file}: ${message}`)
      writeFileSync(file, before)
    }
  })

  it('that are broken since they were opened are named, the first of a batch', async () => {
    const train = await trainOf(2)
    for (const i of [4, 7]) writeFileSync(train.examples[i].file, 'no picture')
    const order = [0, 7, 1, 4]
    await expect(read(train, order)).rejects.toThrow(DataError)
    await expect(read(train, order)).rejects.toThrow(`${train.examples[7].file}: it cannot be decoded`)
    expect((await read(train, [0, 1])).inputs).toHaveLength(2 * 3 * 14 * 12)
  })
})
