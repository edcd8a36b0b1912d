/** Each format gives back the scenes that were written in it. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ArgumentError, DataError } from 'gentle-dl'
import {
  type AnnotatedFileSet,
  type AnnotatedFolder,
  augmentedScenes,
  cocoFolder,
  type ImageFolderOptions,
  ignoredPixel,
  labelled,
  labelsOf,
  maskFolder,
  vocFolder,
  yoloFolder,
} from 'gentle-dl/data'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import {
  classes,
  cocoFiles,
  cocoJson,
  type Files,
  folderOf,
  maskFiles,
  pictureFiles,
  readAll,
  sceneList,
  side,
  vocFiles,
  type Written,
  yoloFiles,
} from './written-sets.ts'

const list = await sceneList(9)
const [train, val] = [list.slice(0, 6), list.slice(6)]

const options: ImageFolderOptions = { size: side }

/** All of a set has what was written. */
async function expectScenes(set: AnnotatedFileSet, written: readonly Written[], { boxes = true, masks = true } = {}) {
  for (const { index, picture, ...truth } of await readAll(set)) {
    const scene = written[index]
    expect([...picture]).toEqual([...scene.pixels].map((byte) => Math.fround(byte / 255)))
    expect(truth.labels).toEqual(boxes ? scene.labels : [])
    for (const [i, box] of truth.boxes.entries())
      for (const edge of ['left', 'top', 'right', 'bottom'] as const)
        expect(box[edge]).toBeCloseTo(scene.boxes[i][edge], 3)
    expect(truth.mask && [...truth.mask]).toEqual(masks ? [...scene.mask] : undefined)
  }
}

const all = ({ train: a, validation: b, test: c }: AnnotatedFolder): AnnotatedFileSet[] => [a, b, c]
const namesOf = (set: AnnotatedFileSet): string[] => set.files.map((file) => file.split(/[\\/]/).slice(-2).join('/'))
const without = (files: Files, pattern: RegExp): Files =>
  Object.fromEntries(Object.entries(files).filter(([name]) => !pattern.test(name)))

