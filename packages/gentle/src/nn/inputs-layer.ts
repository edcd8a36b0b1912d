/** Networks of several inputs, or of sequences that tell how long they are. */
import { ArgumentError } from '../core/errors.ts'
import { lengthsOf } from '../core/field.ts'
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

/** Builds such a network from its description; layers within it by `layerFrom`. */
export type BuildInputsLayer = (
  description: LayerDescription,
  layerFrom: (description: unknown) => Layer,
) => InputsLayer

/** Types of networks that take inputs by their names. */
export type InputsLayerTypes = Readonly<Record<string, BuildInputsLayer>>

const registered = new Map<string, BuildInputsLayer>()

/**
 * Lets weights files name a type of network of your own that takes inputs by their names; `build` gets what its description holds. Call it before a
 * model of that type is opened.
 */
export function registerInputsLayer(type: string, build: BuildInputsLayer): void {
  registered.set(type, build)
}

/** The types that were registered. */
export const registeredInputsLayers: ReadonlyMap<string, BuildInputsLayer> = registered

/** Whether a network takes inputs by their names. */
export const takesInputs = (network: Layer | InputsLayer): network is InputsLayer => 'applyInputs' in network

/**
 * A network of one of the inputs alone: the layer, applied to the input of this name. Where that is a sequence, recurrent layers within it know how long
 * each example is.
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
      const lengths = inputs[lengthsOf(name)]
      return layer.apply(x, lengths === undefined ? scope : scope.ofSequences(lengths, x.shape[1]))
    },
  }
}

export const ofInputTypes: InputsLayerTypes = {
  ofInput: ({ name, layer }, layerFrom) => {
    if (typeof name !== 'string')
      throw new ArgumentError(`ofInput: the input is ${JSON.stringify(name)}; expected its name`)
    return ofInput(name, layerFrom(layer))
  },
}
