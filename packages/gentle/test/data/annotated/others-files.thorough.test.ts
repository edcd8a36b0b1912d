/** Sets with boxes and masks as other programs write them: what is odd in them is read right, or left out and told. */
import {
  type AnnotatedFolder,
  type AnnotatedFolderOptions,
  checkLearnable,
  cocoFolder,
  ignoredPixel,
  maskFolder,
  parseCoco,
  parseCocoResults,
  vocFolder,
  yoloFolder,
} from 'gentle-dl/data'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import {
  allOf,
  classes,
  cocoJson,
  type Files,
  folderOf,
  indexPng,
  maskFiles,
  pictureFiles,
  sceneList,
  side,
  vocFiles,
  yoloFiles,
} from './written-sets.ts'

const list = await sceneList(5)
const options: AnnotatedFolderOptions = { size: side }
const pictures = await pictureFiles('images', list)
const objectCount = list.reduce((sum, { boxes }) => sum + boxes.length, 0)

/** That nothing of a set was left out. */
function expectWhole(set: AnnotatedFolder): void {
  expect(set.skipped).toEqual([])
  expect([set.train, set.validation, set.test].reduce((sum, { length }) => sum + length, 0)).toBe(list.length)
}

/** That boxes and labels are those that were written. */
async function expectObjects(set: AnnotatedFolder): Promise<void> {
  for (const { index, boxes, labels } of await allOf(set)) {
    expect(labels).toEqual(list[index].labels)
    for (const [i, box] of boxes.entries())
      for (const edge of ['left', 'top', 'right', 'bottom'] as const)
        expect(box[edge]).toBeCloseTo(list[index].boxes[i][edge], 3)
  }
}

async function expectMasks(set: AnnotatedFolder): Promise<void> {
  for (const { index, mask } of await allOf(set)) expect(mask).toEqual(list[index].mask)
}

const reasons = (findings: readonly { readonly reason: string }[]): string[] => findings.map(({ reason }) => reason)