describe('a COCO set', () => {
  it.each(['polygons', 'counts', 'string', 'none'] as const)('with %s is read as it was written', async (kind) => {
    const folder = folderOf({ ...(await pictureFiles('.', list)), 'all.json': JSON.stringify(cocoJson(list, kind)) })
    const splits = await cocoFolder(folder, options)
    expect(splits.skipped).toEqual([])
    expect(all(splits).map(({ length }) => length)).toEqual([6, 1, 2])
    for (const set of all(splits)) {
      expect(set.inputShape).toEqual([1, side, side])
      expect([set.classes, set.maskClasses]).toEqual([
        classes,
        kind === 'none' ? undefined : ['background', ...classes],
      ])
      await expectScenes(set, list, { masks: kind !== 'none' })
    }
  })

  it('may be one file named by its path, and is split as its seed says', async () => {
    const folder = folderOf(await cocoFiles({ val2017: list }))
    const file = join(folder, 'annotations', 'instances_val2017.json')
    const splits = await cocoFolder(file, { ...options, test: 3, validation: 2, seed: 4 })
    expect(all(splits).map(({ length }) => length)).toEqual([4, 2, 3])
    expect(new Set(all(splits).flatMap(({ files }) => files)).size).toBe(9)
    expect((await cocoFolder(file, { ...options, test: 3, validation: 2, seed: 4 })).test.files).toEqual(
      splits.test.files,
    )
    expect((await cocoFolder(file, { ...options, test: 3, validation: 2, seed: 5 })).test.files).not.toEqual(
      splits.test.files,
    )
  })

  it.each<[string, () => Promise<Files>]>([
    ['annotations/ and folders of the same years', () => cocoFiles({ train2017: train, val2017: val })],
    [
      'images/train and other annotations beside',
      async () => ({
        ...(await pictureFiles('images/train', train)),
        ...(await pictureFiles('images/val', val)),
        'annotations/instances_train.json': JSON.stringify(cocoJson(train)),
        'annotations/instances_val.json': JSON.stringify(cocoJson(val)),
        'annotations/captions_train.json': '{}',
        'annotations/image_info_test.json': '{}',
      }),
    ],
    [
      'train.json and valid.json at the top',
      async () => ({
        ...(await pictureFiles('train', train)),
        ...(await pictureFiles('valid', val)),
        'train.json': JSON.stringify(cocoJson(train)),
        'valid.json': JSON.stringify(cocoJson(val)),
      }),
    ],
    [
      "Roboflow's files beside the pictures",
      async () => ({
        ...(await pictureFiles('train', train)),
        ...(await pictureFiles('valid', val)),
        'train/_annotations.coco.json': JSON.stringify(cocoJson(train)),
        'valid/_annotations.coco.json': JSON.stringify(cocoJson(val)),
      }),
    ],
  ])('with %s keeps its parts, and splits the test off', async (_, files) => {
    const splits = await cocoFolder(folderOf(await files()), options)
    expect(all(splits).map(({ length }) => length)).toEqual([5, 3, 1])
    await expectScenes(splits.train, train)
    await expectScenes(splits.validation, val)
    await expectScenes(splits.test, train)
  })

  it('has crowds that count nowhere, below what is small; a crowd without a segmentation is its box', async () => {
    const json = cocoJson(train, 'counts')
    const [own] = json.annotations
    const crowd = { ...own, id: 99, iscrowd: 1, bbox: [0, 0, side, 8], segmentation: [] }
    const large = {
      ...own,
      id: 98,
      category_id: 3,
      bbox: [0, 0, side, side],
      segmentation: [[0, 0, side, 0, side, side, 0, side]],
    }
    const folder = folderOf({
      ...(await pictureFiles('images', train)),
      'all.json': JSON.stringify({ ...json, annotations: [...json.annotations, crowd, large] }),
    })
    const splits = await cocoFolder(folder, { ...options, test: 1, validation: 1 })
    const pictures = (await Promise.all(all(splits).map(readAll))).flat()
    const { mask, boxes, ignored, labels } = pictures.find(({ index }) => index === 0)!
    const count = train[0].boxes.length
    expect(boxes).toHaveLength(count + 2)
    expect(ignored).toEqual([...Array(count).fill(false), true, false])
    expect(labels.at(-1)).toBe(0)
    // The large object covers the crowd; the scene's own are smaller.
    expect([...mask!]).toEqual([...train[0].mask].map((value) => value || 1))
    expect(pictures.find(({ index }) => index === 1)!.ignored).toBeUndefined()
    const alone = { ...json, annotations: [...json.annotations, crowd] }
    writeFileSync(join(folder, 'all.json'), JSON.stringify(alone))
    const again = (await Promise.all(all(await cocoFolder(folder, options)).map(readAll))).flat()
    const expected = [...train[0].mask].map((value, i) => value || (i < 8 * side ? ignoredPixel : 0))
    expect([...again.find(({ index }) => index === 0)!.mask!]).toEqual(expected)
  })

  it('keeps pictures without objects, and gives classification the label of the largest', async () => {
    const json = cocoJson(list)
    const files = { ...(await pictureFiles('images', list)) }
    const folder = folderOf({ ...files, 'all.json': JSON.stringify(json) })
    const { train: set } = await cocoFolder(folder, options)
    const indices = (await readAll(set)).map(({ index }) => index)
    const largest = ({ boxes, labels }: Written) =>
      labels[
        boxes
          .map((box) => (box.right - box.left) * (box.bottom - box.top))
          .reduce((m, area, i, a) => (area > a[m] ? i : m), 0)
      ]
    expect([...labelsOf(labelled(set))]).toEqual(indices.map((index) => largest(list[index])))
    const none = { ...json, annotations: json.annotations.filter(({ image_id: image }) => image > 5) }
    writeFileSync(join(folder, 'all.json'), JSON.stringify(none))
    const emptied = await cocoFolder(folder, options)
    expect(all(emptied).reduce((sum, { length }) => sum + length, 0)).toBe(9)
    const truths = (await Promise.all(all(emptied).map(readAll))).flat()
    expect(truths.find(({ index }) => index === 2)).toMatchObject({ boxes: [], labels: [] })
    expect(() => labelled(emptied.train)).toThrow(ArgumentError)
  })
})

