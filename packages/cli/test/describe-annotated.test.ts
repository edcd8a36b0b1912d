import { join } from 'node:path'
import {
  type AnnotatedSet,
  type AnnotatedSplits,
  type Annotations,
  annotatedStatistics,
  imageFileInfo,
} from 'gentle-dl/data'
import { afterEach, expect, test, vi } from 'vitest'
import { describeAnnotated } from '../src/data/describe-annotated.ts'
import { temporaryFolder } from './command.ts'

const [height, width] = [100, 200]

const boxOf = (boxWidth: number, boxHeight: number) => ({ left: 0, top: 0, right: boxWidth, bottom: boxHeight })

/** Pictures whose every value is their index / 10. */
function setOf(name: string, truths: readonly Annotations[], masks: boolean, asynchronous = false): AnnotatedSet {
  return {
    name,
    length: truths.length,
    inputShape: [1, height, width],
    classes: ['9', 'cat', '1'],
    ...(masks && { maskClasses: ['background', '9', 'cat', '1'] }),
    read(index, picture) {
      picture.fill(index / 10, 0, height * width)
      return asynchronous ? Promise.resolve(truths[index]) : truths[index]
    },
  }
}

function half(value: number, ignored: number): Uint8Array {
  const mask = new Uint8Array(height * width).fill(value, 0, (height * width) / 2)
  return mask.fill(255, 0, ignored)
}

const nothing: Annotations = { boxes: [], labels: [] }

const splits = (masks: boolean, asynchronous = false): AnnotatedSplits => {
  const train: Annotations[] = [
    { boxes: [boxOf(20, 10), boxOf(32, 32)], labels: [0, 1], mask: half(1, 0) },
    {
      boxes: [boxOf(96, 96), boxOf(200, 100), boxOf(1, 1)],
      labels: [1, 1, 2],
      ignored: [false, false, true],
      mask: half(2, 2000),
    },
    { ...nothing, mask: half(0, 0) },
  ]
  return {
    train: setOf('train', train, masks, asynchronous),
    validation: setOf('validation', [{ boxes: [boxOf(5, 5)], labels: [2] }], masks),
    test: setOf('test', [], masks),
  }
}

test('objects are counted by class and part; ignored ones apart, pictures without objects too', async () => {
  const { counts } = await annotatedStatistics(splits(false), 0)
  expect(counts).toEqual({
    train: {
      pictures: 3,
      withoutObjects: 1,
      objects: 4,
      ignored: 1,
      perClass: { 9: 1, cat: 3, 1: 0 },
      objectsPerPicture: { min: 0, median: 2, max: 2 },
    },
    validation: {
      pictures: 1,
      withoutObjects: 0,
      objects: 1,
      ignored: 0,
      perClass: { 9: 0, cat: 0, 1: 1 },
      objectsPerPicture: { min: 1, median: 1, max: 1 },
    },
    test: { pictures: 0, withoutObjects: 0, objects: 0, ignored: 0, perClass: { 9: 0, cat: 0, 1: 0 } },
  })
})

test("boxes are small, medium and large by COCO's areas, and shares of the picture", async () => {
  const { boxes } = await annotatedStatistics(splits(false), 0)
  expect(boxes).toMatchObject({ small: 1, medium: 2, large: 1 })
  expect(boxes!.width).toEqual([20 / 200, 32 / 200, 96 / 200, 1, 1])
  expect(boxes!.height).toEqual([0.1, 0.32, 0.96, 1, 1])
  expect(boxes!.area).toEqual([200 / 20_000, 1024 / 20_000, 9216 / 20_000, 1, 1])
})

test('pixels of masks are shared among classes and those ignored; values have mean and standard deviation', async () => {
  const { pixelShares, mean, std, sampled } = await annotatedStatistics(splits(true), 0)
  expect(pixelShares).toEqual({
    perClass: { background: (10_000 + 10_000 + 20_000) / 60_000, 9: 10_000 / 60_000, cat: 8000 / 60_000, 1: 0 },
    ignored: 2000 / 60_000,
  })
  expect(sampled).toBe(3)
  expect(mean[0]).toBeCloseTo(0.1, 6)
  expect(std[0]).toBeCloseTo(Math.sqrt(0.02 / 3), 6)
})

test('pictures that come later give the same figures, and a set without boxes and masks has none of them', async () => {
  expect(await annotatedStatistics(splits(true, true), 0)).toEqual(await annotatedStatistics(splits(true), 0))
  const empty = { ...splits(false), train: setOf('train', [nothing], false) }
  const statistics = await annotatedStatistics(empty, 0)
  expect(statistics.boxes).toBeUndefined()
  expect(statistics.pixelShares).toBeUndefined()
})

test('of many pictures the pixels of 2,000 are looked at, chosen by seed', async () => {
  const many: AnnotatedSet = {
    ...setOf('many', Array(2500).fill({ boxes: [boxOf(1, 1)], labels: [0] }), false),
    inputShape: [1, 1, 1],
    read(index, picture) {
      picture[0] = index
      return { boxes: [boxOf(1, 1)], labels: [0] }
    },
  }
  const statistics = (seed: number) => annotatedStatistics({ train: many, validation: many, test: many }, seed)
  const { sampled, mean, counts } = await statistics(0)
  expect(sampled).toBe(2000)
  expect(counts.train.objects).toBe(2500)
  expect(mean).toEqual((await statistics(0)).mean)
  expect(mean).not.toEqual((await statistics(1)).mean)
})

afterEach(() => vi.restoreAllMocks())

/** What is printed. */
async function printed(run: () => Promise<void>): Promise<string> {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const log = vi.spyOn(console, 'log').mockReturnValue()
  await run()
  return log.mock.calls.join('\n')
}

test('it is told in tables, classes in the order of the set', async () => {
  const said = await printed(() => describeAnnotated('pets', splits(true), { seed: 0 }))
  expect(said).toMatch(/^pets: pictures of 1 x 100 x 200, objects of 3 classes, masks of 4 classes\n/)
  expect(said).toMatch(/\n9 +1 +0 +0\ncat +3 +0 +0\n1 +0 +1 +0\nall +4 +1 +0\nignored +1 +0 +0\n/)
  expect(said).toMatch(/\ntrain +3 +1 +0 +2 +2\nvalidation +1 +0 +1 +1 +1\ntest +0 +0 +- +- +-\n/)
  expect(said).toMatch(/\nshare of the picture's width +10\.00 % +16\.00 % +48\.00 % +100\.00 % +100\.00 %\n/)
  expect(said).toMatch(/\n1 small \(below 32 x 32 pixels\), 2 medium, 1 large \(above 96 x 96\)\n/)
  expect(said).toMatch(/\nbackground +66\.67 %\n9 +16\.67 %\ncat +13\.33 %\n1 +0\.00 %\nignored +3\.33 %\n/)
  expect(said).toMatch(/\ngrey +0\.1000 +0\.0816$/)
})

test('as JSON, with a sheet of pictures: boxes and mask side by side, colours below', async () => {
  const out = join(temporaryFolder(), 'sheet.png')
  const said = await printed(() => describeAnnotated('pets', splits(true), { out, seed: 0, json: true }))
  const statistics = JSON.parse(said)
  expect(statistics).toMatchObject({
    name: 'pets',
    inputShape: [1, 100, 200],
    train: { objects: 4 },
    boxes: { large: 1 },
    sampled: 3,
  })
  // Three tiles of two pictures, each 200 wide, and 4 pixels between them.
  expect(await imageFileInfo(out)).toMatchObject({ width: 2 * (404 + 12) + 12 })
})
