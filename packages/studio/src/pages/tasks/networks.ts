/** Four networks on the same convolutions, one for each question, and the scenes that they are trained on and judged by. */
import { BatchNorm, Conv2d, GlobalAvgPool2d, type Layer, Linear, ReLU, Sequential } from 'gentle-dl'
import { type AnnotatedSet, type SceneOptions, scenes } from 'gentle-dl/data'
import { detector, localizer, unet } from 'gentle-dl/vision'
import { sceneSide } from './scene-side.ts'
import { shapeNames, shapePictures } from './shapes.ts'

export const taskNames = ['classify', 'localize', 'detect', 'segment'] as const

export type TaskName = (typeof taskNames)[number]

const sceneOptions: SceneOptions = {
  side: sceneSide,
  objects: [1, 4],
  size: [14, 32],
  rotation: 180,
  overlap: 0.3,
  clutter: 3,
}

/** Scenes that nobody has drawn, from one seed to learn from and from another to be judged by. */
export const sceneSet = (count: number, seed: number): AnnotatedSet =>
  scenes(shapePictures(), count, { ...sceneOptions, seed })

/** Scenes that are harder than those that were learned from: more shapes, smaller ones, which cover each other. */
export const crowdedSet = (count: number, seed: number): AnnotatedSet =>
  scenes(shapePictures(), count, { ...sceneOptions, objects: [4, 10], size: [9, 26], overlap: 0.7, clutter: 8, seed })

const classes = shapeNames.length

const stage = (channels: number): Layer =>
  Sequential({
    conv1: Conv2d(channels, 3, { stride: 2, padding: 1, bias: false }),
    bn1: BatchNorm(),
    relu1: ReLU(),
    conv2: Conv2d(channels, 3, { padding: 1, bias: false }),
    bn2: BatchNorm(),
    relu2: ReLU(),
  })

/** A small classifier; the others stand on its convolutions. */
const classifier = (): Layer =>
  Sequential({
    stage1: stage(16),
    stage2: stage(24),
    stage3: stage(32),
    pool: GlobalAvgPool2d(),
    fc: Linear(classes),
  })

export const networks: Readonly<Record<TaskName, () => Layer>> = {
  classify: classifier,
  localize: () => localizer(classifier(), { classes }),
  detect: () => detector(classifier(), { classes, channels: 32 }),
  segment: () => unet({ classes: classes + 1, width: 8, depth: 3 }),
}
