import { ArgumentError, ShapeError } from '../core/errors.ts'
import * as portableMath from '../core/portable-math.ts'
import { formatShape, type Shape } from '../core/shape.ts'
import { input, type Tensor } from '../graph/tensor.ts'
import { Conv2d, GroupNorm, ReLU, Sequential } from '../nn/index.ts'
import { constants } from '../nn/initializers.ts'
import { checkCount, checkOptions, inLayer, type Layer, type LayerTypes } from '../nn/layer.ts'
import { Scope } from '../nn/scope.ts'
import { add, exp, mul } from '../ops/elementwise.ts'
import { concat, reshape } from '../ops/structure.ts'
import { upsample2d } from '../ops/upsample2d.ts'
import { mapsOf, trunk } from './trunk.ts'

export interface DetectorOptions {
  /** Kinds of objects. */
  readonly classes: number
  /** Channels of the pyramid; 64 unless given. */
  readonly channels?: number
  /** Sizes of maps that objects are looked for on, each half of the one before; 3 unless given. */
  readonly levels?: number
}

/** Maps that objects are looked for on. */
export interface PyramidLevel {
  readonly rows: number
  readonly columns: number
  /** Pixels of the picture from one place to the next, down and across. */
  readonly stride: readonly [down: number, across: number]
}

/** The smallest stride of a map that is looked at: finer ones cost much and add little. */
const finest = 3.5

/** Share of places that are taken for an object at first: the focal loss would drown in wrong guesses otherwise (Lin et al., 2017, section 4.1). */
const prior = 0.01

const convolution = (channels: number, stride = 1): Layer =>
  Conv2d(channels, 3, { stride, padding: 1, weightInit: 'heNormal' })

const normalized = (channels: number): Layer => Sequential(convolution(channels), GroupNorm(8), ReLU())

/**
 * A detector in one shot, without anchors, on any classifier's convolutions (Tian, Shen, Chen, He, "FCOS: Fully Convolutional One-Stage Object Detection",
 * 2019): pictures [N, C, H, W] to [N, classes + 5, places]. For every place of every level: a logit for each class, the distances to the left,
 * top, right and bottom edge of the object around it in strides (above 0), and a logit that tells how near the object's centre it is. A feature
 * pyramid brings what small maps know to larger ones (Lin, Dollár, Girshick, He, Hariharan, Belongie, "Feature Pyramid Networks for Object Detection",
 * 2017, section 3); where the network has too few sizes, convolutions of stride 2 make more. One head looks at all levels, and a learned factor each fits its distances
 * (FCOS, section 3.2).
 * @param network a classifier; its head is left out
 * @throws ArgumentError for a network without convolutions and options out of range.
 */
export function detector(network: Layer, options: DetectorOptions): Layer {
  checkOptions(options, ['classes', 'channels', 'levels'], 'detector')
  const { classes, channels = 64, levels = 3 } = options
  for (const [what, value] of Object.entries({ classes, channels, levels })) checkCount(value, `detector: ${what}`)
  const backbone = trunk(network)
  const description = { type: 'detector', network: backbone.description, options }
  const tower = (): Layer => Sequential(normalized(channels), normalized(channels))
  const parts = {
    classTower: tower(),
    boxTower: tower(),
    classHead: Conv2d(classes, 3, {
      padding: 1,
      weightInit: { normal: 0.01 },
      biasInit: portableMath.log(prior / (1 - prior)),
    }),
    boxHead: Conv2d(4, 3, { padding: 1, weightInit: { normal: 0.01 }, biasInit: portableMath.log(2) }),
    centreHead: Conv2d(1, 3, { padding: 1, weightInit: { normal: 0.01 } }),
  }
  const pyramid = (x: Tensor, scope: Scope): Tensor[] => {
    const levelMaps = mapsOf(backbone, x, scope).filter(({ shape }) => x.shape[2] / shape[2] >= finest)
    const found = levelMaps.slice(0, levels)
    if (found.length === 0)
      throw new ShapeError(
        `the network downsamples pictures of ${formatShape(x.shape.slice(2))} by a factor below ${finest}; expected one with more strides, or larger pictures`,
      )
    const lateral = found.map((maps, i) => scope.apply(`lateral${i}`, Conv2d(channels, 1), maps))
    for (let i = lateral.length - 2; i >= 0; i--) {
      const [, , height, width] = lateral[i].shape
      lateral[i] = scope.join(
        'add',
        [lateral[i], lateral[i + 1]],
        add(lateral[i], upsample2d(lateral[i + 1], { size: [height, width] })),
      )
    }
    const smooth = lateral.map((maps, i) => scope.apply(`smooth${i}`, convolution(channels), maps))
    for (let i = smooth.length; i < levels; i++) {
      const last = smooth[i - 1]
      if (Math.min(last.shape[2], last.shape[3]) < 2) break
      smooth.push(scope.apply(`smaller${i}`, Sequential(ReLU(), convolution(channels, 2)), last))
    }
    return smooth
  }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        const outputs = pyramid(x, scope).map((maps, i) => {
          const forClasses = scope.apply('classTower', parts.classTower, maps)
          const forBoxes = scope.apply('boxTower', parts.boxTower, maps)
          const factor = scope.parameter(`scale${i}`, [1], constants(1))
          const distances = exp(mul(scope.apply('boxHead', parts.boxHead, forBoxes), reshape(factor, [1, 1, 1, 1])))
          const all = concat(
            [
              scope.apply('classHead', parts.classHead, forClasses),
              distances,
              scope.apply('centreHead', parts.centreHead, forBoxes),
            ],
            1,
          )
          const [examples, values, rows, columns] = all.shape
          return reshape(all, [examples, values, rows * columns])
        })
        return outputs.length === 1 ? outputs[0] : scope.join('concat', outputs, concat(outputs, 2))
      }),
  }
}

/** What builds these layers from their descriptions. */
export const detectorTypes: LayerTypes = {
  detector: ({ network, options }, layerFrom) => detector(layerFrom(network), options as DetectorOptions),
}

/**
 * The levels of a detector for pictures of a shape, in the order of its output's places; within a level places go row by row.
 * @param layer made by `detector`
 * @param inputShape [channels, height, width]
 * @throws ShapeError where they do not fit; ArgumentError for another network, such as a detector's from an ONNX file, which does not tell its levels.
 */
export function levelsOf(layer: Layer, inputShape: Shape): PyramidLevel[] {
  const levels: PyramidLevel[] = []
  const scope = new Scope({
    parameters: new Map(),
    state: new Map(),
    seed: 0,
    training: false,
    inspection: true,
    onLayer({ path, output: { shape } }) {
      if (path !== 'classHead') return
      const [rows, columns] = shape.slice(2)
      levels.push({ rows, columns, stride: [inputShape[1] / rows, inputShape[2] / columns] })
    },
  })
  layer.apply(input([1, ...inputShape]), scope)
  if (levels.length === 0)
    throw new ArgumentError(
      `levelsOf: a network of type ${layer.description.type} does not tell where in the picture its answers are; expected one that detector makes, as in a file that Gentle saved`,
    )
  return levels
}
