/** What is wrong in a set is told in one line, or left out and listed. */
import { DataError } from 'gentle-dl'
import { cocoFolder, type ImageFolderOptions, maskFolder, vocFolder, yoloFolder } from 'gentle-dl/data'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { parseClassNames } from '../../../src/data/annotated/class-names.ts'
import {
  allOf,
  cocoJson,
  type Files,
  folderOf,
  indexPng,
  maskFiles,
  pictureFiles,
  picturePng,
  sceneList,
  side,
  vocFiles,
  yoloFiles,
} from './written-sets.ts'

const list = await sceneList(4)
const options: ImageFolderOptions = { size: side }

/** Files with some changed, or without those that become undefined. */
const changed = (files: Files, changes: Readonly<Record<string, string | Uint8Array | undefined>>): Files =>
  Object.fromEntries(
    Object.entries({ ...files, ...changes }).flatMap(([name, content]) =>
      content === undefined ? [] : [[name, content]],
    ),
  )

const readers = { coco: cocoFolder, voc: vocFolder, yolo: yoloFolder, masks: maskFolder }

/** That a set is refused, in one line. */
async function refused(format: keyof typeof readers, files: Files, message: RegExp): Promise<void> {
  const opening = readers[format](folderOf(files), options)
  const error = await opening.then(
    () => undefined,
    (thrown) => thrown,
  )
  expect(error).toBeInstanceOf(DataError)
  expect(error.message).toMatch(message)
  expect(error.message).not.toContain('\n')
}

/** That one thing is left out for a reason, the other three pictures and their objects stay, and `strict` refuses. */
async function leftOut(format: keyof typeof readers, files: Files, message: RegExp, pictures = 3): Promise<void> {
  const folder = folderOf(files)
  const { train, validation, test, skipped } = await readers[format](folder, options)
  expect(skipped.map(({ reason }) => reason)).toEqual([expect.stringMatching(message)])
  expect(skipped[0].reason).not.toContain('\n')
  expect([train, validation, test].reduce((sum, { length }) => sum + length, 0)).toBe(pictures)
  expect('object' in skipped[0]).toBe(pictures !== 3)
  const strict = readers[format](folder, { ...options, strict: true })
  await expect(strict).rejects.toThrow(/1 of its pictures and annotations would be left out or corrected; the first: /)
  await expect(strict).rejects.toThrow(DataError)
}

const pictures = await pictureFiles('images', list)
const turned = await sharp(Buffer.alloc(side * 8), { raw: { height: 8, width: side, channels: 1 } })
  .withMetadata({ orientation: 6 })
  .jpeg()
  .toBuffer()

const [voc, yolo, masks] = [await vocFiles(list), await yoloFiles({ train: list }), await maskFiles(list)]
const unlabelled = await pictureFiles('train/images', list)
const colours = await sharp({ create: { width: side, height: side, channels: 3, background: '#f00' } })
  .png()
  .toBuffer()

