/** The networks that can be named on the command line, and the recipes they are trained by unless told otherwise. */
import { type Layer, lenet5, mlp, perceptron } from 'gentle-dl'
import { unknownChoice } from './usage.ts'

/** What a network is built for. */
export interface Purpose {
  readonly classes: number
  /** Whether examples are points in a plane, not images. */
  readonly points: boolean
}

export interface Recipe {
  readonly epochs: number
  readonly batchSize: number
  readonly optimizer: 'sgd' | 'adam'
  readonly learningRate: number
}

interface Network {
  build(purpose: Purpose): Layer
  recipe(purpose: Purpose): Recipe
  /** Shape of an example that it takes unless told otherwise. */
  readonly inputShape: readonly number[]
}

const networks: Readonly<Record<string, Network>> = {
  perceptron: {
    build: ({ classes }) => perceptron({ classes }),
    recipe: ({ points }) => ({
      epochs: points ? 50 : 5,
      batchSize: points ? 16 : 64,
      optimizer: 'sgd',
      learningRate: points ? 0.5 : 0.05,
    }),
    inputShape: [1, 28, 28],
  },
  mlp: {
    build: ({ classes, points }) => mlp({ classes, hidden: points ? [32, 32] : [128], activation: 'relu' }),
    recipe: ({ points }) =>
      points
        ? { epochs: 100, batchSize: 16, optimizer: 'adam', learningRate: 0.01 }
        : { epochs: 10, batchSize: 64, optimizer: 'sgd', learningRate: 0.1 },
    inputShape: [1, 28, 28],
  },
  lenet5: {
    build: ({ classes }) => lenet5({ classes }),
    recipe: () => ({ epochs: 12, batchSize: 64, optimizer: 'sgd', learningRate: 0.1 }),
    inputShape: [1, 28, 28],
  },
}

export const networkNames = Object.keys(networks)

/** @throws UsageError for a name that no network has. */
export function networkNamed(name: string): Network {
  if (!Object.hasOwn(networks, name)) throw unknownChoice('model', name, networkNames)
  return networks[name]
}
