import { Augmentation, type Dataset, mnist, policies, subset } from 'gentle-dl/data'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Turns } from '../../src/engine/turns.ts'
import { exerciseAnswer } from '../../src/pages/overfitting/exercise.ts'
import { type GalleryRequest, gallery, variants } from '../../src/pages/overfitting/gallery.ts'
import { digitsPolicy, type GalleryName, galleryPolicies } from '../../src/pages/overfitting/policies.ts'
import { type Moment, noMoments } from '../../src/pages/overfitting/settings.ts'

const request: GalleryRequest = { name: 'flip', amount: 0.5, seed: 3, boxes: true, masks: true }

it('is augmented by the policy of the library, at strength 1', () => {
  expect(digitsPolicy(1)).toEqual(policies.digits)
})

describe('the gallery', () => {
  let digits: Dataset
  beforeAll(async () => {
    digits = subset(
      (await mnist()).train,
      Array.from({ length: 500 }, (_, i) => i),
    )
  })

  it('mirrors boxes with the picture, and leaves them where pixels only change', async () => {
    const [scene, ...mirrored] = await gallery(digits, request)
    expect(mirrored).toHaveLength(variants)
    const flipped = scene.objects.map(({ label, box: [left, top, right, bottom] }) => ({
      label,
      box: [96 - right, top, 96 - left, bottom],
    }))
    // By chance about half of them.
    const kinds = mirrored.map(({ objects }) =>
      objects.every(({ box }, i) => Math.abs(box[0] - flipped[i].box[0]) < 1e-9),
    )
    expect(new Set(kinds)).toEqual(new Set([true, false]))
    for (const [i, { objects }] of mirrored.entries()) expect(objects).toEqual(kinds[i] ? flipped : scene.objects)
    for (const { objects } of await gallery(digits, { ...request, name: 'noise' }))
      expect(objects).toEqual(scene.objects)
  })

  it('draws boxes and masks where they are asked for', async () => {
    const [bare] = await gallery(digits, { ...request, boxes: false, masks: false })
    const { rgba } = bare.pixels
    for (let at = 0; at < rgba.length; at += 4) if (rgba[at] !== rgba[at + 1] || rgba[at] !== rgba[at + 2]) throw at
    const coloured = async (own: Partial<GalleryRequest>): Promise<number> => {
      const [{ pixels }] = await gallery(digits, { ...request, boxes: false, masks: false, ...own })
      return pixels.rgba.filter((value, at) => at % 4 === 1 && value !== pixels.rgba[at - 1]).length
    }
    expect(await coloured({ boxes: true })).toBeGreaterThan(300)
    expect(await coloured({ masks: true })).toBeGreaterThan(300)
  })

  it.each(Object.keys(galleryPolicies) as GalleryName[])('has no amount that is refused: %s', (name) => {
    for (const amount of [0.05, 0.3, 1])
      expect(new Augmentation(galleryPolicies[name](amount), { channels: 1, height: 96, width: 96 }).mixing).toBe(
        undefined,
      )
  })
})

describe('turns', () => {
  const turns = new Turns()
  afterAll(() => turns.rest)

  it('leave out those between the one under way and the last, and go on after one that failed', async () => {
    const done: string[] = []
    const first = turns.take(async (isLast) => {
      while (isLast()) await new Promise(setImmediate)
      done.push('first')
      throw new Error('broken')
    })
    await new Promise(setImmediate)
    const second = turns.take(async () => void done.push('second'))
    const third = turns.take(async () => void done.push('third'))
    await expect(first).rejects.toThrow('broken')
    await Promise.all([second, third])
    expect(done).toEqual(['first', 'third'])
  })
})

it('sees in the exercise whether half of the gap is closed, by what may close it', () => {
  const course = (train: number, validation: number, accuracy: number): Moment[] =>
    Array.from({ length: 31 }, () => ({ train, validation, accuracy }))
  const moments = { ...noMoments, none: course(0, 1, 0.75), data: course(0, 0.2, 0.9) }
  expect(exerciseAnswer(moments, 5, 100).remark).toContain('400 steps')
  expect(exerciseAnswer(moments, 30, 1000).remark).toContain('at most 200')
  expect(exerciseAnswer(moments, 30, 100).remark).toContain('other than more data')
  expect(exerciseAnswer({ ...moments, decay: course(0.3, 0.9, 0.76) }, 30, 100).right).toBe(false)
  expect(exerciseAnswer({ ...moments, decay: course(0.8, 0.9, 0.7) }, 30, 100).remark).toContain('too much')
  expect(exerciseAnswer({ ...moments, augmentation: course(0.1, 0.5, 0.83) }, 30, 100).right).toBe(true)
})
