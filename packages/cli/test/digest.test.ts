/** By what it is seen that pictures with boxes and masks are others than they were. */
import type { AnnotatedSet } from 'gentle-dl/data'
import { expect, it } from 'vitest'
import { changeOf, digestOf } from '../src/data/digest.ts'

const length = 200

/** Pictures of 2 x 2 with a box each, and a mask where one is asked for. */
function pictures(
  changes: Partial<AnnotatedSet> & { box?: (i: number) => number; label?: (i: number) => number; mask?: number } = {},
): AnnotatedSet {
  const { box = (i) => i / 400, label = (i) => i % 2, mask, ...rest } = changes
  const objects = (i: number) => ({ boxes: [{ left: box(i), top: 0, right: 1, bottom: 1 }], labels: [label(i)] })
  return {
    name: 'pictures',
    length,
    inputShape: [1, 2, 2],
    classes: ['cat', 'dog'],
    objects,
    read(index, picture) {
      picture.fill(index)
      return { ...objects(index), ...(mask === undefined ? {} : { mask: new Uint8Array(4).fill(mask) }) }
    },
    ...rest,
  }
}

const changeFrom = async (before: AnnotatedSet, now: AnnotatedSet): Promise<string | undefined> =>
  changeOf({ examples: { train: before.length }, digests: { train: await digestOf(before) } }, 'train', now)

it('a box or a class of one picture among many is seen, whichever it is', async () => {
  const before = pictures()
  expect(await changeFrom(before, pictures())).toBeUndefined()
  for (const at of [0, 1, 57, length - 1]) {
    expect(await changeFrom(before, pictures({ box: (i) => i / 400 + (i === at ? 1e-3 : 0) }))).toBe(
      'other examples in its train part',
    )
    expect(await changeFrom(before, pictures({ label: (i) => (i === at ? 1 - (i % 2) : i % 2) }))).toBeDefined()
  }
})

it('masks, and a set that tells what is in a picture only with the picture', async () => {
  expect(await changeFrom(pictures({ mask: 1 }), pictures({ mask: 2 }))).toBeDefined()
  const closed = { objects: undefined }
  expect(await changeFrom(pictures(closed), pictures(closed))).toBeUndefined()
  expect(await changeFrom(pictures(closed), pictures({ ...closed, box: () => 0.5 }))).toBeDefined()
})

it('classes are compared by their names, whatever their order', async () => {
  const swapped = pictures({ classes: ['dog', 'cat'], label: (i) => 1 - (i % 2) })
  expect(await changeFrom(pictures(), swapped)).toBeUndefined()
})

it('of a run of an older version, which told nothing of boxes, the numbers of pictures are compared', async () => {
  const known = { examples: { train: length }, digests: { train: '2:0123456789abcdef' } }
  expect(await changeOf(known, 'train', pictures())).toBeUndefined()
  expect(await changeOf(known, 'train', pictures({ length: 199 }))).toBe(
    '199 examples in its train part, where there were 200',
  )
})
