/** A network of Keras with its weights, as all files of it are opened. */
import { type Fail, printable } from '../../failure.ts'
import { Placed } from '../placed.ts'
import type { TensorflowNetwork } from '../tensorflow-model.ts'
import { buildNetwork, kerasLayer } from './layer.ts'
import type { Dialect } from './layer-config.ts'
import { isChannelsFirst, type KerasNetwork, networkFrom } from './network.ts'
import { networkWeights, type WeightSource } from './weights.ts'

/** What is opened: a network, and what it says of the pixels that it takes. */
export interface OpenedKeras {
  readonly network: TensorflowNetwork
  readonly description: KerasNetwork
}

/**
 * @param config `{ class_name, config }`
 * @throws FormatError for layers and settings that are unknown, and weights that are missing or too many.
 */
export function openKeras(config: unknown, dialect: Dialect, source: WeightSource, fail: Fail): OpenedKeras {
  const network = networkFrom(config, fail)
  const { weights, states } = networkWeights(network, dialect, source, fail)
  const built = buildNetwork(network, dialect)
  const channelsFirst = isChannelsFirst(network)
  const { inputs, outputs, calls, layers } = network
  const names = outputs.map(([call, output], i) => {
    const { name } = layers[calls[call].layer]
    return outputs.slice(0, i).some(([other]) => other === call) ? `${printable(name)}_${output}` : name
  })
  return {
    description: network,
    network: {
      inputs: inputs.map(({ name, shape, isWhole }) => ({ name, shape, dtype: isWhole ? 'int32' : 'float32' })),
      outputs: names,
      weights,
      isState: (path) => states.has(path),
      channelsFirst,
      trace: (tensors, scope) => built.run(tensors.map(Placed.written), scope).map((y) => y.written),
      layer: (output) => kerasLayer({ dialect, network, channelsFirst, output }),
    },
  }
}
