/** Small sets of scenes, written to folders in the formats that sets with boxes and masks come in. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { type AnnotatedFolder, type Annotations, inMemory, scenes } from 'gentle-dl/data'
import { compressRunLengths, encodeRunLengths } from 'gentle-dl/vision'
import sharp from 'sharp'

/** Pixels of a side. */
export const side = 32

export const classes = ['corner', 'ring'] as const

/** A scene with what is in it. */
export interface Written extends Omit<Required<Annotations>, 'ignored'> {
  /** Bytes, row-major [side, side]. */
  readonly pixels: Uint8Array
  /** The pixels of each object that are seen. */
  readonly objects: readonly Uint8Array[]
}

/** A ring, which has a hole, and a corner, in 10 x 10 each. */
const drawn = (on: (row: number, column: number) => boolean): number[] =>
  Array.from({ length: 100 }, (_, i) => (on(Math.floor(i / 10), i % 10) ? 1 : 0))
const source = inMemory({
  inputs: Float32Array.from([
    ...drawn((row, column) => row > 6 || column < 3),
    ...drawn((row, column) => Math.min(row, column, 9 - row, 9 - column) < 3),
  ]),
  inputShape: [1, 10, 10],
  targets: Int32Array.from([0, 1]),
  classes,
})

/** Scenes of two objects, or one, in which no object covers another. */
export async function sceneList(count: number, seed = 0): Promise<Written[]> {
  const options = { side, objects: [1, 2], size: [11, 14], rotation: 0, overlap: 0, clutter: 0, seed } as const
  const set = scenes(source, count, options)
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const picture = new Float32Array(side * side)
      const { boxes, labels, mask } = await set.read(index, picture)
      const objects = boxes.map(({ left, top, right, bottom }) =>
        mask!.map((value, i) => {
          const [row, column] = [Math.floor(i / side), i % side]
          return value !== 0 && row >= top && row < bottom && column >= left && column < right ? 1 : 0
        }),
      )
      return {
        boxes,
        labels,
        mask: mask!,
        objects,
        pixels: Uint8Array.from(picture, (value) => Math.round(255 * value)),
      }
    }),
  )
}

const folders: string[] = []
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

export type Files = Readonly<Record<string, string | Uint8Array>>

/** A new folder with these files. */
export function folderOf(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'gentle-annotated-'))
  folders.push(folder)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

/** A grey picture as PNG. */
export const picturePng = (pixels: Uint8Array, height = side, width = side): Promise<Uint8Array> =>
  sharp(pixels, { raw: { height, width, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer()

/** Pictures as files: `PLACE/0.png`, `PLACE/1.png`, ... */
export async function pictureFiles(place: string, list: readonly Written[]): Promise<Record<string, Uint8Array>> {
  const files = await Promise.all(list.map(async ({ pixels }, i) => [`${place}/${i}.png`, await picturePng(pixels)]))
  return Object.fromEntries(files)
}

export interface IndexPngOptions {
  readonly bits?: 1 | 2 | 4 | 8
  /** 3: a palette; 0: grey. */
  readonly colourType?: 0 | 3
  /** The filter of each row in turn; 0 unless given. */
  readonly filters?: readonly number[]
}

/** A PNG of class indices. All entries of its palette are one colour, so that only the indices tell them apart. */
export function indexPng(
  values: Uint8Array,
  height = side,
  width = side,
  { bits = 8, colourType = 3, filters = [0] }: IndexPngOptions = {},
): Uint8Array {
  const chunk = (kind: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(kind), data])
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    check.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, check])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([bits, colourType, 0, 0, 0], 8)
  const pitch = Math.ceil((width * bits) / 8)
  const raw = Array.from({ length: height }, (_, y) => {
    const row = new Uint8Array(pitch)
    for (let x = 0; x < width; x++)
      row[Math.floor((x * bits) / 8)] |= values[y * width + x] << (8 - bits - ((x * bits) % 8))
    return row
  })
  const lines = raw.map((row, y) => {
    const filter = filters[y % filters.length]
    return Uint8Array.of(
      filter,
      ...row.map((value, i) => {
        const left = row[i - 1] ?? 0
        const up = raw[y - 1]?.[i] ?? 0
        const corner = raw[y - 1]?.[i - 1] ?? 0
        const near = [left, up, corner].toSorted(
          (a, b) => Math.abs(left + up - corner - a) - Math.abs(left + up - corner - b),
        )[0]
        return value - [0, left, up, (left + up) >> 1, near][filter]
      }),
    )
  })
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...(colourType === 3 ? [chunk('PLTE', new Uint8Array(3 * 2 ** bits).fill(100))] : []),
    chunk('IDAT', deflateSync(Buffer.concat(lines))),
    chunk('IEND', new Uint8Array(0)),
  ])
}

/** The pixels of an object as an outline along pixels' edges: round each run of a row, and back to where it began. */
function outlineOf(pixels: Uint8Array): number[] {
  const outline: number[] = []
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      if (pixels[y * side + x] === 0 || (x > 0 && pixels[y * side + x - 1] !== 0)) continue
      let end = x
      while (end < side && pixels[y * side + end] !== 0) end++
      const [homeX, homeY] = outline.length > 0 ? outline : [x, y]
      outline.push(x, y, end, y, end, y + 1, x, y + 1, x, y, homeX, homeY)
    }
  return outline
}