describe('a VOC set', () => {
  it('is read as it was written, masks by labelmap.txt', async () => {
    const splits = await vocFolder(folderOf(await vocFiles(list)), options)
    expect(splits.skipped).toEqual([])
    for (const set of all(splits)) {
      expect([set.classes, set.maskClasses]).toEqual([classes, ['background', ...classes]])
      await expectScenes(set, list)
    }
  })

  it("has VOC's own classes in its masks where all of its classes are", async () => {
    const files = await vocFiles(list)
    const voc = Object.entries(without(files, /labelmap|SegmentationClass\/8/)).map(([name, content]) => [
      name,
      typeof content === 'string' ? content.replaceAll('>corner<', '>dog<').replaceAll('>ring<', '>cat<') : content,
    ])
    const folder = folderOf(Object.fromEntries(voc))
    const boxesOnly = await vocFolder(folder, options)
    expect([boxesOnly.train.classes, boxesOnly.train.maskClasses]).toEqual([['cat', 'dog'], undefined])
    writeFileSync(join(folder, 'SegmentationClass', '8.png'), files['SegmentationClass/8.png'])
    const { train: set } = await vocFolder(folder, options)
    expect(set.maskClasses).toHaveLength(21)
    expect(set.maskClasses!.slice(0, 3)).toEqual(['background', 'aeroplane', 'bicycle'])
    for (const { index, mask } of await readAll(set)) expect([...mask!]).toEqual([...list[index].mask])
  })

  it('takes the pictures that ImageSets/Segmentation lists where masks are asked for', async () => {
    const files = await vocFiles(list)
    const folder = folderOf({
      ...without(files, /SegmentationClass\/[0-5]/),
      'ImageSets/Main/train.txt': '0\n1\n2\n6\n7',
      'ImageSets/Segmentation/train.txt': '6\n7\n8',
    })
    const [boxes, masks] = [await vocFolder(folder, options), await vocFolder(folder, { ...options, masks: true })]
    expect([boxes.train.maskClasses, masks.train.maskClasses]).toEqual([undefined, ['background', ...classes]])
    expect(all(masks).reduce((total, { length }) => total + length, 0)).toBe(3)
  })

  it('takes its parts from ImageSets, and difficult objects do not count', async () => {
    const files = without(await vocFiles(list), /Segmentation|labelmap/)
    const folder = folderOf({
      ...files,
      'Annotations/0.xml': (files['Annotations/0.xml'] as string).replace('<difficult>0', '<difficult>1'),
      'ImageSets/Main/train.txt': '0\n1\n2\n\n',
      'ImageSets/Main/val.txt': '3\n4',
      'ImageSets/Main/trainval.txt': '0\n1\n2\n3\n4',
      'ImageSets/Main/test.txt': '5 1\n6 -1\n',
    })
    const splits = await vocFolder(folder, options)
    expect(all(splits).map(namesOf)).toEqual(
      [
        [0, 1, 2],
        [3, 4],
        [5, 6],
      ].map((part) => part.map((i) => `JPEGImages/${i}.png`)),
    )
    const [first, second] = await readAll(splits.train)
    expect(first.ignored![0]).toBe(true)
    expect(second.ignored).toBeUndefined()
    rmSync(join(folder, 'ImageSets/Main/train.txt'))
    expect(namesOf((await vocFolder(folder, options)).train)).toEqual([0, 1, 2].map((i) => `JPEGImages/${i}.png`))
  })
})

