import { cosineDecay, type Layer, type Optimizer, sgd } from '../packages/gentle/src/entries/index.ts'
import { resnet20 } from '../packages/gentle/src/models/index.ts'
import { vggSmall } from './vgg-small.ts'

/** How a network learns. */
export interface Recipe {
  readonly network: (options: { readonly classes: number }) => Layer
  readonly batchSize: number
  readonly epochs: number
  readonly optimizer: Optimizer
  /** The test accuracy that it has to pass. */
  readonly target: number
}

/** Steps in which the learning rate grows: about an epoch's of 55,000 images. */
const warmup = 400

/** By name. Nothing augments the images; they are 28 x 28, as they are. */
export const recipes: Readonly<Record<string, Recipe>> = {
  resnet20: {
    network: resnet20,
    batchSize: 128,
    epochs: 10,
    optimizer: sgd({ learningRate: cosineDecay(0.1, { warmup }), momentum: 0.9, weightDecay: 1e-4 }),
    target: 0.92,
  },
  'vgg-small': {
    network: vggSmall,
    batchSize: 128,
    epochs: 10,
    optimizer: sgd({ learningRate: cosineDecay(0.05, { warmup }), momentum: 0.9, weightDecay: 5e-4 }),
    target: 0.92,
  },
}
