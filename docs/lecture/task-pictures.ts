/**
 * Makes the pictures of the chapter on the four tasks from trained networks: node docs/lecture/task-pictures.ts RUNS
 * where `npm run bench:tasks -- --runs RUNS` has left its run folders.
 */
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadModel, type Model, predict } from 'gentle-dl'
import { mnist, sceneSplits, writeImageFile } from 'gentle-dl/data'
import {
  classColour,
  detection,
  drawBoxes,
  type Image,
  image,
  levelsOf,
  localization,
  overlayMask,
  type ScoredBox,
  segmentation,
  sheet,
} from 'gentle-dl/vision'

const runs = process.argv[2]
if (runs === undefined) throw new Error('node docs/lecture/task-pictures.ts RUNS: the folder of bench:tasks is missing')
const folder = fileURLToPath(new URL('pictures/', import.meta.url))

const trained = (preset: string): Promise<Model> =>
  loadModel(readFileSync(join(runs, preset, 'weights/best.safetensors')))

/** Pixels of a side, as the presets of one object have them. */
const side = 64
/** Which of the test scenes is shown. */
const shown = 13
const scale = 5

const { test } = sceneSplits(await mnist(), { side, objects: [1, 1], size: [24, 44], clutter: 3 })
const scene = image(1, side, side)
await test.read(shown, scene.data)

/** A scene is black around its objects, so it can be the middle of a larger one. */
function amid(picture: Image, larger: number): Image {
  const result = image(1, larger, larger)
  const edge = (larger - picture.width) / 2
  for (let row = 0; row < picture.height; row++)
    result.data.set(picture.data.subarray(row * picture.width, (row + 1) * picture.width), (row + edge) * larger + edge)
  return result
}

const boxed = (objects: readonly ScoredBox[]): Image =>
  drawBoxes(
    scene,
    objects.map(({ label, score, box }) => ({
      box,
      colour: classColour(label),
      caption: `${label} ${score.toFixed(2)}`,
    })),
    { scale },
  )

const classifier = await trained('classify-scenes')
const { data: probabilities } = await predict(classifier, scene.data)
const label = probabilities.indexOf(Math.max(...probabilities))

const localizer = await trained('localize-scenes')
const located = localization(localizer.inputShape).decode((await predict(localizer, scene.data)).data)

const detector = await trained('detect-scenes')
const [, larger] = detector.inputShape
const edge = (larger - side) / 2
const detected = detection(levelsOf(detector.layer, detector.inputShape))
  .decode((await predict(detector, amid(scene, larger).data)).data)
  .filter(({ score }) => score >= 0.5)
  .map(({ box: { left, top, right, bottom }, ...object }) => ({
    ...object,
    box: { left: left - edge, top: top - edge, right: right - edge, bottom: bottom - edge },
  }))

const segmenter = await trained('segment-scenes')
const mask = segmentation(segmenter.inputShape).decode((await predict(segmenter, scene.data)).data)

const outputs = sheet(
  [
    { image: boxed([]), caption: `classification: ${label}` },
    { image: boxed([located]), caption: 'and localization' },
    { image: boxed(detected), caption: 'detection' },
    { image: drawBoxes(overlayMask(scene, mask), [], { scale }), caption: 'segmentation' },
  ],
  { columns: 4, tile: scale * side },
)
await writeImageFile(join(folder, 'four-tasks.png'), outputs)
for (const task of ['detect', 'segment'])
  for (const end of ['best', 'worst'])
    copyFileSync(join(runs, `${task}-scenes`, `${end}.png`), join(folder, `${task}-${end}.png`))
copyFileSync(join(runs, 'detect-scenes/precision-recall.svg'), join(folder, 'precision-recall.svg'))