describe('a COCO set', () => {
  const json = cocoJson(list, 'counts')
  const filesWith = (change: object): Files => ({ ...pictures, 'all.json': JSON.stringify({ ...json, ...change }) })
  const first = (change: object) => json.annotations.map((each, i) => (i === 0 ? { ...each, ...change } : each))
  const opened = (files: Files, more?: object) => cocoFolder(folderOf(files), { ...options, ...more })

  it('may write 0 for sizes that it does not know', async () => {
    const images = json.images.map((each) => ({ ...each, width: 0, height: 0 }))
    const set = await opened(filesWith({ images }), { strict: true })
    expectWhole(set)
    await expectObjects(set)
  })

  it('may have ids as strings of digits, null for what is not told, and numbers of categories far apart', async () => {
    const set = await opened(
      filesWith({
        images: json.images.map((each) => ({ ...each, id: String(each.id).padStart(12, '0') })),
        categories: json.categories.map((each) => ({ ...each, id: 1000 * each.id })),
        annotations: json.annotations.map((each) => ({
          ...each,
          image_id: String(each.image_id),
          category_id: `${1000 * each.category_id}`,
          iscrowd: null,
          area: null,
        })),
      }),
      { strict: true },
    )
    expectWhole(set)
    await expectObjects(set)
    await expectMasks(set)
  })

  it('may have words for ids, which results name, too', async () => {
    const word = (id: number): string => `pet-${id}`
    const named = {
      images: json.images.map((each) => ({ ...each, id: word(each.id) })),
      categories: json.categories.map((each) => ({ ...each, id: word(each.id) })),
      annotations: json.annotations.map((each) => ({
        ...each,
        image_id: word(each.image_id),
        category_id: word(each.category_id),
      })),
    }
    const set = await opened(filesWith(named), { strict: true })
    expectWhole(set)
    expect(set.train.classes).toEqual(['ring', 'corner'])
    for (const { index, labels } of await allOf(set))
      expect(labels).toEqual(list[index].labels.map((label) => 1 - label))
    const truth = parseCoco(
      JSON.stringify({
        ...named,
        annotations: [...named.annotations, { ...named.annotations[0], id: 99, image_id: 'pet-x' }],
      }),
      'all.json',
    )
    expect(reasons(truth.skipped)).toEqual([
      'all.json: annotation 99 has the image_id "pet-x"; expected a whole number, or an id of the file',
    ])
    const [result] = parseCocoResults(
      '[{"image_id":"pet-2","category_id":"pet-3","bbox":[1,2,3,4],"score":1}]',
      'results.json',
      truth,
    )
    expect([truth.images.get(result.image)!.file, truth.categories.get(result.category)]).toEqual(['1.png', 'corner'])
  })

  it.each([
    ['polygons', cocoJson(list, 'polygons')],
    ['runs', json],
  ])('takes boxes that are missing from %s', async (_, { annotations }) => {
    const set = await opened(filesWith({ annotations: annotations.map((each) => ({ ...each, bbox: null })) }))
    expectWhole(set)
    await expectObjects(set)
    expect(set.corrected).toHaveLength(objectCount)
    expect(set.corrected[0].what).toBe('missing boxes, computed from outlines')
    expect(set.corrected[0].reason).toMatch(/all\.json: annotation 1 has the bbox null$/)
  })

  it('takes no box from runs of a picture whose size is another', async () => {
    const segmentation = { size: [8, 128], counts: [100, 20, 904] }
    const set = await opened(filesWith({ annotations: first({ bbox: null, segmentation }) }))
    expect(reasons(set.skipped)).toEqual([expect.stringMatching(/annotation 1 has the bbox null/)])
  })

  it('leaves polygons of four numbers out of outlines, and keeps the others', async () => {
    const { annotations } = cocoJson(list, 'polygons')
    const poly4 = annotations.map((each) => ({
      ...each,
      segmentation: [[9, 4, 30, 25], ...(each.segmentation as number[][])],
    }))
    const set = await opened(filesWith({ annotations: poly4 }))
    expectWhole(set)
    await expectMasks(set)
    expect(set.corrected).toHaveLength(objectCount)
    expect(set.corrected[0]).toMatchObject({
      what: 'partly broken outlines, read as far as possible',
      reason: expect.stringMatching(/annotation \d: Polygon 0 has 4 numbers; expected an even count, 6 at least/),
    })
  })

  it('takes a flat list of numbers for one polygon', async () => {
    const { annotations } = cocoJson(list, 'polygons')
    const flat = annotations.map((each) => ({ ...each, segmentation: (each.segmentation as number[][])[0] }))
    const set = await opened(filesWith({ annotations: flat }), { strict: true })
    await expectMasks(set)
  })

  it('takes runs whose size has the width first, if they are where the box is', async () => {
    // Of pictures twice as wide as high, the scene in their upper left and nothing beside it.
    const wide = Object.fromEntries(
      await Promise.all(
        list.map(async ({ pixels }, i) => [
          `images/${i}.png`,
          await sharp(pixels, { raw: { height: side, width: side, channels: 1 } })
            .extend({ right: side })
            .toColourspace('b-w')
            .png()
            .toBuffer(),
        ]),
      ),
    )
    const images = json.images.map((each) => ({ ...each, width: 2 * side }))
    const annotations = json.annotations.map((each) => {
      const { counts } = each.segmentation as { counts: number[] }
      // One run more outside, or a longer one.
      const longer = counts.length % 2 === 1 ? counts.with(-1, counts.at(-1)! + side * side) : [...counts, side * side]
      return { ...each, segmentation: { size: [2 * side, side], counts: longer } }
    })
    const turned = (more: object[]) => ({ ...wide, 'all.json': JSON.stringify({ ...json, images, annotations: more }) })
    const set = await cocoFolder(folderOf(turned(annotations)), { size: [side, 2 * side] })
    expectWhole(set)
    for (const { index, mask } of await allOf(set))
      for (let y = 0; y < side; y++)
        expect(mask!.subarray(2 * side * y, 2 * side * y + side)).toEqual(
          list[index].mask.subarray(side * y, side * y + side),
        )
    expect(set.corrected).toHaveLength(objectCount)
    expect(set.corrected[0].reason).toMatch(/annotation \d: its size is \[64,32\], the width first/)
    const elsewhere = await opened(turned(annotations.map((each) => ({ ...each, bbox: [50, 2, 10, 10] }))))
    expect(elsewhere.corrected[0].reason).toMatch(/its size is \[64,32\]; expected that of its picture, \[32,64\]/)
  })

  it('takes what is listed twice once, and says so', async () => {
    const set = await opened(
      filesWith({ images: [...json.images, json.images[1]], annotations: [...json.annotations, json.annotations[0]] }),
    )
    expect(reasons(set.skipped)).toEqual([expect.stringMatching(/annotation 1 is an exact duplicate/)])
    expect(set.corrected).toEqual([
      {
        file: expect.anything(),
        what: 'images listed twice, counted once',
        reason: expect.stringMatching(/image 5, 2, is a duplicate/),
      },
    ])
    await expectObjects(set)
  })

  it('may call itself as its only class, as Roboflow does', async () => {
    const categories = [{ id: 0, name: 'ring', supercategory: 'none' }, ...json.categories]
    const set = await opened(filesWith({ categories }))
    expect(set.train.classes).toEqual(classes)
    expect(set.remarks).toEqual([
      expect.stringMatching(
        /two of its categories are called 'ring', 0 and 7; 0, which no annotation has, is left out/,
      ),
    ])
    await expectObjects(set)
    await expectMasks(set)
  })

  it.each([
    ["Windows' paths", (name: string) => `images\\${name}`, 0],
    ["another computer's paths", (name: string) => `D:\\sets\\pets\\images\\${name}`, list.length],
    ["another computer's folders", (name: string) => `/data/upload/3/${name}`, list.length],
  ])('finds pictures by %s', async (_, path, corrected) => {
    const images = json.images.map((each) => ({ ...each, file_name: path(each.file_name) }))
    const set = await opened(filesWith({ images }))
    expectWhole(set)
    await expectObjects(set)
    expect(set.corrected).toHaveLength(corrected)
    for (const { what, reason } of set.corrected) {
      expect(what).toBe('files found by the end of their paths')
      expect(reason).toMatch(/image \d is .*, which does not exist; it is read as .*images.\d\.png/)
    }
  })

  it('takes a picture for none of the names that end alike', async () => {
    const images = json.images.map((each, i) => ({ ...each, file_name: i < 2 ? `${'ab'[i]}/0.png` : each.file_name }))
    const set = await opened(filesWith({ images: [...images, { id: 9, file_name: 'c/3.png' }] }))
    expect(reasons(set.skipped)).toEqual(
      ['a/0.png', 'b/0.png', 'c/3.png'].map((name) => expect.stringContaining(`image ${name}: there is no such file`)),
    )
  })

  it('may have an area that is none', async () => {
    const set = await opened(filesWith({ annotations: first({ area: -1 }) }))
    expectWhole(set)
    expect(reasons(set.corrected)).toEqual([
      expect.stringMatching(/annotation 1 has the area -1; expected square pixels/),
    ])
  })

  it('tells of boxes that are cut by more than a pixel', async () => {
    const [x, y, width, height] = json.annotations[0].bbox
    const near = await opened(filesWith({ annotations: first({ bbox: [-0.9, -0.9, side + 1.8, side + 1.8] }) }))
    expect(near.corrected).toEqual([])
    const far = await opened(filesWith({ annotations: first({ bbox: [x, y, width + side, height] }) }))
    expect(far.corrected.map(({ what }) => what)).toEqual(['boxes clipped to their pictures'])
    expect(far.corrected[0].reason).toMatch(/annotation 1: the box from .* extends beyond its picture of 32 x 32/)
  })

  it('says why it has no masks where some objects have no outline, and has them where they are asked for', async () => {
    const files = filesWith({ annotations: first({ segmentation: [] }) })
    const boxes = await opened(files)
    expect(boxes.train.maskClasses).toBeUndefined()
    expect(boxes.remarks).toEqual([
      expect.stringMatching(/^1 of its \d objects have no outline, such as .*annotation 1; it is read without masks$/),
    ])
    const masked = await opened(files, { masks: true })
    expect(masked.train.maskClasses).toEqual(['background', ...classes])
    expect(reasons(masked.corrected)).toEqual([expect.stringMatching(/annotation 1: it has no segmentation/)])
  })

  it('of crowds alone has nothing to learn', async () => {
    const crowds = json.annotations.map((each) => ({ ...each, iscrowd: 1 }))
    const set = await opened(filesWith({ annotations: crowds }))
    expect(() => checkLearnable(set.train, 'boxes')).toThrow(
      /its 3 training pictures have no objects but \d that are ignored, as crowds and difficult ones are; expected one/,
    )
    const masked = await opened(filesWith({ annotations: crowds }), { masks: true })
    expect([masked.train.maskClasses, masked.remarks]).toEqual([
      undefined,
      ['none of its 0 objects that count has an outline'],
    ])
    const none = await opened(filesWith({ annotations: [] }))
    expect(() => checkLearnable(none.train, 'boxes')).toThrow(/its 3 training pictures have no objects; expected one/)
    const whole = await opened(filesWith({}))
    checkLearnable(whole.train, 'boxes')
    checkLearnable(whole.train, 'masks')
    const broken = json.annotations.map((each) => ({ ...each, segmentation: [[1, 2]] }))
    const unread = await opened(filesWith({ annotations: broken }))
    expect(() => checkLearnable(unread.train, 'masks')).toThrow(
      /no class but 'background'; expected at least two classes/,
    )
  })
})