export type Segmentation = 'polygons' | 'counts' | 'string' | 'none'

/** COCO's annotations of pictures `0.png`, `1.png`, ...; ids begin with 1, those of categories leave gaps. */
export function cocoJson(list: readonly Written[], segmentation: Segmentation = 'polygons') {
  const segmented = (pixels: Uint8Array) => {
    if (segmentation === 'none') return []
    if (segmentation === 'polygons') return [outlineOf(pixels)]
    const runs = encodeRunLengths(pixels, side, side)
    return { size: [side, side], counts: (segmentation === 'counts' ? runs : compressRunLengths(runs)).counts }
  }
  return {
    images: list.map((_, i) => ({ id: i + 1, file_name: `${i}.png`, height: side, width: side })),
    categories: [
      { id: 7, name: classes[1] },
      { id: 3, name: classes[0] },
    ],
    annotations: list
      .flatMap(({ boxes, labels, objects }, i) =>
        boxes.map(({ left, top, right, bottom }, j) => ({
          image_id: i + 1,
          category_id: [3, 7][labels[j]],
          bbox: [left, top, right - left, bottom - top],
          iscrowd: 0,
          segmentation: segmented(objects[j]),
        })),
      )
      .map((annotation, id) => ({ id: id + 1, ...annotation })),
  }
}

/** Files of a COCO set of one part each. */
export async function cocoFiles(parts: Readonly<Record<string, readonly Written[]>>): Promise<Files> {
  const files = await Promise.all(
    Object.entries(parts).map(async ([name, list]) => ({
      [`annotations/instances_${name}.json`]: JSON.stringify(cocoJson(list)),
      ...(await pictureFiles(name, list)),
    })),
  )
  return Object.assign({}, ...files)
}

/** VOC's annotation of a picture. */
export const vocXml = (
  { boxes, labels }: Pick<Written, 'boxes' | 'labels'>,
  names: readonly string[] = classes,
): string =>
  [
    `<annotation><size><width>${side}</width><height>${side}</height><depth>1</depth></size>`,
    ...boxes.map(
      ({ left, top, right, bottom }, i) =>
        `<object><name>${names[labels[i]]}</name><difficult>0</difficult><bndbox><xmin>${left + 1}</xmin><ymin>${top + 1}</ymin><xmax>${right}</xmax><ymax>${bottom}</ymax></bndbox></object>`,
    ),
    '</annotation>',
  ].join('\n')

/** Files of a VOC set; the index of a mask is its class in `labelmap.txt`. */
export async function vocFiles(list: readonly Written[]): Promise<Files> {
  return {
    ...(await pictureFiles('JPEGImages', list)),
    ...Object.fromEntries(list.map((scene, i) => [`Annotations/${i}.xml`, vocXml(scene)])),
    ...Object.fromEntries(list.map(({ mask }, i) => [`SegmentationClass/${i}.png`, indexPng(mask)])),
    'labelmap.txt': [
      '# label:color_rgb:parts:actions',
      ...['background', ...classes].map((name) => `${name}:9,9,9::`),
    ].join('\n'),
  }
}

/** The lines of a picture's label file. */
export const yoloLines = ({ boxes, labels, objects }: Written, outlines = false): string =>
  boxes
    .map(({ left, top, right, bottom }, i) => {
      const shares = outlines
        ? outlineOf(objects[i])
        : [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top]
      return [labels[i], ...shares.map((value) => (value / side).toFixed(6))].join(' ')
    })
    .join('\n')

/** Files of a YOLO set with images/train and labels/train, and so on. */
export async function yoloFiles(parts: Readonly<Record<string, readonly Written[]>>, outlines = false): Promise<Files> {
  const files = await Promise.all(
    Object.entries(parts).map(async ([name, list]) => ({
      ...(await pictureFiles(`images/${name}`, list)),
      ...Object.fromEntries(list.map((scene, i) => [`labels/${name}/${i}.txt`, yoloLines(scene, outlines)])),
    })),
  )
  const places = Object.keys(parts).map((name) => `${name}: images/${name}`)
  return Object.assign({ 'data.yaml': [...places, `names: [${classes.join(', ')}]`].join('\n') }, ...files)
}

/** Files of a set of masks. */
export const maskFiles = async (list: readonly Written[]): Promise<Files> => ({
  ...(await pictureFiles('images', list)),
  ...Object.fromEntries(list.map(({ mask }, i) => [`masks/${i}.png`, indexPng(mask, side, side, { bits: 2 })])),
  'classes.txt': ['0 background', ...classes.map((name, i) => `${i + 1} ${name}`)].join('\n'),
})

/** What a set has of each picture, by the picture's name, such as `train/0.png`. */
export async function readAll(set: {
  readonly length: number
  readonly inputShape: readonly number[]
  readonly files: readonly string[]
  read(index: number, picture: Float32Array): Annotations | Promise<Annotations>
}) {
  const size = set.inputShape.reduce((product, n) => product * n, 1)
  return Promise.all(
    Array.from({ length: set.length }, async (_, index) => {
      const picture = new Float32Array(size)
      const truth = await set.read(index, picture)
      return { index: Number(/(\d+)\.png$/.exec(set.files[index])![1]), picture, ...truth }
    }),
  )
}

/** What all parts of a set have. */
export const allOf = async ({ train, validation, test }: AnnotatedFolder) =>
  (await Promise.all([train, validation, test].map(readAll))).flat()
