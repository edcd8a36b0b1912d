/**
 * The networks of the vision tasks' presets that train beside PyTorch, whose twins are in rivals/picture_tasks.py: the same layers, parameters of the same names and values, the
 * same loss and targets. So both compute the same loss in their first step, which the runner checks.
 */
import type { InitialValues, Layer, Loss, NDArray } from '../packages/gentle/src/entries/index.ts'
import { resnet14 } from '../packages/gentle/src/entries/models.ts'
import {
  detection,
  detector,
  levelsOf,
  localization,
  localizer,
  segmentation,
  unet,
} from '../packages/gentle/src/entries/vision.ts'
import { randomNumbers, type TaskNetwork } from './workload.ts'

/** Kinds of things in the scenes of the presets. */
const classes = 6

/** Scenes are grey. */
const shapeOf = (size: number): readonly number[] => [1, size, size]

type Values = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>

export interface PictureTask {
  readonly layer: Layer
  readonly loss: Loss
  readonly target: { readonly shape: readonly number[]; readonly dtype: NDArray['dtype'] }
  /** One picture's target of random numbers. */
  write(target: Values, next: () => number): void
}

/** By the network's name, for square pictures of so many pixels. */
export const pictureTasks: Readonly<Record<TaskNetwork, (size: number) => PictureTask>> = {
  unet(size) {
    const { loss, target } = segmentation(shapeOf(size))
    return {
      layer: unet({ classes: classes + 1 }),
      loss,
      target,
      write(labels, next) {
        for (let i = 0; i < labels.length; i++) labels[i] = Math.floor(next() * (classes + 1))
      },
    }
  },

  detector(size) {
    const layer = detector(resnet14({ classes }), { classes, channels: 48 })
    const { loss, target } = detection(levelsOf(layer, shapeOf(size)))
    return {
      layer,
      loss,
      target,
      // One place in twenty answers for an object.
      write(target, next) {
        const places = target.length / 6
        for (let place = 0; place < places; place++) {
          const kind = next() * 20 * classes
          target[place] = kind < classes ? Math.floor(kind) : -1
          for (let row = 1; row < 6; row++)
            target[row * places + place] = kind < classes ? (row < 5 ? 0.5 + 3 * next() : next()) : 0
        }
      },
    }
  },

  localizer(size) {
    const { loss, target } = localization(shapeOf(size))
    return {
      layer: localizer(resnet14({ classes }), { classes }),
      loss,
      target,
      write(target, next) {
        target[0] = Math.floor(next() * classes)
        for (let edge = 1; edge < 5; edge++) target[edge] = (edge < 3 ? 0.1 : 0.6) + 0.3 * next()
      },
    }
  },
}

/** The targets of a batch. */
export function randomTargets({ target, write }: PictureTask, batch: number): Values {
  const length = target.shape.reduce((size, axis) => size * axis, 1)
  const values = target.dtype === 'int32' ? new Int32Array(batch * length) : new Float32Array(batch * length)
  const next = randomNumbers(2)
  for (let i = 0; i < batch; i++) write(values.subarray(i * length, (i + 1) * length), next)
  return values
}

/** The parameters' first values, which depend on their names: filters of variance 1 / fan in, factors of 1 and offsets of 0. */
export const namedValues: InitialValues = (name, shape) => {
  const length = shape.reduce((size, axis) => size * axis, 1)
  if (shape.length < 2) return new Float32Array(length).fill(name.endsWith('bias') ? 0 : 1)
  const bound = Math.sqrt(3 / (length / shape[0]))
  const next = randomNumbers(hashOf(name))
  return Float32Array.from({ length }, () => bound * (2 * next() - 1))
}

/** FNV-1a. */
const hashOf = (name: string): number =>
  [...name].reduce((hash, character) => Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0, 0x811c9dc5)