describe('a YOLO set', () => {
  it.each([false, true])('is read as it was written, outlines: %s', async (outlines) => {
    const splits = await yoloFolder(folderOf(await yoloFiles({ train, val }, outlines)), options)
    expect(splits.skipped).toEqual([])
    expect(all(splits).map(({ length }) => length)).toEqual([5, 3, 1])
    expect([splits.train.classes, splits.train.maskClasses]).toEqual([
      classes,
      outlines ? ['background', ...classes] : undefined,
    ])
    await expectScenes(splits.train, train, { masks: outlines })
    await expectScenes(splits.validation, val, { masks: outlines })
  })

  const list6 = { ...Object.fromEntries(train.map((_, i) => [i, ''])) }
  it.each<[string, (files: Files) => Files]>([
    ['classes.txt and images/train', (files) => ({ ...without(files, /yaml/), 'classes.txt': classes.join('\n') })],
    [
      'train/images, as Roboflow has it, and names as a map',
      (files) => ({
        ...Object.fromEntries(
          Object.entries(without(files, /yaml/)).map(([name, content]) => [
            name.replace(/^(images|labels)\/(\w+)/, '$2/$1').replace(/^val/, 'valid'),
            content,
          ]),
        ),
        'data.yaml': 'train: ../train/images\nval: ../valid/images\nnc: 2\nnames:\n  0: corner\n  1: ring\n',
      }),
    ],
    [
      'lists of paths below a root',
      (files) => ({
        ...without(files, /yaml/),
        'all.yml': 'path: .\ntrain: [images/train]\nval: val.txt\nnames: [corner, ring]',
        'val.txt': Object.keys(files)
          .filter((name) => /^images\/val/.test(name))
          .map((name) => `./${name}\n`)
          .join(''),
      }),
    ],
    [
      "Darknet's lists and names, labels beside the pictures",
      (files) => ({
        ...Object.fromEntries(
          Object.entries(without(files, /yaml/)).map(([name, content]) => [
            name.replace(/^(images|labels)\/(\w+)\//, 'obj_$2_data/'),
            content,
          ]),
        ),
        'obj.names': classes.join('\n'),
        'train.txt': Object.keys(list6)
          .map((i) => `data/obj_train_data/${i}.png`)
          .join('\n'),
        'valid.txt': val.map((_, i) => `data/obj_val_data/${i}.png`).join('\n'),
      }),
    ],
  ])('with %s keeps its parts', async (_, change) => {
    const splits = await yoloFolder(folderOf(change(await yoloFiles({ train, val }))), options)
    expect([splits.skipped, all(splits).map(({ length }) => length)]).toEqual([[], [5, 3, 1]])
    await expectScenes(splits.train, train, { masks: false })
    await expectScenes(splits.validation, val, { masks: false })
  })

  it('keeps pictures without a label file as pictures without objects', async () => {
    const files = without(await yoloFiles({ train, val }), /labels\/val\/1/)
    const { validation, skipped } = await yoloFolder(folderOf(files), options)
    expect(skipped).toEqual([])
    expect(await validation.read(1, new Float32Array(side * side))).toEqual({ boxes: [], labels: [] })
  })
})

describe('a set of masks', () => {
  it('is read as it was written', async () => {
    const splits = await maskFolder(folderOf(await maskFiles(list)), options)
    expect(splits.skipped).toEqual([])
    for (const set of all(splits)) {
      expect([set.classes, set.maskClasses]).toEqual([[], ['background', ...classes]])
      await expectScenes(set, list, { boxes: false })
    }
  })

  it.each([
    [
      'images/train and annotations/train',
      (name: string) => name.replace('masks', 'annotations').replace('/', '/train/'),
    ],
    ['train/images and train/labels', (name: string) => name.replace('masks', 'labels').replace(/^/, 'train/')],
  ])('may have %s, and names classes by number where nothing else does', async (_, place) => {
    const files = without(await maskFiles(list), /classes/)
    const moved = Object.fromEntries(Object.entries(files).map(([name, content]) => [place(name), content]))
    const { train: set } = await maskFolder(folderOf(moved), options)
    expect(set.maskClasses).toEqual(['background', 'class 1', 'class 2'])
    await expectScenes(set, list, { boxes: false })
  })
})

/** Scenes beside an empty half, so that pictures are twice as wide as high. */
async function wideSet(): Promise<string> {
  const json = cocoJson(list, 'none')
  const files = await Promise.all(
    list.map(async ({ pixels }, i) => [
      `${i}.png`,
      await sharp(pixels, { raw: { height: side, width: side, channels: 1 } })
        .toColourspace('b-w')
        .extend({ right: side, background: '#000' })
        .png()
        .toBuffer(),
    ]),
  )
  const masks = list.map(({ mask }) => {
    const runs: [number, number][] = []
    for (let x = 0; x < side; x++) for (let y = 0; y < side; y++) if (mask[y * side + x] !== 0) runs.push([x, y])
    return runs
  })
  const annotations = json.annotations.map((each) => ({
    ...each,
    // One rectangle a pixel is exact.
    segmentation: masks[each.image_id - 1]
      .filter(([x, y]) => list[each.image_id - 1].mask[y * side + x] === (each.category_id === 3 ? 1 : 2))
      .map(([x, y]) => [x, y, x + 1, y, x + 1, y + 1, x, y + 1]),
  }))
  const images = json.images.map((each) => ({ ...each, width: 2 * side }))
  return folderOf({ ...Object.fromEntries(files), 'all.json': JSON.stringify({ ...json, images, annotations }) })
}

const folder = await wideSet()

describe('a set of files at another size', () => {
  it('has boxes and masks where the picture goes; the padding counts nowhere', async () => {
    const { train: set } = await cocoFolder(folder, { size: 2 * side, channels: 3 })
    expect(set.inputShape).toEqual([3, 2 * side, 2 * side])
    for (const { index, picture, boxes, mask } of await readAll(set)) {
      const shift = side / 2
      expect(boxes).toEqual(
        list[index].boxes.map(({ left, top, right, bottom }) => ({
          left,
          right,
          top: top + shift,
          bottom: bottom + shift,
        })),
      )
      const expected = Array.from({ length: 4 * side * side }, (_, i) => {
        const [row, column] = [Math.floor(i / (2 * side)) - shift, i % (2 * side)]
        if (row < 0 || row >= side) return ignoredPixel
        return column < side ? list[index].mask[row * side + column] : 0
      })
      expect([...mask!]).toEqual(expected)
      // Ink is where the mask has it.
      expect(expected.every((value, i) => value === 0 || value === ignoredPixel || picture[i] > 0.2)).toBe(true)
    }
  })

  it('is stretched or cut as asked for, and what is cut off is not an object', async () => {
    const stretched = await cocoFolder(folder, { size: [2 * side, side], fit: 'stretch' })
    for (const { index, boxes, mask } of await readAll(stretched.train)) {
      expect(boxes).toEqual(
        list[index].boxes.map(({ left, top, right, bottom }) => ({
          left: left / 2,
          right: right / 2,
          top: 2 * top,
          bottom: 2 * bottom,
        })),
      )
      const at = (row: number, column: number) =>
        2 * column + 1 < side ? list[index].mask[Math.floor(row / 2) * side + 2 * column + 1] : 0
      expect([...mask!]).toEqual(Array.from({ length: 2 * side * side }, (_, i) => at(Math.floor(i / side), i % side)))
    }
    const cover = await cocoFolder(folder, { size: side, fit: 'cover' })
    expect(cover.skipped).toEqual([])
    for (const { index, boxes, labels } of await readAll(cover.train)) {
      const kept = list[index].boxes.filter(({ right }) => right > side / 2)
      expect(labels).toHaveLength(kept.length)
      expect(boxes).toEqual(
        kept.map(({ left, right, top, bottom }) => ({
          left: Math.max(0, left - side / 2),
          right: right - side / 2,
          top,
          bottom,
        })),
      )
    }
  })

  it('is augmented with its boxes and masks', async () => {
    const { train: set } = await cocoFolder(folder, { size: [side, 2 * side] })
    const flipped = augmentedScenes(set, [{ type: 'flip', probability: 1 }])
    expect(flipped.objects).toBeUndefined()
    const plain = await readAll(set)
    for (const [i, { boxes, mask }] of (await readAll({ ...flipped, files: set.files })).entries()) {
      expect(boxes).toEqual(
        plain[i].boxes.map(({ left, right, ...rest }) => ({ ...rest, left: 2 * side - right, right: 2 * side - left })),
      )
      const row = (values: Uint8Array, y: number) => [...values.subarray(y * 2 * side, (y + 1) * 2 * side)]
      for (let y = 0; y < side; y++) expect(row(mask!, y)).toEqual(row(plain[i].mask!, y).reverse())
    }
  })

  it('refuses sizes and indices that are none', async () => {
    await expect(cocoFolder(folder, { size: 0 })).rejects.toThrow(ArgumentError)
    const { test } = await cocoFolder(folder, options)
    await expect(test.read(9, new Float32Array(side * side))).rejects.toThrow(/there is no example 9/)
    await expect(test.read(0, new Float32Array(3))).rejects.toThrow(/room for 3 values/)
    expect(() => test.objects(-1)).toThrow(/there is no example -1/)
    await expect(cocoFolder(join(folder, 'nowhere'), options)).rejects.toThrow(DataError)
  })
})
