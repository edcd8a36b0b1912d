/** Networks by name as they are built and trained for a data set: recipes that are known to work. */
import { ArgumentError } from '../core/errors.ts'
import { type Shape, sizeOf } from '../core/shape.ts'
import type { Layer } from '../nn/layer.ts'
import { mlp } from './mlp.ts'
import { type NetworkEntry, networks, segmenters } from './networks.ts'

/** What a network is built for. */
export interface Purpose {
  readonly classes: number
  /** Whether examples are points in a plane, not images; false unless given. */
  readonly points?: boolean
  /** Whether outputs are numbers to predict, not classes; false unless given. */
  readonly numbers?: boolean
}

/** Settings of a training. */
export interface Recipe {
  readonly epochs: number
  readonly batchSize: number
  readonly optimizer: 'sgd' | 'adam' | 'adamW'
  readonly learningRate: number
  readonly weightDecay?: number
  readonly clipNorm?: number
}

/** Networks that take points in a plane, too, and then learn them by another recipe. */
const small: Readonly<Record<string, (points: boolean) => Recipe>> = {
  perceptron: (points) => ({
    epochs: points ? 50 : 5,
    batchSize: points ? 16 : 64,
    optimizer: 'sgd',
    learningRate: points ? 0.5 : 0.05,
  }),
  mlp: (points) =>
    points
      ? { epochs: 100, batchSize: 16, optimizer: 'adam', learningRate: 0.01 }
      : { epochs: 10, batchSize: 64, optimizer: 'sgd', learningRate: 0.1 },
}

const lenet: Recipe = { epochs: 12, batchSize: 64, optimizer: 'sgd', learningRate: 0.1 }

/** With batch norm a network learns at a high rate; without, only at a low one. */
const normed: Recipe = { epochs: 10, batchSize: 128, optimizer: 'sgd', learningRate: 0.1, weightDecay: 1e-4 }
const notNormed: Recipe = { epochs: 10, batchSize: 64, optimizer: 'sgd', learningRate: 0.01, weightDecay: 5e-4 }

/** Of standardized numbers, with all networks that take points: squared errors of theirs are of one size. */
const regression: Recipe = { epochs: 100, batchSize: 32, optimizer: 'adam', learningRate: 0.01 }

/** Whether a network takes points in a plane as well as pictures. */
export const takesPoints = (name: string): boolean => Object.hasOwn(small, name)

/** What is known of a network, of either table. @throws ArgumentError for a name that no network has. */
function entryOf(name: string, where: string): NetworkEntry {
  for (const table of [networks, segmenters]) if (Object.hasOwn(table, name)) return table[name]
  throw new ArgumentError(
    `${where}: no network is named '${name}'; choose from ${[...Object.keys(networks), ...Object.keys(segmenters)].join(', ')}`,
  )
}

/**
 * A network by its name; an mlp for points has layers of its own.
 * @throws ArgumentError for a name that no network has.
 */
export function buildNetwork(name: string, { classes, points = false }: Purpose): Layer {
  const { build } = entryOf(name, 'buildNetwork')
  return name === 'mlp' ? mlp({ classes, hidden: points ? [32, 32] : [128], activation: 'relu' }) : build({ classes })
}

/**
 * Settings by which a network is known to learn: a classifier, or one that predicts numbers, of those that take points.
 * @throws ArgumentError for a name that no network has.
 */
export function recipeFor(
  name: string,
  { points = false, numbers = false }: Pick<Purpose, 'points' | 'numbers'> = {},
): Recipe {
  entryOf(name, 'recipeFor')
  if (numbers && takesPoints(name)) return regression
  if (Object.hasOwn(small, name)) return small[name](points)
  if (name === 'lenet5') return lenet
  return /^(alexnet|vgg\d+$)/.test(name) ? notNormed : normed
}

/** What a network was published for: the shape of an example, and the number of classes. @throws ArgumentError for a name that no network has. */
export function publishedSizes(name: string): { readonly inputShape: Shape; readonly classes: number } {
  const { inputShape } = entryOf(name, 'publishedSizes')
  const classes = Object.hasOwn(segmenters, name) ? 21 : sizeOf(inputShape) < 224 * 224 ? 10 : 1000
  return { inputShape, classes }
}
