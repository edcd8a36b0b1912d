import { ArgumentError } from '../core/errors.ts'
import { flatten, linear, relu, sequential, sigmoid, tanh } from '../nn/index.ts'
import type { Layer } from '../nn/layer.ts'

const activations = { tanh, sigmoid, relu } as const

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
  return sequential(
    flatten(),
    ...hidden.flatMap((units) => [linear(units), activations[activation]()]),
    linear(classes),
  )
}
