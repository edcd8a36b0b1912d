/** A network of Keras as a layer of ours: tracing it runs its layers in their order. */
import { ArgumentError, FormatError } from '../../../core/errors.ts'
import { inLayer, type Layer, registerLayer } from '../../../nn/layer.ts'
import type { Scope } from '../../../nn/scope.ts'
import { printable } from '../../failure.ts'
import { isRecord } from '../json.ts'
import { givenBy, meantBy, type Placed } from '../placed.ts'
import { convolutionLayers } from './convolution-layers.ts'
import { denseLayers } from './dense-layers.ts'
import { elementwiseLayers } from './elementwise-layers.ts'
import type { BuildKerasLayer, KerasLayer } from './keras-layer.ts'
import { type Dialect, LayerConfig } from './layer-config.ts'
import { maskBehind } from './masks.ts'
import { mergingLayers } from './merging-layers.ts'
import type { KerasLayerEntry, KerasNetwork, KerasValue } from './network.ts'
import { normalizationLayers } from './normalization-layers.ts'
import { poolingLayers } from './pooling-layers.ts'
import { recurrentLayers } from './recurrent-layers.ts'
import { wrapperLayers } from './wrapper-layers.ts'

/** Every class of layers that can be read. */
export const kerasLayers: Readonly<Record<string, BuildKerasLayer>> = {
  ...convolutionLayers,
  ...denseLayers,
  ...elementwiseLayers,
  ...mergingLayers,
  ...normalizationLayers,
  ...poolingLayers,
  ...recurrentLayers,
  ...wrapperLayers,
}

/** A layer that knows its settings. @throws FormatError for a class, or a setting, that is unknown. */
export function buildKerasLayer({ name, className, settings }: KerasLayerEntry, dialect: Dialect): KerasLayer {
  const config = new LayerConfig(name, className, settings, dialect)
  if (!Object.hasOwn(kerasLayers, className))
    return config.fail(
      `is of a class that is not supported; supported are ${Object.keys(kerasLayers).sort().join(', ')}`,
    )
  const layer = kerasLayers[className](config)
  config.checkAllRead()
  return layer
}

/** A network whose layers are made. */
export interface BuiltNetwork {
  /** Traces it; `inputs` in the order of the network's. */
  run(inputs: readonly Placed[], scope: Scope): readonly Placed[]
}

export function buildNetwork(network: KerasNetwork, dialect: Dialect): BuiltNetwork {
  const { layers, calls, inputs, outputs } = network
  const built = layers.map((entry) =>
    entry.network !== undefined
      ? buildNetwork(entry.network, dialect)
      : entry.className === 'InputLayer'
        ? undefined
        : buildKerasLayer(entry, dialect),
  )
  return {
    run(given, scope) {
      const values: (readonly Placed[])[] = []
      for (const [i, { layer, inputs: taken }] of calls.entries()) {
        const made = built[layer]
        const operands = taken.map((value) => takenFrom(values, value, network))
        if (made === undefined) values.push([given[inputs.findIndex(({ call }) => call === i)]])
        else {
          checkCount(layers[layer], made, operands.length)
          values.push(runAt(layers[layer], made, operands, scope))
        }
      }
      return outputs.map((value) => takenFrom(values, value, network))
    },
  }
}

/** @throws FormatError for an output that a layer does not have. */
function takenFrom(
  values: readonly (readonly Placed[])[],
  [call, output]: KerasValue,
  { calls, layers }: KerasNetwork,
): Placed {
  const value = values[call][output]
  if (value === undefined)
    throw new FormatError(`layer '${printable(layers[calls[call].layer].name)}' has no output ${output}`)
  return value
}

/** @throws FormatError for another number of tensors than a layer takes. */
function checkCount(
  { name, className, network }: KerasLayerEntry,
  made: KerasLayer | BuiltNetwork,
  count: number,
): void {
  const several = 'merges' in made || 'takesStates' in made
  const wanted = network?.inputs.length ?? (several ? Math.max(count, 1) : 1)
  if (count !== wanted)
    throw new FormatError(
      `layer '${printable(name)}' (${printable(className)}) is called with ${count} tensors; expected ${wanted}`,
    )
}

/** What a layer gives, with the masks of sequences. */
function ran(
  { name, className, network }: KerasLayerEntry,
  made: KerasLayer | BuiltNetwork,
  inputs: readonly Placed[],
  scope: Scope,
): readonly Placed[] {
  const given = made.run(inputs, scope)
  const results: readonly Placed[] = Array.isArray(given) ? given : [given as Placed]
  if (network !== undefined || 'readsMasks' in made) return results
  const mask = maskBehind(className, inputs, (problem) => {
    throw new FormatError(`layer '${printable(name)}' (${printable(className)}) ${problem}`)
  })
  return results.map((y) => y.masked(mask))
}

/** A use of a layer, at its place in the network. */
function runAt(
  entry: KerasLayerEntry,
  made: KerasLayer | BuiltNetwork,
  inputs: readonly Placed[],
  scope: Scope,
): readonly Placed[] {
  const { name, className } = entry
  const description = { type: className }
  if ('merges' in made) {
    const [y] = inLayer(scope, description, inputs[0].tensor, () => ran(entry, made, inputs, scope))
    scope.join(
      className,
      inputs.map((x) => x.tensor),
      y.tensor,
      { name },
    )
    return [y]
  }
  let results: readonly Placed[] = []
  const layer: Layer = {
    description,
    apply: (tensor, inner) =>
      inLayer(inner, description, tensor, () => {
        results = ran(entry, made, [inputs[0].at(tensor), ...inputs.slice(1)], inner)
        return results[0].tensor
      }),
  }
  const output = scope.apply(name, layer, inputs[0].tensor)
  return [results[0].at(output), ...results.slice(1)]
}

/** What a description stores of a network: everything but the weights. */
export interface KerasDescription {
  readonly dialect: Dialect
  readonly network: KerasNetwork
  /** Whether its images lie as PyTorch's. */
  readonly channelsFirst: boolean
}

/** The layer of a description of one input and one output. @throws ArgumentError for a description that is none. */
export function kerasLayer(description: KerasDescription): Layer {
  const { dialect, network, channelsFirst } = description
  if (!isRecord(network) || !Array.isArray(network.calls) || !Array.isArray(network.layers))
    throw new ArgumentError('layer keras: its description has no network')
  const built = buildNetwork(network, dialect)
  return {
    description: { type: 'keras', ...description },
    apply(x, scope) {
      const [y] = built.run([meantBy(x, channelsFirst)], scope)
      return givenBy(y, channelsFirst, x.shape[0])
    },
  }
}

registerLayer('keras', (description) => kerasLayer(description as unknown as KerasDescription))
