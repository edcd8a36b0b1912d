/** Sets of files with boxes and masks on the command line. */
import { join } from 'node:path'
import { imageFileInfo, labelsOf } from 'gentle-dl/data'
import { describe, expect, it } from 'vitest'
import {
  cocoFiles,
  cocoJson,
  folderOf,
  maskFiles,
  pictureFiles,
  sceneList,
  vocFiles,
  yoloFiles,
} from '../../gentle/test/data/annotated/written-sets.ts'
import { openData } from '../src/data/datasets.ts'
import { describe as describeSet } from '../src/data/describe.ts'
import { findingsText, skippedText } from '../src/data/findings-text.ts'
import type { TrainFlags } from '../src/train/choose-settings.ts'
import { train } from '../src/train/train.ts'
import { gentle, temporaryFolder } from './command.ts'

const list = await sceneList(10)
const crowdsJson = cocoJson(list)
const crowds = folderOf({
  ...(await pictureFiles('images', list)),
  'all.json': JSON.stringify({
    ...crowdsJson,
    annotations: crowdsJson.annotations.map((each) => ({ ...each, iscrowd: 1 })),
  }),
})
const [coco, voc, yolo, masks] = [
  await cocoFiles({ train2017: list.slice(0, 6), val2017: list.slice(6) }),
  await vocFiles(list),
  await yoloFiles({ train: list.slice(0, 6), val: list.slice(6) }),
  await maskFiles(list),
].map(folderOf)

describe.concurrent('sets of files with boxes and masks', () => {
  it('train a detector from coco:DIR, which is evaluated on the same pictures as yolo:DIR', async () => {
    const run = join(temporaryFolder(), 'run')
    const flags = ['--resize', '32', '--epochs', '1', '--batch-size', '4', '--threads', '1', '--run-dir', run, '--json']
    const trained = await gentle(['train', 'lenet5', '--task', 'detect', '--data', `coco:${coco}`, ...flags])
    expect(trained.code).toBe(0)
    const { test } = JSON.parse(trained.stdout)
    const evaluated = await gentle(['eval', run, '--data', `yolo:${yolo}`, '--json'])
    expect(evaluated.code).toBe(0)
    expect(JSON.parse(evaluated.stdout).AP50).toBeCloseTo(test.metrics.AP50, 6)
  })

  it('are described, voc:DIR with a sheet of boxes and masks', async () => {
    const out = join(temporaryFolder(), 'sheet.png')
    const described = await gentle(['data', 'describe', `voc:${voc}`, '--resize', '64', '--out', out])
    expect(described.code).toBe(0)
    expect(described.stdout).toMatch(/: pictures of 1 x 64 x 64, objects of 2 classes, masks of 3 classes\n/)
    // Two tiles to a row, of two pictures, each 192 wide.
    expect(await imageFileInfo(out)).toMatchObject({ width: 2 * (388 + 12) + 12 })
    const { stdout } = await gentle(['data', `masks:${masks}`])
    expect(stdout).toMatch(/: pictures of 1 x 256 x 256, masks of 3 classes\n\npictures +all\ntrain +7\n/)
  })

  it('are told with what is left out, or refused for it', async () => {
    const json = cocoJson(list, 'none')
    const [box, ...rest] = json.annotations
    const images = [...json.images, { ...json.images[0], id: 50, file_name: 'none.png' }]
    const annotations = [{ ...box, bbox: [1, 1, 0, 5] }, ...rest]
    const folder = folderOf({
      ...(await pictureFiles('images', list)),
      'all.json': JSON.stringify({ ...json, images, annotations }),
    })
    const report = await gentle(['data', 'describe', `coco:${folder}`, '--resize', '32', '--json'])
    expect(report.code).toBe(0)
    expect(report.stderr).toMatch(
      /: 1 image and 1 object were skipped \(--strict stops instead\)\n {2}image none\.png: there is no such file.*\n {2}.*annotation 1: the box from 1,1 to 1,6 has no area\n/,
    )
    await expect(describeSet(`coco:${folder}`, { strict: true })).rejects.toThrow(
      /2 of its pictures and annotations would be left out or corrected/,
    )
  })

  it('count one that is left out, and many', () => {
    const boxes = Array.from({ length: 7 }, (_, i) => ({ file: 'a.png', reason: `box ${i}`, object: true as const }))
    expect(skippedText('coco:a', boxes.slice(0, 1))).toBe(
      'coco:a: 1 object was skipped (--strict stops instead)\n  box 0',
    )
    expect(skippedText('coco:a', boxes)).toMatch(
      /7 objects were skipped .*\n {2}box 0\n( {2}box \d\n){4} {2}and 2 more$/,
    )
  })

  it('are told what is mended by kinds, and how they were understood', () => {
    const corrected = ['cut', 'cut', 'found'].map((what, i) => ({ file: 'a.png', what, reason: `box ${i}` }))
    expect(findingsText('coco:a', { corrected, remarks: ['it counts from 0'] })).toEqual([
      'coco:a: 3 problems were repaired (--strict stops instead)\n  cut: 2\n    box 0\n    box 1\n  found: 1\n    box 2',
      'coco:a: it counts from 0',
    ])
    expect(findingsText('coco:a', {})).toEqual([])
    expect(findingsText('coco:a', { remarks: ['called \u001b[2J\n'] })).toEqual(['coco:a: called \\u001b[2J\\u000a'])
  })

  it('are examples for classification by the largest object of each picture', async () => {
    const { train } = await openData(`voc:${voc}`, { seed: 0, size: 32 })
    expect(train.classes).toEqual(['corner', 'ring'])
    expect([...new Set(labelsOf(train))].sort()).toEqual([0, 1])
  })

  it.each<[string | undefined, TrainFlags, RegExp]>([
    [
      undefined,
      { task: 'segment', data: `yolo:${yolo}` },
      /has no masks; --task segment needs the class of every pixel/,
    ],
    [
      undefined,
      { task: 'detect', data: `coco:${crowds}` },
      /its 7 training pictures have no objects but \d+ that are ignored, as crowds and difficult ones are/,
    ],
    [undefined, { task: 'detect', data: `masks:${masks}` }, /has no boxes; --task detect needs them/],
    [undefined, { task: 'localize', data: `masks:${masks}` }, /has no boxes; --task localize needs them/],
    ['lenet5', { data: `masks:${masks}` }, /has masks, but no objects to classify; use --task segment/],
    [undefined, { task: 'detect', data: 'coco:' }, /coco: has no folder; expected coco:DIR/],
    [undefined, { task: 'detect', data: `voc:${yolo}` }, /VOC set .*: there is no folder Annotations; expected/],
    [undefined, { task: 'detect', data: 'kitti:x' }, /unknown set of pictures with truth 'kitti:x'.*masks:DIR/],
  ])('that do not fit are refused in one line: %s %j', async (model, flags, message) => {
    await expect(train(model, { ...flags, quiet: true })).rejects.toThrow(message)
    await expect(train(model, { ...flags, quiet: true })).rejects.toThrow(/^[^\n]*$/)
  })
})
