/** Pictures' annotations: COCO, YOLO, VOC; and the pictures themselves. */
import sharp from 'sharp'
import { Random } from '../../../packages/gentle/src/core/random.ts'
import { unicodeText } from '../../../packages/gentle/src/data/annotated/annotation-text.ts'
import { parseCoco } from '../../../packages/gentle/src/data/annotated/coco-content.ts'
import { pngSamples } from '../../../packages/gentle/src/data/annotated/png-samples.ts'
import { parseVoc } from '../../../packages/gentle/src/data/annotated/voc-xml.ts'
import { parseYoloConfig } from '../../../packages/gentle/src/data/annotated/yolo-config.ts'
import { parseYoloLabels } from '../../../packages/gentle/src/data/annotated/yolo-labels.ts'
import { readImageFile } from '../../../packages/gentle/src/data/index.ts'
import { decodeJpeg } from '../../../packages/gentle/src/data/jpeg/decode-jpeg.ts'
import {
  cocoJson,
  indexPng,
  sceneList,
  vocXml,
  yoloLines,
} from '../../../packages/gentle/test/data/annotated/written-sets.ts'
import { writtenJpeg } from '../../../packages/gentle/test/data/jpeg/written-jpeg.ts'
import { changeJson } from '../change-json.ts'
import { changeText } from '../change-text.ts'
import { type FuzzedReader, utf8 } from '../fuzzed-reader.ts'

const scenes = () => sceneList(2)

export const coco = async (): Promise<FuzzedReader> => {
  const list = await scenes()
  return {
    seeds: (['polygons', 'counts', 'string', 'none'] as const).map((kind) =>
      utf8(JSON.stringify(cocoJson(list, kind))),
    ),
    changes: [changeJson, changeText],
    read: (bytes) => parseCoco(unicodeText(bytes, 'coco.json'), 'coco.json'),
  }
}

export const yolo = async (): Promise<FuzzedReader> => ({
  seeds: (await scenes()).flatMap((scene) => [false, true].map((outlines) => utf8(yoloLines(scene, outlines)))),
  changes: [changeText],
  read: (bytes) => parseYoloLabels(unicodeText(bytes, '0.txt'), '0.txt', ['corner', 'ring']),
})

export const yoloConfig = (): FuzzedReader => ({
  seeds: [
    'train: images/train\nval: [images/val, more]\nnames: [corner, ring]\n',
    'path: ../set\ntrain: train.txt\nval: val\nnc: 2\nnames:\n  0: corner\n  1: "ring"\n',
  ].map(utf8),
  changes: [changeText],
  read: (bytes) => parseYoloConfig(unicodeText(bytes, 'data.yaml'), 'data.yaml'),
})

export const voc = async (): Promise<FuzzedReader> => ({
  seeds: [
    ...(await scenes()).map((scene) => utf8(vocXml(scene))),
    utf8(
      '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE annotation [<!ELEMENT a ANY>]>\n<annotation><filename>a &amp; b.png</filename><!-- c --><object><name><![CDATA[x<y]]>&#x41;</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></object></annotation><?end it?>',
    ),
  ],
  changes: [changeText],
  read: (bytes) => parseVoc(bytes, '0.xml'),
})

export const pictures = async (): Promise<FuzzedReader> => {
  const raw = { raw: { width: 9, height: 7, channels: 3 as const } }
  const pixels = Uint8Array.from({ length: 9 * 7 * 3 }, (_, i) => (i * 37) % 256)
  const made = () => sharp(pixels, raw)
  const files = await Promise.all([
    made().png().toBuffer(),
    made().jpeg().toBuffer(),
    made().webp().toBuffer(),
    made().gif().toBuffer(),
    made().tiff().toBuffer(),
    made().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  ])
  return {
    seeds: files.map((file) => new Uint8Array(file)),
    read: (bytes) => readImageFile(bytes, { size: { height: 5, width: 5 } }),
  }
}

/** Pictures of class indices, which are not decoded by sharp. */
export const masks = (): FuzzedReader => {
  const values = Uint8Array.from({ length: 99 }, (_, i) => i % 3)
  return {
    seeds: [
      indexPng(values, 9, 11),
      indexPng(values, 9, 11, { bits: 2, filters: [0, 1, 2, 3, 4] }),
      indexPng(values, 9, 11, { colourType: 0 }),
    ],
    read: (bytes) => pngSamples(bytes, '0.png'),
  }
}

/** JPEG files as threads decode them, which give nothing where another decoder is to read them. */
export const jpegs = (): FuzzedReader => {
  const size = { height: 20, width: 24 }
  const kinds = [
    { components: 1, sampling: 0x11 },
    { components: 3, sampling: 0x11 },
    { components: 3, sampling: 0x21, restartInterval: 2 },
    { components: 3, sampling: 0x22 },
  ] as const
  return {
    seeds: kinds.map((kind, i) => writtenJpeg(new Random(i), { ...size, ...kind })),
    read: (bytes) => decodeJpeg(bytes, size, { top: 3, bottom: 15, left: 2, right: 24 }),
  }
}