describe('a VOC set', async () => {
  const files = await vocFiles(list)
  const opened = (change: Record<string, string | Uint8Array>, more?: object) =>
    vocFolder(folderOf({ ...files, ...change }), { ...options, ...more })
  const without = (pattern: RegExp): Files =>
    Object.fromEntries(Object.entries(files).filter(([name]) => !pattern.test(name)))
  const xmlOf = (i: number): string => files[`Annotations/${i}.xml`] as string

  it('has the same classes whatever the encodings of its files', async () => {
    const set = await opened({
      'Annotations/0.xml': Buffer.from(`\ufeff${xmlOf(0)}`, 'utf16le'),
      'Annotations/1.xml': xmlOf(1).replace(/corner|ring/g, (name) =>
        name.replace(/./g, (c) => `&#${c.charCodeAt(0)};`),
      ),
    })
    expectWhole(set)
    expect(set.train.classes).toEqual(classes)
    await expectObjects(set)
  })

  it.each([
    ['an instruction that does not end', (xml: string) => `${xml}<?xml`],
    ['a document type that does not end', (xml: string) => `<!DOCTYPE a [<!ENTITY x "y>]>${xml}`],
  ])('leaves out one file with %s', async (_, broken) => {
    const set = await opened({ 'Annotations/0.xml': broken(xmlOf(0)) })
    expect(reasons(set.skipped)).toEqual([expect.stringMatching(/Annotations.0\.xml is not XML: line \d+: /)])
    await expect(opened({ 'Annotations/0.xml': broken(xmlOf(0)) }, { strict: true })).rejects.toThrow(/is not XML/)
  })

  it('takes each box of an object for one, and says so', async () => {
    const several = xmlOf(0).replace(
      /(<bndbox>.*?<\/bndbox>)/,
      '$1<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>4</xmax><ymax>3</ymax></bndbox>',
    )
    const set = await opened({ 'Annotations/0.xml': several }, { strict: true })
    expectWhole(set)
    expect(set.remarks).toEqual([
      expect.stringMatching(
        /^1 of its objects have several boxes, such as .*0\.xml: object 1, \w+; each box counts as an object$/,
      ),
    ])
    const { boxes, labels } = (await allOf(set)).find(({ index }) => index === 0)!
    expect(boxes[1]).toMatchObject({ left: 0, top: 0, right: 4, bottom: 3 })
    expect(labels.slice(0, 2)).toEqual([list[0].labels[0], list[0].labels[0]])
  })

  it('may have names with endings in capitals', async () => {
    const names = Object.entries(files).map(([name, content]) => [
      name.replace(/^(Annotations|JPEGImages)(.*)$/, (_, folder: string, rest: string) => folder + rest.toUpperCase()),
      content,
    ])
    const set = await vocFolder(folderOf(Object.fromEntries(names)), options)
    expectWhole(set)
    expect(set.train.files[0]).toMatch(/\.PNG$/)
  })

  it('finds pictures of other names by <filename>, and otherwise goes by the names of the files', async () => {
    const named = (i: number, name: string) =>
      xmlOf(i).replace('<annotation>', `<annotation><filename>${name}</filename>`)
    const set = await vocFolder(
      folderOf({
        ...without(/Annotations.0\.xml|Segmentation/),
        'Annotations/holiday.xml': named(0, 'C:\\pets\\0.png'),
        'Annotations/1.xml': named(1, '2.png'),
        'Annotations/3.xml': named(3, 'old.png'),
      }),
      options,
    )
    expectWhole(set)
    await expectObjects(set)
    expect(reasons(set.corrected)).toEqual([
      expect.stringMatching(/holiday\.xml: no picture has its name; it is matched with .*0\.png/),
    ])
    expect(set.remarks).toEqual([
      expect.stringMatching(
        /^1 of its annotations have the <filename> of another picture, such as .*1\.xml, '2\.png'; they are matched by their own file name$/,
      ),
    ])
  })

  it('takes a picture for none of two annotations that name it, and not for one of another name than its own', async () => {
    const named = (i: number, name: string) =>
      xmlOf(i).replace('<annotation>', `<annotation><filename>${name}</filename>`)
    const set = await vocFolder(
      folderOf({
        ...without(/Annotations.0\.xml|Segmentation/),
        'Annotations/a.xml': named(0, '0.png'),
        'Annotations/b.xml': named(0, '0.png'),
        'Annotations/c.xml': named(0, '1.png'),
      }),
      options,
    )
    expect(reasons(set.skipped)).toEqual([
      expect.stringMatching(/a\.xml: other annotations also name its picture .*0\.png/),
      expect.stringMatching(/b\.xml: other annotations also name its picture .*0\.png/),
      expect.stringMatching(/image .*JPEGImages.c: there is no such file/),
    ])
    await expectObjects(set)
  })

  it('that counts from 0 is read so, and says it', async () => {
    const shifted = Object.fromEntries(
      list.map((_, i) => [
        `Annotations/${i}.xml`,
        xmlOf(i).replace(/(?<=<[xy]min>)\d+/g, (value) => String(Number(value) - 1)),
      ]),
    )
    const object =
      '<object><name>ring</name><bndbox><xmin>0</xmin><ymin>2</ymin><xmax>9</xmax><ymax>8</ymax></bndbox></object>'
    const set = await opened({
      ...shifted,
      'Annotations/3.xml': shifted['Annotations/3.xml'].replace('</annotation>', `${object}</annotation>`),
    })
    const found = await allOf(set)
    for (const { index, boxes } of found) expect(boxes.slice(0, list[index].boxes.length)).toEqual(list[index].boxes)
    expect(found.find(({ index }) => index === 3)!.boxes.at(-1)).toEqual({ left: 0, top: 2, right: 9, bottom: 8 })
    expect(set.remarks).toEqual([
      expect.stringMatching(
        /^some boxes begin at 0, such as .*xml: object \d, ring, although VOC counts pixels from 1; all boxes/,
      ),
    ])
  })

  const rgb = (colours: readonly (readonly number[])[], mask: Uint8Array): Promise<Buffer> =>
    sharp(Uint8Array.from([...mask].flatMap((value) => colours[value])), {
      raw: { height: side, width: side, channels: 3 },
    })
      .png()
      .toBuffer()
  const coloured = async (colours: readonly (readonly number[])[]) =>
    Object.fromEntries(
      await Promise.all(list.map(async ({ mask }, i) => [`SegmentationClass/${i}.png`, await rgb(colours, mask)])),
    )

  it('may have masks of the colours of its labelmap, as CVAT writes them', async () => {
    const set = await opened({
      ...(await coloured([
        [0, 0, 0],
        [250, 50, 83],
        [61, 61, 61],
      ])),
      'labelmap.txt': '# label:color_rgb:parts:actions\nbackground:0,0,0::\ncorner:250,50,83::\nring:61,61,61::',
    })
    expectWhole(set)
    await expectMasks(set)
  })

  it("may have masks of VOC's own colours", async () => {
    const xmls = list.map((_, i) => [
      `Annotations/${i}.xml`,
      xmlOf(i).replaceAll('corner', 'cat').replaceAll('ring', 'tvmonitor'),
    ])
    const set = await vocFolder(
      folderOf({
        ...without(/labelmap/),
        ...Object.fromEntries(xmls),
        ...(await coloured([
          [224, 224, 192],
          [64, 0, 0],
          [0, 64, 128],
        ])),
      }),
      options,
    )
    expectWhole(set)
    for (const { index, mask } of await allOf(set))
      expect(mask).toEqual(list[index].mask.map((value) => [ignoredPixel, 8, 20][value]))
  })

  it('says why it has no masks where one is missing, and leaves that picture out where they are asked for', async () => {
    const folder = folderOf(without(/Segmentation.*0\.png/))
    const boxes = await vocFolder(folder, options)
    expectWhole(boxes)
    expect(boxes.train.maskClasses).toBeUndefined()
    expect(boxes.remarks).toEqual([
      expect.stringMatching(
        /^1 of its 5 pictures have no mask in SegmentationClass, such as .*0\.png; it is read without/,
      ),
    ])
    const masked = await vocFolder(folder, { ...options, masks: true })
    expect(masked.train.maskClasses).toEqual(['background', ...classes])
    expect(reasons(masked.skipped)).toEqual([expect.stringMatching(/^mask .*0\.png: there is no such file/)])
    const none = await vocFolder(folderOf(without(/Segmentation/)), { ...options, masks: true })
    expect([none.train.maskClasses, none.remarks]).toEqual([undefined, ['there are no masks in SegmentationClass']])
    expect((await vocFolder(folderOf(files), { ...options, masks: false })).train.maskClasses).toBeUndefined()
  })

  it('takes the first of two pictures that one annotation could be of', async () => {
    const set = await opened({ 'JPEGImages/0.tif': 'another' })
    expect(reasons(set.skipped)).toEqual([
      expect.stringMatching(/^image .*0\.tif: .*0\.png has the same name apart from its extension/),
    ])
    await expectObjects(set)
  })

  it('may list names with spaces or endings', async () => {
    const set = await vocFolder(
      folderOf({
        ...without(/Segmentation|\/[014]\./),
        'Annotations/my 0.xml': xmlOf(0),
        'JPEGImages/my 0.png': files['JPEGImages/0.png'],
        'ImageSets/Main/train.txt': 'my 0\r\n2.png  \r\n3 1\r\n',
      }),
      { ...options, validation: 1, test: 1 },
    )
    expect([set.train.length, set.validation.length, set.test.length, set.skipped.length]).toEqual([1, 1, 1, 0])
  })
})

