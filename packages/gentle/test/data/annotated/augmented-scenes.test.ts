import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../../src/core/errors.ts'
import type { AnnotatedSet } from '../../../src/data/annotated/annotated-set.ts'
import { augmentedScenes } from '../../../src/data/annotated/augmented-scenes.ts'
import { taskSet } from '../../../src/data/annotated/task-set.ts'
import { localization } from '../../../src/vision/tasks/localization.ts'
import { segmentation } from '../../../src/vision/tasks/segmentation.ts'

/** A bright rectangle of 2 x 4 at (1, 2) in pictures of 8 x 8, and an ignored one. */
const set: AnnotatedSet = {
  name: 'rectangles',
  length: 4,
  inputShape: [1, 8, 8],
  classes: ['rectangle'],
  maskClasses: ['background', 'rectangle'],
  read(_, picture) {
    picture.fill(0, 0, 64)
    const mask = new Uint8Array(64)
    for (let row = 2; row < 6; row++)
      for (let column = 1; column < 3; column++) {
        picture[row * 8 + column] = 1
        mask[row * 8 + column] = 1
      }
    return {
      boxes: [
        { left: 1, top: 2, right: 3, bottom: 6 },
        { left: 0, top: 0, right: 1, bottom: 1 },
      ],
      labels: [0, 0],
      ignored: [false, true],
      mask,
    }
  },
}

describe('augmented scenes', () => {
  it('carry boxes, labels, what is ignored, and the mask along with the picture', async () => {
    const picture = new Float32Array(64)
    const { boxes, ignored, labels, mask } = await augmentedScenes(set, [{ type: 'flip', probability: 1 }]).read(
      0,
      picture,
    )
    expect(boxes[0]).toEqual({ left: 5, top: 2, right: 7, bottom: 6 })
    expect([labels, ignored]).toEqual([
      [0, 0],
      [false, true],
    ])
    expect([...mask!].map(Boolean)).toEqual([...picture].map((value) => value > 0.5))
  })

  it('leave out objects of which hardly anything is left, and do not count pixels from outside', async () => {
    const moved = augmentedScenes(set, [{ type: 'shift', across: 0.6, down: 0.6 }])
    let left = 0
    for (let pass = 0; pass < 20; pass++) {
      const { boxes, labels, mask } = await moved.read(0, new Float32Array(64), pass)
      expect(boxes).toHaveLength(labels.length)
      left += boxes.length
      expect(mask!.includes(255)).toBe(true)
    }
    expect(left).toBeLessThan(40)
  })

  it('are the same for a seed, a pass and an index', async () => {
    const policy = [{ type: 'rotate', degrees: 30 }] as const
    const read = (seed: number, pass: number) =>
      augmentedScenes(set, policy, { seed }).read(1, new Float32Array(64), pass)
    expect(await read(1, 2)).toEqual(await read(1, 2))
    expect(await read(1, 2)).not.toEqual(await read(1, 3))
    expect(await read(1, 2)).not.toEqual(await read(2, 2))
  })

  it('refuse to mix pictures', () => {
    expect(() => augmentedScenes(set, [{ type: 'mixUp' }])).toThrow(ArgumentError)
  })
})

describe('a task set', () => {
  it('writes pictures and targets, whether the set reads at once or later', async () => {
    const later: AnnotatedSet = { ...set, read: async (index, picture, pass) => set.read(index, picture, pass) }
    for (const read of [set, later]) {
      const dataset = taskSet(read, segmentation([1, 8, 8]).target)
      const [inputs, targets] = [new Float32Array(128), new Int32Array(128)]
      await dataset.read([0, 3], inputs, targets)
      expect([...targets]).toEqual([...inputs])
    }
  })

  it('tells the largest object as shares of the picture for localization', async () => {
    const targets = new Float32Array(5)
    await taskSet(set, localization([1, 8, 8]).target).read([0], new Float32Array(64), targets)
    expect([...targets]).toEqual([0, 1 / 8, 2 / 8, 3 / 8, 6 / 8])
  })

  it('names what a picture lacks', async () => {
    const without: AnnotatedSet = { ...set, read: () => ({ boxes: [], labels: [] }) }
    const read = (target: Parameters<typeof taskSet>[1], targets: Float32Array | Int32Array) => () =>
      taskSet(without, target).read([0], new Float32Array(64), targets)
    expect(read(localization([1, 8, 8]).target, new Float32Array(5))).toThrow(/has no object/)
    expect(read(segmentation([1, 8, 8]).target, new Int32Array(64))).toThrow(/has no mask/)
  })
})