describe('a COCO set', () => {
  type Json = ReturnType<typeof cocoJson>
  const json = cocoJson(list, 'counts')
  const filesWith = (change: object): Files => ({ ...pictures, 'all.json': JSON.stringify({ ...json, ...change }) })
  const annotationWith = (change: object): Files =>
    filesWith({ annotations: json.annotations.map((each, i) => (i === 0 ? { ...each, ...change } : each)) })
  const imageWith = (change: object): Files =>
    filesWith({ images: json.images.map((each, i) => (i === 0 ? { ...each, ...change } : each)) })

  it.each<[string, Files, RegExp]>([
    ['without annotations', pictures, /^COCO set .*: it has no annotations; expected annotations\/instances_train/],
    ['of broken JSON', { ...pictures, 'all.json': '{"images": [' }, /all\.json is not JSON: /],
    [
      'with an image id twice',
      filesWith({ images: [...json.images, { ...json.images[0], id: 2 }] }),
      /image 4 has the id 2 again/,
    ],
    [
      'with a category id twice',
      filesWith({ categories: [{ id: 7 }, { id: 7, name: 'cat' }] }),
      /category 1 has the id 7 again/,
    ],
    [
      'with a category name twice',
      filesWith({ categories: [3, 7].map((id) => ({ id, name: 'cat' })) }),
      /3 and 7 of .* are both called 'cat'/,
    ],
    ['without categories', filesWith({ categories: [], annotations: [] }), /has no categories; expected at least one/],
    [
      'with other categories in another part',
      {
        ...pictures,
        'train.json': JSON.stringify(json),
        'val.json': JSON.stringify({ ...json, categories: [...json.categories, { id: 1, name: 'cat' }] }),
      },
      /category 1 is missing in .*train\.json, but 1 is cat in .*val\.json; expected the same categories/,
    ],
    [
      'with files of which none is of training',
      { ...pictures, 'test.json': '{}', 'val.json': '{}' },
      /none of test\.json, val\.json is of training/,
    ],
    [
      'with two files of a part',
      { ...pictures, 'train1.json': '{}', 'train2.json': '{}' },
      /train1\.json and .*train2\.json are both for train;/,
    ],
    [
      'whose pictures are all missing',
      { 'all.json': JSON.stringify(json) },
      /none of the 4 pictures of a split can be used; the first: image 0\.png: there is no such file in/,
    ],
    ['of no pictures', filesWith({ images: [], annotations: [] }), /one of its splits has no pictures/],
    [
      'whose boxes are shares of their pictures',
      filesWith({ annotations: json.annotations.map((each) => ({ ...each, bbox: [0.1, 0.2, 0.5, 0.6] })) }),
      /all its boxes lie between 0 and 1, like fractions of the picture; expected pixels/,
    ],
    [
      'too small to split',
      filesWith({ images: json.images.slice(0, 2), annotations: [] }),
      /2 images are too few to split/,
    ],
  ])('%s is refused', (_, files, message) => refused('coco', files, message))

  it.each<[string, Files, RegExp]>([
    [
      'a picture that is missing',
      changed(filesWith({}), { 'images/0.png': undefined }),
      /^image 0\.png: there is no such file in .*images/,
    ],
    ['a picture without a name', imageWith({ file_name: undefined }), /image 1 has no file_name/],
    [
      'a picture that is broken',
      changed(filesWith({}), { 'images/0.png': pictures['images/0.png'].subarray(0, 60) }),
      /0\.png: it cannot be decoded/,
    ],
    [
      'a picture of another size',
      imageWith({ width: 50 }),
      /it is 32 x 32 when displayed, but .*all\.json says 50 x 32/,
    ],
  ])('leaves out %s', (_, files, message) => leftOut('coco', files, message))

  it.each<[string, object, RegExp]>([
    ['a box without area', { bbox: [3, 4, 0, 5] }, /annotation 1: the box from 3,4 to 3,9 has no area/],
    [
      'a box outside of its picture',
      { bbox: [40, 4, 5, 5] },
      /annotation 1: the box from 40,4 to 45,9 lies outside of its picture of 32 x 32/,
    ],
    ['a box of negative size', { bbox: [9, 9, -3, 4] }, /annotation 1 has the bbox \[9,9,-3,4\] of negative size/],
    [
      'a box that is none',
      { bbox: [1, 2, 3] },
      /annotation 1 has the bbox \[1,2,3\]; expected \[x, y, width, height\]/,
    ],
    ['an unknown image', { image_id: 50 }, /annotation 1 is of image 50, which is not among the images of .*all\.json/],
    ['an unknown category', { category_id: 1 }, /annotation 1 is of category 1, which is not among the categories/],
    ['neither box nor outline', { bbox: null, segmentation: [] }, /annotation 1 has the bbox null/],
    ['a crowd of another kind', { iscrowd: 2 }, /annotation 1 has "iscrowd": 2; expected 0 or 1/],
  ])('leaves out an annotation with %s, and keeps all pictures', (_, change, message) =>
    leftOut('coco', annotationWith(change), message, 4),
  )

  it.each<[string, object, RegExp]>([
    [
      'a polygon of an odd count',
      { segmentation: [[1, 2, 3, 4, 5, 6, 7]] },
      /annotation 1: Polygon 0 has 7 numbers; .*even/,
    ],
    ['a segmentation that is none', { segmentation: { runs: 1 } }, /annotation 1: expected runs/],
    ['a segmentation of words', { segmentation: ['runs'] }, /annotation 1: expected polygons/],
    [
      'runs of another size',
      { segmentation: { size: [3, 3], counts: [9] } },
      /annotation 1: its size is \[3,3\]; expected that of its picture, \[32,32\]/,
    ],
    [
      'runs that do not fill it',
      { segmentation: { size: [side, side], counts: [9] } },
      /annotation 1: .* sum to 9; expected/,
    ],
    [
      'runs as a broken string',
      { segmentation: { size: [side, side], counts: 'é' } },
      /annotation 1: .*COCO's compressed counts/,
    ],
  ])('counts the box of %s nowhere in its mask, and loses nothing of it without masks', async (_, change, message) => {
    const folder = folderOf(annotationWith(change))
    const masked = await cocoFolder(folder, options)
    expect(masked.skipped).toEqual([])
    expect(masked.corrected).toEqual([
      {
        file: expect.stringMatching(/0\.png$/),
        what: 'objects without a readable outline; the pixels of their boxes are ignored',
        reason: expect.stringMatching(message),
      },
    ])
    const { mask, boxes } = (await allOf(masked)).find(({ index }) => index === 0)!
    expect(boxes[0]).toEqual(expect.objectContaining(list[0].boxes[0]))
    for (let i = 0; i < side * side; i++) {
      const [y, x] = [Math.floor(i / side), i % side]
      const { left, top, right, bottom } = list[0].boxes[0]
      const inside = x >= left && x < right && y >= top && y < bottom
      expect(mask![i]).toBe(inside ? 255 : list[0].mask[i])
    }
    const detected = await cocoFolder(folder, { ...options, masks: false, strict: true })
    expect(detected.corrected).toEqual([])
    expect((await allOf(detected)).map(({ boxes }) => boxes.length)).toEqual(
      (await allOf(masked)).map(({ boxes }) => boxes.length),
    )
    await expect(cocoFolder(folder, { ...options, strict: true })).rejects.toThrow(message)
  })

  it('may call its categories by numbers', async () => {
    const named = (name: unknown) =>
      cocoFolder(
        folderOf(filesWith({ categories: [3, 7].map((id) => ({ id, name: id === 3 ? name : 'x' })) })),
        options,
      )
    expect((await named(0)).train.classes).toEqual(['0', 'x'])
    expect((await named(undefined)).train.classes).toEqual(['3', 'x'])
  })

  it('tells of pictures that are in two parts, or twice in one', async () => {
    const folder = (own: object) =>
      folderOf({ ...pictures, 'train.json': JSON.stringify({ ...json, ...own }), 'val.json': JSON.stringify(json) })
    expect((await cocoFolder(folder({}), { ...options, test: 1 })).remarks).toEqual([
      expect.stringMatching(/^4 of its pictures come again, such as .*\.png, in train and in validation$/),
    ])
    const images = json.images.map((each) => ({ ...each, file_name: json.images[0].file_name }))
    const { remarks } = await cocoFolder(folder({ images }), { ...options, test: 1 })
    expect(remarks).toEqual([expect.stringMatching(/come again, such as .*0\.png, twice in train$/)])
  })

  it('cuts boxes at the edges of their pictures', async () => {
    const sets = await cocoFolder(folderOf(annotationWith({ bbox: [-5, 20, 10, 30] })), options)
    const set = [sets.train, sets.validation, sets.test].find(({ files }) =>
      files.some((file) => file.endsWith('0.png')),
    )!
    const { boxes } = set.objects(set.files.findIndex((file) => file.endsWith('0.png')))
    expect(boxes[0]).toEqual({ left: 0, top: 20, right: 5, bottom: side })
  })

  it('goes by pictures as they are seen, turned by their EXIF data', async () => {
    const images = (width: number, height: number): Json['images'] =>
      json.images.map((each) => ({ ...each, file_name: 'a.jpg', width, height }))
    const files = (width: number, height: number): Files => ({
      'images/a.jpg': turned,
      'all.json': JSON.stringify({ ...json, images: images(width, height), annotations: [] }),
    })
    expect((await cocoFolder(folderOf(files(8, side)), options)).skipped).toEqual([])
    await refused('coco', files(side, 8), /it is 8 x 32 when displayed, but .* says 32 x 8/)
  })
})

