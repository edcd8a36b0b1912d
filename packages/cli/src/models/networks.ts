/** The networks that can be named on the command line, and the recipes they are trained by unless told otherwise. */
import { type Layer, type Shape, sizeOf } from 'gentle-dl'
import { mlp, type NetworkEntry, networks } from 'gentle-dl/models'
import { segmenters } from 'gentle-dl/vision'
import type { TaskName } from '../tasks/task-names.ts'
import { UsageError, unknownChoice } from '../terminal/usage.ts'

/** What a network is built for. */
export interface Purpose {
  readonly classes: number
  /** Whether examples are points in a plane, not images. */
  readonly points: boolean
}

export interface Recipe {
  readonly epochs: number
  readonly batchSize: number
  readonly optimizer: 'sgd' | 'adam' | 'adamW'
  readonly learningRate: number
  readonly weightDecay?: number
  readonly clipNorm?: number
}

/** What was published of a network. */
export type Published = Pick<NetworkEntry, 'year' | 'paper' | 'top1'>

export interface Network {
  readonly name: string
  /** Classes that it was made for. */
  readonly classes: number
  build(purpose: Purpose): Layer
  recipe(purpose: Purpose): Recipe
  /** Shape of an example that it takes unless told otherwise. */
  readonly inputShape: Shape
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

function recipeOf(name: string, { points }: Purpose): Recipe {
  if (Object.hasOwn(small, name)) return small[name](points)
  if (name === 'lenet5') return lenet
  return /^(alexnet|vgg\d+$)/.test(name) ? notNormed : normed
}

/** Networks that classify. */
export const classifierNames: readonly string[] = Object.keys(networks)

const all: Readonly<Record<string, NetworkEntry>> = { ...networks, ...segmenters }

export const networkNames: readonly string[] = Object.keys(all)

/** Whether a network takes points in a plane as well as pictures. */
export const takesPoints = (name: string): boolean => Object.hasOwn(small, name)

/**
 * @param task what it shall be trained for; any unless given
 * @throws UsageError for a name that no network has, and one that is not for the task.
 */
export function networkNamed(name: string, task?: TaskName): Network {
  if (!Object.hasOwn(all, name)) throw unknownChoice('model', name, networkNames)
  const fitting = task === 'segment' ? segmenters : networks
  if (task !== undefined && !Object.hasOwn(fitting, name))
    throw new UsageError(`${name} is not for --task ${task}; there are ${Object.keys(fitting).join(', ')}`)
  const { build, inputShape } = all[name]
  return {
    name,
    inputShape,
    classes: name in segmenters ? 21 : sizeOf(inputShape) < 224 * 224 ? 10 : 1000,
    build: ({ classes, points }) =>
      name === 'mlp' ? mlp({ classes, hidden: points ? [32, 32] : [128], activation: 'relu' }) : build({ classes }),
    recipe: (purpose) => recipeOf(name, purpose),
  }
}

export function publishedOf(name: string): Published {
  const { year, paper, top1 } = all[name]
  return { year, paper, ...(top1 === undefined ? {} : { top1 }) }
}
