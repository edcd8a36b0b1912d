/** A network with parameters: what training makes and what predicts. */
import type { Backend } from '../backends/backend.ts'
import { defaultBackend } from '../backends/default.ts'
import { ArgumentError } from '../core/errors.ts'
import { batchShape, checkFields, type Fields, lengthsOf } from '../core/field.ts'
import { formatShape, type Shape, sizeOf } from '../core/shape.ts'
import { type Input, input, type Tensor, type Variable } from '../graph/tensor.ts'
import { type InputsLayer, type Tensors, takesInputs } from './inputs-layer.ts'
import type { Layer } from './layer.ts'
import { type InitialValues, type Parameters, Scope, type ScopeOptions } from './scope.ts'

/** What models have in common. */
interface Trained {
  /** Names of the classes, where it classifies. */
  readonly classes?: readonly string[]
  /** The parameters; their present values are with the backend. */
  readonly parameters: Parameters
  /** What layers keep beside their parameters, such as running means and variances; part of the weights, but not learned. */
  readonly state: Parameters
  readonly backend: Backend
}

export interface Model extends Trained {
  readonly layer: Layer
  /** Shape of one example. */
  readonly inputShape: Shape
  /** Shape of one prediction. */
  readonly outputShape: Shape
}

/** A model of a network that takes inputs by their names. */
export interface InputsModel extends Trained {
  readonly layer: InputsLayer
  readonly inputs: Fields
}

export type AnyModel = Model | InputsModel

export interface ModelOptions {
  /** From which the first values of parameters derive; 0 unless given. */
  readonly seed?: number
  /** Where the first values of parameters come from instead. */
  readonly initialValues?: InitialValues
  /** Parameters that exist, such as another model's, with which it then shares them; what is missing is added to them. */
  readonly parameters?: Parameters
  /** As `parameters`, for what layers keep beside them. */
  readonly state?: Parameters
  readonly classes?: readonly string[]
  /** Where the model computes; wasm on all cores unless given. */
  readonly backend?: Backend
}

/**
 * Makes a model for examples of a shape, or of named inputs for a network that takes such: parameters get their first values.
 * @throws ShapeError naming the layer that the shape does not fit.
 */
export async function createModel(layer: Layer, inputShape: Shape, options?: ModelOptions): Promise<Model>
export async function createModel(layer: InputsLayer, inputs: Fields, options?: ModelOptions): Promise<InputsModel>
export async function createModel(
  layer: Layer | InputsLayer,
  inputs: Shape | Fields,
  options: ModelOptions = {},
): Promise<AnyModel> {
  const { seed = 0, initialValues, classes, backend = await defaultBackend() } = options
  const { parameters = new Map(), state = new Map() } = options
  const scope = new Scope({ parameters, state, seed, initialValues, training: false })
  const common = { classes, parameters, state, backend }
  if (takesInputs(layer)) {
    if (Array.isArray(inputs))
      throw new ArgumentError(
        `createModel: the network takes inputs by their names, not one of shape ${formatShape(inputs)}; give each input's type and shape`,
      )
    const fields = inputs as Fields
    checkFields(fields, 'createModel')
    layer.applyInputs(inputsOf(fields, 1), scope)
    return { ...common, layer, inputs: fields }
  }
  if (!Array.isArray(inputs))
    throw new ArgumentError(
      `createModel: the network takes one tensor, not inputs ${Object.keys(inputs).join(', ')}; wrap it in ofInput to feed it one of them`,
    )
  const y = layer.apply(input([1, ...inputs]), scope)
  return { ...common, layer, inputShape: inputs, outputShape: y.shape.slice(1) }
}

/** What a model takes: `x`, where it is one tensor. */
export const fieldsOfModel = (model: AnyModel): Fields =>
  'inputs' in model ? model.inputs : { x: { dtype: 'float32', shape: model.inputShape } }

/** Placeholders for a batch of this many examples; sequences are padded to these lengths, to the longest unless given. */
export function inputsOf(fields: Fields, examples: number, padded: Readonly<Record<string, number>> = {}) {
  const inputs: Record<string, Input> = {}
  for (const [name, field] of Object.entries(fields)) {
    inputs[name] = input(batchShape(field, examples, padded[name]), field.dtype)
    if (field.sequence !== undefined) inputs[lengthsOf(name)] = input([examples], 'int32')
  }
  return inputs
}

/** Traces the model as it predicts: a batch [N, ...inputShape] becomes [N, ...outputShape]. */
export const traceInference = ({ layer, parameters, state }: Model, x: Tensor): Tensor =>
  layer.apply(x, new Scope({ parameters, state, seed: 0, training: false }))

/** Traces a model on a batch of inputs by their names; `x` is the only one of a network that takes one tensor. */
export const applyModel = ({ layer }: AnyModel, inputs: Tensors, scope: Scope): Tensor =>
  takesInputs(layer) ? layer.applyInputs(inputs, scope) : layer.apply(inputs.x, scope)

/** Traces any model as it predicts. */
export const traceInputs = (
  model: AnyModel,
  inputs: Tensors,
  options: Pick<ScopeOptions, 'recurrentLoop'> = {},
): Tensor =>
  applyModel(
    model,
    inputs,
    new Scope({ parameters: model.parameters, state: model.state, seed: 0, training: false, ...options }),
  )

/** All that a model's weights consist of, by path name: parameters, then state. */
export const weightsOf = ({ parameters, state }: Pick<Model, 'parameters' | 'state'>): Map<string, Variable> =>
  new Map([...parameters, ...state])

/** Number of learned numbers. */
export const countParameters = ({ parameters }: Pick<Model, 'parameters'>): number =>
  [...parameters.values()].reduce((total, { shape }) => total + sizeOf(shape), 0)

/** Values of parameters and state, by path name. */
export type WeightValues = ReadonlyMap<string, Float32Array>

/** A copy of the present values of all parameters and state. @param take memory for so many numbers, one weight after the other; new unless given */
export async function readWeights(
  model: AnyModel,
  take?: (length: number) => Float32Array,
): Promise<Map<string, Float32Array>> {
  const values = new Map<string, Float32Array>()
  for (const [name, variable] of weightsOf(model))
    values.set(name, await model.backend.read(variable, take?.(sizeOf(variable.shape))))
  return values
}

/** Sets parameters and state to values that were read before. */
export async function writeWeights(model: AnyModel, values: WeightValues): Promise<void> {
  const weights = weightsOf(model)
  for (const [name, data] of values) {
    const variable = weights.get(name)
    if (variable !== undefined) await model.backend.write(variable, data)
  }
}
