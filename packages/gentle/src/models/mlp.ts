import { ArgumentError } from '../core/errors.ts'
import { Flatten, Linear, ReLU, Sequential, Sigmoid, Tanh } from '../nn/index.ts'
import type { Layer } from '../nn/layer.ts'

const activations = { tanh: Tanh, sigmoid: Sigmoid, relu: ReLU } as const

export interface MlpOptions {
  /** Neurons of each hidden layer; [64] unless given. */
  readonly hidden?: readonly number[]
  /** Outputs; 2 unless given. */
  readonly classes?: number
  /** Of the hidden layers; 'tanh' unless given. */
  readonly activation?: keyof typeof activations
}

/**
 * A multi-layer perceptron: layers of neurons, each connected to all of the layer before, [N, ...] to logits [N, classes].
 * @throws ArgumentError for an unknown activation or sizes out of range.
 */
export function mlp({ hidden = [64], classes = 2, activation = 'tanh' }: MlpOptions = {}): Layer {
  if (!Object.hasOwn(activations, activation))
    throw new ArgumentError(
      `mlp: activation '${activation}' is unknown; expected one of ${Object.keys(activations).join(', ')}`,
    )
  return Sequential(
    Flatten(),
    ...hidden.flatMap((units) => [Linear(units), activations[activation]()]),
    Linear(classes),
  )
}
