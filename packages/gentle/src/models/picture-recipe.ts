/**
 * How a classifier is trained on a set of pictures that nobody tried it on before: a function of what is known about pictures and network. Large sets have the
 * network's own recipe (`recipeFor`); small ones need more passes, random augmentation, and inputs around 0.
 */
import { type Shape, sizeOf } from '../core/shape.ts'
import type { Recipe } from './recipes.ts'

/** What a recipe depends on. */
export interface PictureFacts {
  /** Training pictures of each class. */
  readonly classCounts: readonly number[]
  /** Validation pictures. */
  readonly validation: number
  /** Of the network, for one picture. */
  readonly multiplyAdds: number
}

/** Settings for a small set of pictures. */
export interface PictureRecipe extends Recipe {
  readonly schedule: 'cosine'
  /** Steps. */
  readonly warmup: number
  /** Of a policy: what changes pictures without changing what they show, as far as one can know. */
  readonly augment: 'modest'
  /** Each channel less its mean over the training pictures, over its standard deviation. */
  readonly normalize: 'data'
  readonly classWeights: 'none' | 'balanced'
  /** Epochs without improvement after which the training ends; undefined where validation pictures are too few to tell. */
  readonly patience?: number
}

/** Sets of fewer training pictures are small. */
export const smallSet = 20_000

/** Steps and epochs of a training that is long enough, however small the set; a network that computes little makes more steps in the same time. */
const fewestSteps = 1500
const maxSteps = 4000
const passes = 40
const maxPasses = 600

/** Multiply-adds of all forward passes of a training of more than the fewest steps. */
const cheap = 2e11

/** Multiply-adds of all forward passes that fit into about a minute and a half of training on two cores. */
const affordable = 1.5e12

/** Of fewer validation pictures, early ones are right by luck. */
const fewest = 30

/** A class this many times as frequent as another makes the classes unbalanced. */
const unbalanced = 3

const batchSizeFor = (examples: number): number =>
  examples < 100 ? 8 : examples < 500 ? 16 : examples < 4000 ? 32 : 64

/**
 * Settings by which a network learns a small set of pictures: AdamW with a short warm-up and cosine decay, at least 1,500 steps and 40 epochs, 600 epochs at most, where a minute and a half on
 * two cores suffices for them, 5 epochs otherwise, and an end where half of the training brought no improvement.
 * @param defaultRate the learning rate where no range test finds another
 */
export function pictureRecipe(
  { classCounts, validation, multiplyAdds }: PictureFacts,
  defaultRate: number,
): PictureRecipe {
  const examples = classCounts.reduce((sum, count) => sum + count, 0)
  const batchSize = Math.min(batchSizeFor(examples), examples)
  const stepsPerEpoch = Math.ceil(examples / batchSize)
  const steps = Math.min(maxSteps, Math.max(fewestSteps, cheap / (multiplyAdds * batchSize)))
  const wanted = Math.min(maxPasses, Math.max(Math.ceil(steps / stepsPerEpoch), passes))
  const possible = Math.floor(affordable / (multiplyAdds * examples))
  const epochs = Math.max(5, Math.min(wanted, possible))
  return {
    epochs,
    batchSize,
    optimizer: 'adamW',
    learningRate: defaultRate,
    weightDecay: 0.01,
    schedule: 'cosine',
    warmup: Math.round((epochs * stepsPerEpoch) / 20),
    augment: 'modest',
    normalize: 'data',
    classWeights: Math.max(...classCounts) >= unbalanced * Math.min(...classCounts) ? 'balanced' : 'none',
    patience: validation < fewest ? undefined : Math.max(5, Math.ceil(epochs / 2)),
  }
}

/** Whether examples are pictures, grey or of colours. */
const arePictureShape = (shape: Shape): boolean => shape.length === 3 && (shape[0] === 1 || shape[0] === 3)

/** Learning rates of AdamW between which a range test chooses. */
export interface RateWindow {
  readonly lowest: number
  readonly recommended: number
  readonly highest: number
}

/** With batch norm a network learns at a high rate, though from 0.004 some seeds stay near guessing; deep ones without, only at a low one. */
export function rateWindow(name: string): RateWindow {
  if (name === 'perceptron') return { lowest: 1e-3, recommended: 1e-2, highest: 3e-2 }
  if (/^(alexnet|vgg\d+$)/.test(name)) return { lowest: 3e-5, recommended: 3e-4, highest: 1e-3 }
  if (/^(lenet5|mlp)$/.test(name)) return { lowest: 5e-4, recommended: 1e-3, highest: 2e-3 }
  return { lowest: 1.5e-3, recommended: 2e-3, highest: 2.2e-3 }
}

/** A network for a set of pictures, the side they are brought to, and why. */
export interface NetworkChoice {
  readonly model: string
  /** Undefined where the pictures keep the size that the set has. */
  readonly size?: number
  readonly why: string
}

/** The side that larger pictures are brought to: at 48 pixels fine textures are lost, at 96 a training takes twice as long. */
const largestSide = 64
/** The least side, at which the network's last maps are still of more than one value. */
const smallestSide = 24

/**
 * The network for examples of a shape: an mlp for points; for tens of thousands of small pictures what is known to learn them, LeNet-5 for grey ones and ResNet-20
 * for colours; else a small residual network, on pictures of 64 pixels at most, which two cores train in minutes where ResNet-18 at 224 takes hours.
 * @param files whether the pictures are files, which can be read at any size
 */
export function chooseNetwork(shape: Shape, { examples, files }: { examples: number; files: boolean }): NetworkChoice {
  if (!arePictureShape(shape)) return { model: 'mlp', why: `the examples are ${sizeOf(shape)} numbers each` }
  const [channels, height, width] = shape
  const side = Math.max(height, width)
  const sides = `pictures of ${height} x ${width}`
  const size = files ? Math.min(largestSide, Math.max(smallestSide, side)) : undefined
  if (side <= 40 && examples >= smallSet) {
    if (channels === 3) return { model: 'resnet20', size, why: `${sides}: a residual network made for small ones` }
    return {
      model: 'lenet5',
      why: `small grey pictures, ${examples.toLocaleString('en-US')} of them, which it learns in seconds`,
    }
  }
  const at = size === undefined || size === side ? '' : `, resized to ${size} x ${size}`
  return { model: 'resnet14', size, why: `${sides}${at}: a small residual network, which two cores train in minutes` }
}
