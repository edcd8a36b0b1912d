/** What a training on this page depends on. */
import { GentleError } from 'gentle-dl'

export const dataNames = ['rings', 'spirals', 'moons', 'gaussians', 'xor', 'plane', 'waves', 'own'] as const
export type DataName = (typeof dataNames)[number]

export const activationNames = ['relu', 'tanh', 'sigmoid', 'linear', 'leaky-relu'] as const
export type ActivationName = (typeof activationNames)[number]

export const optimizerNames = ['sgd', 'momentum', 'adam'] as const
export type OptimizerName = (typeof optimizerNames)[number]

/** What the points are drawn from. */
export interface DataSettings {
  readonly data: DataName
  /** What the third number of own points is: a class, or a number to predict. */
  readonly ownTask: 'classes' | 'numbers'
  /** Of data with as many classes as one likes. */
  readonly classes: number
  /** Standard deviation of what is added to coordinates, in regression to targets. */
  readonly noise: number
  readonly seed: number
  /** x₁, x₂, and class or number, a point each. */
  readonly own: readonly (readonly number[])[]
}

export interface Settings extends DataSettings {
  /** Units of each hidden layer. */
  readonly hidden: readonly number[]
  readonly activation: ActivationName
  readonly optimizer: OptimizerName
  readonly rate: number
  readonly batchSize: number
  readonly weightDecay: number
}

/** A weight set by hand: the steps made before, its layer, unit, and input from 1 (input 0 is the bias), and its value. */
export type Edit = readonly number[]

/** Steps after which a training ends. */
export const maxSteps = 20_000
export const maxLayers = 6
export const maxUnits = 16
export const maxClasses = 5
export const maxOwn = 500
/** Farthest that own points are from 0 in each direction. */
export const farthest = 1.5

/** Points of a preset that are trained on, and as many for validation. */
export const examplesEach = 200

/** A request that cannot be met, such as a point of no class. */
export class NetworkError extends GentleError {}

export const predictsNumbers = ({ data, ownTask }: Pick<DataSettings, 'data' | 'ownTask'>): boolean =>
  data === 'plane' || data === 'waves' || (data === 'own' && ownTask === 'numbers')

/** How many classes there are; 0 where numbers are predicted. */
export function classesIn(settings: DataSettings): number {
  if (predictsNumbers(settings)) return 0
  if (settings.data === 'moons' || settings.data === 'xor') return 2
  if (settings.data !== 'own') return settings.classes
  return Math.max(2, ...settings.own.map(([, , target]) => target + 1))
}

/** Units of every layer, the outputs last. */
export const unitsOf = (settings: Settings): number[] => [...settings.hidden, Math.max(1, classesIn(settings))]