describe('a YOLO set', async () => {
  const files = await yoloFiles({ train: list.slice(0, 3), val: list.slice(3) })
  const opened = (change: Record<string, string | Uint8Array>, more?: object) =>
    yoloFolder(folderOf({ ...files, ...change }), { ...options, ...more })
  const names = 'names: [corner, ring]'
  const lengths = ({ train, validation }: AnnotatedFolder): number[] => [train.length, validation.length]

  it.each<[string, string, number]>([
    ["Windows' separators", `path: .\\\r\ntrain: images\\train\r\nval: .\\images\\val\r\n${names}\r\n`, 0],
    ['separators in double quotes', `train: "images\\train"\nval: "images\\val" # pictures\n${names}`, 0],
    ["Roboflow's places in Windows", `train: ..\\images\\train\nval: ..\\images\\val\n${names}`, 0],
    ["another computer's root", `path: C:\\Users\\me\\pets\ntrain: images\\train\nval: images/val\n${names}`, 0],
    ["another computer's paths", `train: D:\\pets\\images\\train\nval: /home/me/pets/images/val\n${names}`, 2],
    ["another computer's paths in double quotes", `train: "D:\\pets\\images\\train"\nval: 'images\\val'\n${names}`, 1],
    ['lists of places', `train: [images\\train]\nval:\n  - images/val\n${names}`, 0],
    ['names as a map', 'train: images/train\nval: images/val\nnames:\n  1: ring\n  0: corner', 0],
  ])('is found by %s', async (_, yaml, corrected) => {
    const set = await opened({ 'data.yaml': yaml }, { test: 1 })
    expect(set.skipped).toEqual([])
    expect(lengths(set)).toEqual([2, 2])
    expect(set.train.classes).toEqual(classes)
    expect(set.corrected).toHaveLength(corrected)
    for (const { reason } of set.corrected)
      expect(reason).toMatch(/data\.yaml: (train|val) is .*, which does not exist; it is read as .*images.(train|val)$/)
  })

  it("is found below the last folder of another computer's root", async () => {
    const below = Object.fromEntries(
      Object.entries(files).map(([name, content]) => [name === 'data.yaml' ? name : `pets/${name}`, content]),
    )
    const yaml = `path: "C:\\sets\\pets"\ntrain: images\\train\nval: images\\val\n${names}`
    const set = await yoloFolder(folderOf({ ...below, 'data.yaml': yaml }), { ...options, test: 1 })
    expect([lengths(set), set.skipped, set.corrected.length]).toEqual([[2, 2], [], 2])
  })

  it('does not take one folder for two places that end alike', async () => {
    const yaml = `train: D:\\a\\train\nval: D:\\b\\train\n${names}`
    await expect(
      opened({ 'data.yaml': yaml, 'train/0.png': files['images/train/0.png'], 'train/0.txt': '' }),
    ).rejects.toThrow(/data\.yaml: val is D:\\b\\train, which does not exist: looked for/)
  })

  it("may list pictures by another computer's paths", async () => {
    const yaml = `train: all.txt\n${names}`
    const all = ['images\\train\\0.png', 'D:\\pets\\images\\train\\1.png', './images/val/0.png'].join('\r\n')
    const set = await opened({ 'data.yaml': yaml, 'all.txt': all })
    expect(set.skipped).toEqual([])
    expect(reasons(set.corrected)).toEqual([
      expect.stringMatching(/all\.txt: D:\\pets\\.* does not exist; it is read as .*1\.png/),
    ])
  })

  it('tells of labels without a picture, pictures without labels, and lines that come twice', async () => {
    const line = (files['labels/train/1.txt'] as string).split('\n')[0]
    const set = await yoloFolder(
      folderOf({
        ...Object.fromEntries(Object.entries(files).filter(([name]) => name !== 'labels/train/0.txt')),
        'labels/train/9.txt': line,
        'labels/train/1.txt': `${files['labels/train/1.txt']}\r\n${line}\r\n`,
      }),
      { ...options, test: 1 },
    )
    expect(reasons(set.skipped)).toEqual([
      expect.stringMatching(/labels.train.1\.txt: line \d is a duplicate/),
      expect.stringMatching(/labels.train.9\.txt: it has no picture in .*images.train$/),
    ])
    expect(set.remarks).toEqual([
      expect.stringMatching(
        /^1 of its 5 pictures have no label file, such as .*0\.png; they count as pictures without objects$/,
      ),
    ])
  })

  it('of boxes and outlines says why it has no masks, and has them where they are asked for', async () => {
    const outlines = await yoloFiles({ train: list.slice(0, 3), val: list.slice(3) }, true)
    const folder = folderOf({ ...outlines, 'labels/train/0.txt': files['labels/train/0.txt'] })
    const boxes = await yoloFolder(folder, { ...options, test: 1 })
    expect(boxes.train.maskClasses).toBeUndefined()
    expect(boxes.remarks).toEqual([
      expect.stringMatching(/ of its \d objects have no outline, such as .*0\.txt: line 1; it is read without masks$/),
    ])
    const masked = await yoloFolder(folder, { ...options, test: 1, masks: true })
    expect(masked.corrected[0]).toMatchObject({ reason: expect.stringMatching(/0\.txt: line 1 is a box$/) })
    const found = (await allOf(masked)).filter(({ mask }) => mask!.includes(ignoredPixel))
    expect(found).toHaveLength(1)
    expect((await yoloFolder(folderOf(outlines), { ...options, masks: false })).train.maskClasses).toBeUndefined()
  })

  it('refuses names in another encoding than UTF-8, for two could become one', async () => {
    await expect(opened({ 'data.yaml': Buffer.from('names: [Bär, Hör]', 'latin1') })).rejects.toThrow(
      /data\.yaml is not valid UTF-8; save it in UTF-8/,
    )
    const utf16 = Buffer.from(`\ufefftrain: images/train\nval: images/val\n${names}`, 'utf16le')
    expect((await opened({ 'data.yaml': utf16 }, { test: 1 })).train.classes).toEqual(classes)
  })
})

