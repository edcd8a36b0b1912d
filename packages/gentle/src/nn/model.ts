/** A network with parameters: what training makes and what predicts. */
import type { Backend } from '../backends/backend.ts'
import { defaultBackend } from '../backends/default.ts'
import { formatShape, type Shape, sizeOf } from '../core/shape.ts'
import { input, type Tensor, type Variable } from '../graph/tensor.ts'
import type { Layer } from './layer.ts'
import { type FirstValues, type Parameters, Scope } from './scope.ts'

export interface Model {
  readonly layer: Layer
  /** Shape of one example. */
  readonly inputShape: Shape
  /** Shape of one prediction. */
  readonly outputShape: Shape
  /** Names of the classes, where it classifies. */
  readonly classes?: readonly string[]
  /** The parameters; their present values are with the backend. */
  readonly parameters: Parameters
  /** What layers keep beside their parameters, such as running means and variances; part of the weights, but not learned. */
  readonly state: Parameters
  readonly backend: Backend
}

export interface ModelOptions {
  /** From which the first values of parameters derive; 0 unless given. */
  readonly seed?: number
  /** Where the first values of parameters come from instead. */
  readonly firstValues?: FirstValues
  readonly classes?: readonly string[]
  /** Where the model computes; wasm on all cores unless given. */
  readonly backend?: Backend
}

/**
 * Makes a model for examples of a shape: parameters get their first values.
 * @throws ShapeError naming the layer that the shape does not fit.
 */
export async function createModel(layer: Layer, inputShape: Shape, options: ModelOptions = {}): Promise<Model> {
  const { seed = 0, firstValues, classes, backend = await defaultBackend() } = options
  const parameters: Parameters = new Map()
  const state: Parameters = new Map()
  const y = layer.apply(input([1, ...inputShape]), new Scope({ parameters, state, seed, firstValues, training: false }))
  return { layer, inputShape, outputShape: y.shape.slice(1), classes, parameters, state, backend }
}

/** Traces the model as it predicts: a batch [N, ...inputShape] becomes [N, ...outputShape]. */
export const traceInference = ({ layer, parameters, state }: Model, x: Tensor): Tensor =>
  layer.apply(x, new Scope({ parameters, state, seed: 0, training: false }))

/** All that a model's weights consist of, by path name: parameters, then state. */
export const weightsOf = ({ parameters, state }: Pick<Model, 'parameters' | 'state'>): Map<string, Variable> =>
  new Map([...parameters, ...state])

/** Number of learned numbers. */
export const countParameters = ({ parameters }: Pick<Model, 'parameters'>): number =>
  [...parameters.values()].reduce((total, { shape }) => total + sizeOf(shape), 0)

/** Values of parameters and state, by path name. */
export type WeightValues = ReadonlyMap<string, Float32Array>

/** A copy of the present values of all parameters and state. */
export async function readWeights(model: Model): Promise<Map<string, Float32Array>> {
  const values = new Map<string, Float32Array>()
  for (const [name, variable] of weightsOf(model)) values.set(name, await model.backend.read(variable))
  return values
}

/** Sets parameters and state to values that were read before. */
export async function writeWeights(model: Model, values: WeightValues): Promise<void> {
  const weights = weightsOf(model)
  for (const [name, data] of values) {
    const variable = weights.get(name)
    if (variable !== undefined) await model.backend.write(variable, data)
  }
}

/** `[1, 28, 28] -> [10]`, for messages. */
export const modelSignature = ({ inputShape, outputShape }: Model): string =>
  `${formatShape(inputShape)} -> ${formatShape(outputShape)}`