describe('a VOC set', () => {
  const files = voc
  const xml = files['Annotations/0.xml'] as string

  it.each<[string, Files, RegExp]>([
    ['without annotations', pictures, /there is no folder Annotations; expected Annotations\//],
    [
      'of the folder above',
      Object.fromEntries(Object.entries(files).map(([name, content]) => [`VOC2012/${name}`, content])),
      /did you mean .*VOC2012\?/,
    ],
    [
      'of which no training is listed',
      changed(files, { 'ImageSets/Main/val.txt': '0' }),
      /lists no pictures for training/,
    ],
    [
      'with masks of unknown classes',
      changed(files, { 'labelmap.txt': undefined }),
      /'corner' is not one of VOC's classes/,
    ],
  ])('%s is refused', (_, content, message) => refused('voc', content, message))

  it.each<[string, Files, RegExp]>([
    [
      'an annotation of broken XML',
      changed(files, { 'Annotations/0.xml': xml.replace('</size>', '') }),
      /0\.xml is not XML: line \d+: /,
    ],
    [
      'an annotation of something else',
      changed(files, { 'Annotations/0.xml': '<html></html>' }),
      /0\.xml has no <annotation>/,
    ],
    [
      'an object without a name',
      changed(files, { 'Annotations/0.xml': xml.replace(/<name>\w+<\/name>/, '') }),
      /0\.xml: object 1 has no <name>/,
    ],
    [
      'a corner that is not a number',
      changed(files, { 'Annotations/0.xml': xml.replace(/<ymin>\d+/, '<ymin>top') }),
      /object 1, \w+, has the ymin 'top'; expected <bndbox>/,
    ],
    [
      'an object without a box',
      changed(files, { 'Annotations/0.xml': xml.replace(/<bndbox>.*?<\/bndbox>/, '') }),
      /object 1, \w+, has the xmin missing/,
    ],
    [
      'an annotation without a picture',
      changed(files, { 'JPEGImages/0.png': undefined }),
      /image .*0: there is no such file/,
    ],
    [
      'a picture without an annotation',
      changed(files, { 'Annotations/0.xml': undefined }),
      /0\.xml cannot be read: there is no such file/,
    ],
    [
      'a picture of another size',
      changed(files, { 'Annotations/0.xml': xml.replace('<width>32', '<width>33') }),
      /0\.xml says 33 x 32/,
    ],
    [
      'a mask of another size',
      changed(files, { 'SegmentationClass/0.png': indexPng(new Uint8Array(64), 8, 8) }),
      /0\.png: it is 8 x 8, but its picture 32 x 32/,
    ],
    [
      'a mask of colours',
      changed(files, { 'SegmentationClass/0.png': colours }),
      /0\.png: its pixels are colours, and nothing says which class/,
    ],
  ])('leaves out %s', (_, content, message) => leftOut('voc', content, message))

  it('leaves out a box whose corners are in the wrong order, and keeps its picture', () =>
    leftOut(
      'voc',
      changed(files, { 'Annotations/0.xml': xml.replace(/<xmax>\d+/, '<xmax>0') }),
      /0\.xml: object 1, \w+: the box from .* has its corners in the wrong order/,
      4,
    ))

  it('may not know the size of a picture', async () => {
    const content = changed(files, {
      'Annotations/0.xml': xml.replace('<width>32', '<width>0'),
      'Annotations/1.xml': '<annotation/>',
    })
    expect((await vocFolder(folderOf(content), options)).skipped).toEqual([])
  })
})

describe('a YOLO set', () => {
  const files = yolo
  const yaml = (text: string): Files => changed(files, { 'data.yaml': text })

  it.each<[string, Files, RegExp]>([
    ['without names', changed(files, { 'data.yaml': undefined }), /nothing names its classes; expected data\.yaml/],
    ['of broken YAML', yaml('names: [a, b'), /data\.yaml is not YAML: .*line/],
    [
      'of YAML without names',
      yaml('train: images/train'),
      /data\.yaml: it has no names of classes; expected names: \[cat, dog\]/,
    ],
    ['with a gap in its names', yaml('names:\n  0: corner\n  2: ring'), /the class 1 has no name/],
    ['with a name twice', yaml('names: [cat, cat]'), /'cat' is listed twice/],
    ['with another number of names', yaml('names: [corner, ring]\nnc: 3'), /has nc: 3, but 2 names/],
    ['of keypoints', yaml('names: [corner, ring]\nkpt_shape: [17, 3]'), /describes keypoints/],
    ['with a place that is none', yaml('names: [corner, ring]\ntrain: 5'), /train is 5; expected a folder/],
    [
      'with a place that is not there',
      yaml('names: [corner, ring]\ntrain: images/trian'),
      /train is images\/trian, which does not exist: looked for/,
    ],
    [
      'without a place for training',
      yaml('names: [corner, ring]\nval: images/train'),
      /names no pictures for training/,
    ],
    [
      'with two .yaml files',
      changed(files, { 'data.yaml': undefined, 'a.yaml': '', 'b.yaml': '' }),
      /it has a\.yaml and b\.yaml; expected one/,
    ],
    ['without pictures', { 'classes.txt': 'cat' }, /it has no pictures; expected data\.yaml/],
    ['without any label file', { ...unlabelled, 'classes.txt': 'cat' }, /none of its 4 pictures has a label file/],
  ])('%s is refused', (_, content, message) => refused('yolo', content, message))

  it.each<[string, string, RegExp]>([
    ['a word', '0 0.5 0.5 0.1 wide', /0\.txt: line 1 has 'wide', which is not a number/],
    ['too few numbers', '\n0 0.5 0.5 0.1', /0\.txt: line 2 has 4 numbers; expected class x y width height/],
    ['an odd outline', '0 0.1 0.1 0.2 0.2 0.3 0.3 0.4', /line 1 has 8 numbers/],
    ['a class without a name', '2 0.5 0.5 0.1 0.1', /line 1 is of class 2; expected 0 to 1 for 2 classes/],
    ['a class that is not a number of one', '0.5 0.5 0.5 0.1 0.1', /line 1 is of class 0\.5/],
    ['pixels for shares', '0 15 15 4 4', /line 1 has 15; expected fractions/],
  ])('leaves out a picture whose labels have %s', (_, lines, message) =>
    leftOut('yolo', changed(files, { 'labels/train/0.txt': lines }), message),
  )

  it('leaves out a box without area, and keeps its picture', () =>
    leftOut(
      'yolo',
      changed(files, { 'labels/train/0.txt': '1 0.5 0.5 0 0.1' }),
      /0\.txt: line 1: the box from .* has no area/,
      4,
    ))

  it('leaves out a listed picture that is missing', () =>
    leftOut(
      'yolo',
      changed(files, {
        'data.yaml': 'names: [corner, ring]\ntrain: all.txt',
        'all.txt': [0, 1, 2, 9].map((i) => `./images/train/${i}.png`).join('\n'),
      }),
      /9\.png: there is no such file/,
    ))
})

describe('a set of masks', () => {
  const files = masks
  const outside = list[0].mask.map((value) => 9 * value)

  it.each<[string, Files, RegExp]>([
    ['without masks', pictures, /it has no pictures with masks; expected images\/ and masks\//],
    [
      'with a number twice',
      changed(files, { 'classes.txt': '0 background\n0 ring' }),
      /classes\.txt: '0' is listed twice/,
    ],
    [
      'with a number that no byte has',
      changed(files, { 'classes.txt': '0 background\n256 ring' }),
      /has the number 256; expected 0 to 255/,
    ],
    [
      'with too many classes',
      changed(files, { 'classes.txt': Array.from({ length: 256 }, (_, i) => `c${i}`).join('\n') }),
      /lists 256 classes; expected at most 255/,
    ],
  ])('%s is refused', (_, content, message) => refused('masks', content, message))

  it.each<[string, Files, RegExp]>([
    [
      'a picture without a mask',
      changed(files, { 'masks/0.png': undefined }),
      /0\.png: it has no mask; expected .*masks.0\.png/,
    ],
    [
      'a mask of another size',
      changed(files, { 'masks/0.png': indexPng(new Uint8Array(64), 8, 8) }),
      /it is 8 x 8, but its picture 32 x 32; expected the same size/,
    ],
    [
      'an index without a class',
      changed(files, { 'masks/0.png': indexPng(outside), 'classes.txt': 'background\ncorner\nring' }),
      /the pixel of row \d+ and column \d+ has the value (9|18); expected 0 to 2, or 255 for/,
    ],
    [
      'a mask that is broken',
      changed(files, { 'masks/0.png': (files['masks/0.png'] as Uint8Array).subarray(0, 70) }),
      /mask .*0\.png: it is cut off/,
    ],
    [
      'a picture that is broken',
      changed(files, { 'images/0.png': 'no picture' }),
      /0\.png: it cannot be decoded: it is not a picture/,
    ],
  ])('leaves out %s', (_, content, message) => leftOut('masks', content, message))

  it('lists a mask without a picture', () =>
    leftOut('masks', changed(files, { 'images/0.png': undefined }), /mask .*0\.png: it has no picture in .*images/))

  it('takes 255 for pixels to ignore', async () => {
    const mask = list[0].mask.slice()
    mask[5] = 255
    const { skipped } = await maskFolder(folderOf(changed(files, { 'masks/0.png': indexPng(mask) })), options)
    expect(skipped).toEqual([])
  })
})

describe('names of classes', () => {
  it.each([
    ['a line each', 'cat\r\n\n# pets\nbig dog\n', ['cat', 'big dog']],
    ['numbered', '0 background\n1: cat\n2,big dog', ['background', 'cat', 'big dog']],
    ['numbers themselves', '0\n1\n2', ['0', '1', '2']],
    [
      "CVAT's",
      '# label:color_rgb:parts:actions\nbackground:0,0,0::\ncat:1,2,3:head,tail:sit\ndog:::',
      ['background', 'cat', 'dog'],
    ],
  ])('are read as %s', (_, text, names) => expect(parseClassNames(text, 'classes.txt')).toEqual(names))

  it('are refused where there are none, or one comes twice', () => {
    expect(() => parseClassNames('\n', 'classes.txt')).toThrow(/^classes\.txt lists no classes/)
    expect(() => parseClassNames('a\nb\na', 'classes.txt')).toThrow(/'a' is listed twice/)
    expect(() => parseClassNames('0 a\n2 b', 'classes.txt')).toThrow(/'b' has the number 2; expected 1/)
  })
})

describe('channels', () => {
  it('are 1 where all pictures are grey, else 3, by default', async () => {
    const files = changed(await maskFiles(list), {
      'images/0.png': await sharp(await picturePng(list[0].pixels))
        .tint('#f80')
        .png()
        .toBuffer(),
    })
    const shape = async (channels?: 1 | 3) =>
      (await maskFolder(folderOf(files), { ...options, channels })).test.inputShape
    expect([await shape(), await shape(1)]).toEqual([
      [3, side, side],
      [1, side, side],
    ])
  })
})