describe('a set of masks', async () => {
  const shaded = (shades: readonly number[], colourType: 0 | 3 = 0): Files => ({
    ...pictures,
    ...Object.fromEntries(
      list.map(({ mask }, i) => [
        `masks/${i}.png`,
        indexPng(
          mask.map((value) => shades[value]),
          side,
          side,
          { colourType },
        ),
      ]),
    ),
  })
  const opened = (files: Files) => maskFolder(folderOf(files), options)

  it.each<[string, number[], string[]]>([
    ['three shades', [0, 127, 254], ['background', 'class 127', 'class 254']],
    ['three shades from black to white', [0, 128, 255], ['background', 'class 128', 'class 255']],
  ])('of %s has as many classes, and says so', async (_, shades, maskClasses) => {
    const set = await opened(shaded(shades))
    expectWhole(set)
    expect(set.train.maskClasses).toEqual(maskClasses)
    await expectMasks(set)
    expect(set.remarks).toEqual([expect.stringContaining(`its masks have the values ${shades.join(', ')}`)])
  })

  it('may have the names of its shades in classes.txt', async () => {
    const set = await opened({ ...shaded([0, 100, 200]), 'classes.txt': '200 ring\n0 background\n100 corner' })
    expect(set.train.maskClasses).toEqual(['ring', 'background', 'corner'])
    for (const { index, mask } of await allOf(set))
      expect(mask).toEqual(list[index].mask.map((value) => [1, 2, 0][value]))
    expect(set.remarks).toEqual([])
  })

  it.each<[string, 3 | 4]>([
    ['colours', 3],
    ['colours that are opaque', 4],
  ])('of %s has as many classes, and says so', async (_, channels) => {
    const colours = [
      [0, 0, 0, 255],
      [128, 0, 0, 255],
      [255, 255, 255, 255],
    ].map((colour) => colour.slice(0, channels))
    const masks = await Promise.all(
      list.map(async ({ mask }, i) => [
        `masks/${i}.png`,
        await sharp(Uint8Array.from([...mask].flatMap((value) => colours[value])), {
          raw: { height: side, width: side, channels },
        })
          .png()
          .toBuffer(),
      ]),
    )
    const set = await opened({ ...pictures, ...Object.fromEntries(masks) })
    expectWhole(set)
    expect(set.train.maskClasses).toEqual(['background', '#800000', '#ffffff'])
    await expectMasks(set)
    expect(set.remarks).toEqual([expect.stringContaining('its masks have colours; they are read as 3 classes')])
  })

  it('of grey that stands as red, green and blue is read as grey', async () => {
    const masks = await Promise.all(
      list.map(async ({ mask }, i) => [
        `masks/${i}.png`,
        await sharp(Uint8Array.from([...mask].flatMap((value) => [value, value, value])), {
          raw: { height: side, width: side, channels: 3 },
        })
          .png()
          .toBuffer(),
      ]),
    )
    const set = await opened({ ...pictures, ...Object.fromEntries(masks) })
    expect(set.train.maskClasses).toEqual(['background', 'class 1', 'class 2'])
    await expectMasks(set)
  })

  it('leaves out masks that are transparent in part, and those that are not a PNG', async () => {
    const clear = await sharp({ create: { width: side, height: side, channels: 4, background: '#ff000080' } })
      .png()
      .toBuffer()
    const { 'masks/1.png': _, ...files } = await maskFiles(list)
    const set = await opened({ ...files, 'masks/0.png': clear, 'masks/1.jpg': 'a picture' })
    expect(reasons(set.skipped)).toEqual([
      expect.stringMatching(/0\.png: the pixel of row 0 and column 0 is transparent/),
      expect.stringMatching(
        /1\.png: it has no mask; expected .*1\.png, not 1\.jpg, since other formats may have changed/,
      ),
    ])
  })

  it('of one class has nothing to learn', async () => {
    const set = await opened(shaded([0, 0, 0]))
    expect(() => checkLearnable(set.train, 'masks')).toThrow(
      /have no class but 'background'; expected at least two classes/,
    )
  })
})
