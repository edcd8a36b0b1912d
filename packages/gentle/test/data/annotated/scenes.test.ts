import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../../src/core/errors.ts'
import { labelled } from '../../../src/data/annotated/labelled.ts'
import { sceneSplits, scenes } from '../../../src/data/annotated/scenes.ts'
import { inMemory } from '../../../src/data/memory.ts'
import { boxArea } from '../../../src/vision/boxes.ts'

/** Full squares of 16 x 16 within 20 x 20, in two classes. */
const square = Float32Array.from({ length: 400 }, (_, i) => {
  const [row, column] = [Math.floor(i / 20), i % 20]
  return row >= 2 && row < 18 && column >= 2 && column < 18 ? 1 : 0
})
const sourceOf = (labels: readonly number[]) =>
  inMemory({
    name: 'squares',
    inputs: Float32Array.from(labels.flatMap(() => [...square])),
    inputShape: [1, 20, 20],
    targets: Int32Array.from(labels),
    classes: ['a', 'b'],
  })
const source = sourceOf([0, 1, 1])

async function read(set: ReturnType<typeof scenes>, index: number, pass = 0) {
  const picture = new Float32Array(set.inputShape[1] ** 2)
  return { picture, ...(await set.read(index, picture, pass)) }
}

describe('scenes', () => {
  it('puts boxes tight around what the mask shows, where nothing covers it', async () => {
    const set = scenes(source, 20, { side: 64, objects: [1, 1], clutter: 0, rotation: 30 })
    for (let i = 0; i < 20; i++) {
      const { boxes, labels, mask } = await read(set, i)
      expect(boxes).toHaveLength(1)
      const inked = [...mask!.entries()].filter(([, value]) => value !== 0)
      expect(new Set(inked.map(([, value]) => value))).toEqual(new Set([labels[0] + 1]))
      const rows = inked.map(([at]) => Math.floor(at / 64))
      const columns = inked.map(([at]) => at % 64)
      expect(boxes[0]).toEqual({
        left: Math.min(...columns),
        top: Math.min(...rows),
        right: Math.max(...columns) + 1,
        bottom: Math.max(...rows) + 1,
      })
    }
  })

  it('brings an object to the size that is asked for', async () => {
    const set = scenes(source, 10, { side: 64, objects: [1, 1], size: [40, 40], clutter: 0, rotation: 0 })
    for (let i = 0; i < 10; i++) {
      const [box] = (await read(set, i)).boxes
      // The square has 16 of its picture's 20 pixels.
      expect(Math.abs(box.right - box.left - 32)).toBeLessThanOrEqual(1)
      expect(Math.abs(box.bottom - box.top - 32)).toBeLessThanOrEqual(1)
    }
  })

  it('paints objects as bright as they are drawn, and nothing elsewhere', async () => {
    const set = scenes(source, 5, { side: 64, objects: [1, 1], clutter: 0, rotation: 0, size: [40, 40] })
    const { picture, boxes } = await read(set, 0)
    const [{ left, top, right, bottom }] = boxes
    const middle = picture[Math.floor((top + bottom) / 2) * 64 + Math.floor((left + right) / 2)]
    expect(middle).toBeGreaterThanOrEqual(0.6)
    expect(middle).toBeLessThanOrEqual(1)
    expect(picture.every((value, at) => value === 0 || isNear(at, boxes[0]))).toBe(true)
  })

  const isNear = (
    at: number,
    { left, top, right, bottom }: { left: number; top: number; right: number; bottom: number },
  ) => {
    const [row, column] = [Math.floor(at / 64), at % 64]
    return row >= top - 2 && row < bottom + 2 && column >= left - 2 && column < right + 2
  }

  it('keeps the number of objects and their overlap within what is asked for', async () => {
    const set = scenes(source, 40, { side: 96, objects: [2, 5], overlap: 0, clutter: 3 })
    const counts = new Set<number>()
    for (let i = 0; i < 40; i++) {
      const { boxes, labels } = await read(set, i)
      expect(labels).toHaveLength(boxes.length)
      counts.add(boxes.length)
      for (const [a, box] of boxes.entries())
        for (const other of boxes.slice(a + 1)) {
          const across = Math.min(box.right, other.right) - Math.max(box.left, other.left)
          const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top)
          expect(Math.min(across, down)).toBeLessThanOrEqual(0)
        }
    }
    expect(Math.max(...counts)).toBeLessThanOrEqual(5)
    expect(counts.size).toBeGreaterThan(2)
  })

  it('has scenes without any object where the least is 0', async () => {
    const set = scenes(source, 30, { side: 64, objects: [0, 1], clutter: 0 })
    const empty = []
    for (let i = 0; i < 30; i++) {
      const { boxes, picture, mask } = await read(set, i)
      if (boxes.length === 0) empty.push(picture.every((value) => value === 0) && mask!.every((value) => value === 0))
    }
    expect(empty.length).toBeGreaterThan(0)
    expect(empty.every(Boolean)).toBe(true)
  })

  it('makes the same scene of a seed and an index, whatever was read before', async () => {
    const [one, other] = [scenes(source, 10, { seed: 3 }), scenes(source, 10, { seed: 3 })]
    await read(one, 2)
    expect(await read(one, 7, 4)).toEqual(await read(other, 7))
    expect(await read(one, 7)).not.toEqual(await read(one, 6))
    expect(await read(scenes(source, 10, { seed: 4 }), 7)).not.toEqual(await read(one, 7))
  })

  it('shows in test scenes objects of the test part alone', async () => {
    const splits = { train: sourceOf([0, 0]), validation: sourceOf([0]), test: sourceOf([1]) }
    const { train, test } = sceneSplits(splits, { train: 5 })
    expect(train.length).toBe(5)
    for (let i = 0; i < 5; i++) {
      expect((await read(train, i)).labels.every((label) => label === 0)).toBe(true)
      expect((await read(test, i)).labels.every((label) => label === 1)).toBe(true)
    }
  })

  it.each([
    [{ side: 8 }, /side is 8; expected a whole number of pixels from 16/],
    [{ objects: [3, 2] as const }, /objects is 3 to 2/],
    [{ size: [20, 200] as const }, /size is 20 to 200/],
    [{ rotation: -1 }, /rotation is -1; expected 0 to 180 degrees/],
    [{ overlap: 2 }, /overlap is 2; expected 0 to 1/],
    [{ clutter: 1.5 }, /clutter is 1.5/],
  ])('refuses options out of range: %j', (options, message) => {
    expect(() => scenes(source, 3, options)).toThrow(ArgumentError)
    expect(() => scenes(source, 3, options)).toThrow(message)
  })
})

describe('labelled', () => {
  it('makes examples for classification: the label of the largest object', async () => {
    const set = scenes(source, 10, { side: 64, objects: [1, 3], overlap: 0 })
    const examples = labelled(set)
    expect(examples).toMatchObject({ length: 10, inputShape: [1, 64, 64], classes: ['a', 'b'] })
    const [inputs, targets] = [new Float32Array(10 * 64 ** 2), new Int32Array(10)]
    await examples.read([...Array(10).keys()], inputs, targets)
    for (let i = 0; i < 10; i++) {
      const { picture, boxes, labels } = await read(set, i)
      expect(inputs.subarray(i * 64 ** 2, (i + 1) * 64 ** 2)).toEqual(picture)
      const areas = boxes.map(boxArea)
      expect(targets[i]).toBe(labels[areas.indexOf(Math.max(...areas))])
    }
  })

  it('refuses a picture without an object when it is read', async () => {
    const empty = labelled(scenes(source, 20, { side: 64, objects: [0, 1] }))
    const all = () => empty.read([...Array(20).keys()], new Float32Array(20 * 64 ** 2), new Int32Array(20))
    await expect(async () => await all()).rejects.toThrow(
      'scenes of squares: a picture has no object that counts; classification expects one in each',
    )
  })
})
