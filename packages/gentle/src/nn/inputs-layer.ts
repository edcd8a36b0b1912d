/** Networks of several inputs, or of sequences that tell how long they are. */
import { ArgumentError } from '../core/errors.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Layer, LayerDescription } from './layer.ts'
import type { Scope } from './scope.ts'

/** Tensors by their names. */
export type Tensors = Readonly<Record<string, Tensor>>

/** A network whose inputs have names: plain data, and a function of tensors. */
export interface InputsLayer {
  readonly description: LayerDescription
  /**
   * Traces the network on a batch. A sequence `tokens` comes padded, [N, T, ...], with `tokensLengths`, int32 [N], beside it. Layers within it are
   * applied by `scope.apply`.
   */
  applyInputs(inputs: Tensors, scope: Scope): Tensor
}

/** Whether a network takes inputs by their names. */
export const takesInputs = (network: Layer | InputsLayer): network is InputsLayer => 'applyInputs' in network

/**
 * A network of one of the inputs alone: the layer, applied to the input of this name.
 */
export function ofInput(name: string, layer: Layer): InputsLayer {
  return {
    description: { type: 'ofInput', name, layer: layer.description },
    applyInputs(inputs, scope) {
      const x = inputs[name]
      if (x === undefined)
        throw new ArgumentError(
          `ofInput: there is no input '${name}'; expected one of ${Object.keys(inputs).join(', ')}`,
        )
      return layer.apply(x, scope)
    },
  }
}
