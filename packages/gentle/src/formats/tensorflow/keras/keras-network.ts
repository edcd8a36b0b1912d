/** A network of Keras with its weights, as all files of it are opened. */
import { type Fail, printable } from '../../failure.ts'
import type { TensorflowNetwork } from '../tensorflow-model.ts'
import { buildNetwork, kerasLayer } from './layer.ts'
import type { Dialect } from './layer-config.ts'
import { isChannelsFirst, type KerasNetwork, networkFrom, ofOutput } from './network.ts'
import { networkWeights, type WeightSource } from './weights.ts'

/** Layers that change where pixels are and not what they are, in prediction. */
const movesPixels = (className: string): boolean => /^(Random|Resizing$|CenterCrop$)/.test(className)

/** Whether all that is done first to the value of a call is to rescale it. */
function isRescaled({ calls, layers }: KerasNetwork, call: number): boolean {
  const users = calls.flatMap(({ layer, inputs }, i) =>
    inputs.some(([taken]) => taken === call) ? [{ ...layers[layer], at: i }] : [],
  )
  return (
    users.length > 0 &&
    users.every(
      ({ className, network, at }) =>
        className === 'Rescaling' ||
        (movesPixels(className) && isRescaled({ calls, layers, inputs: [], outputs: [] }, at)) ||
        (network?.inputs.length === 1 && isRescaled(network, network.inputs[0].call)),
    )
  )
}

/**
 * @param config `{ class_name, config }`
 * @throws FormatError for layers and settings that are unknown, and weights that are missing or too many.
 */
export function openKeras(config: unknown, dialect: Dialect, source: WeightSource, fail: Fail): TensorflowNetwork {
  const network = networkFrom(config, fail)
  const { weights, states } = networkWeights(network, dialect, source, fail)
  const built = buildNetwork(network, dialect)
  const channelsFirst = isChannelsFirst(network)
  const { inputs, outputs, calls, layers } = network
  const names = outputs.map(([call, output], i) => {
    const { name } = layers[calls[call].layer]
    return outputs.slice(0, i).some(([other]) => other === call) ? `${printable(name)}_${output}` : name
  })
  const takesBytes = inputs.length === 1 && isRescaled(network, inputs[0].call)
  return {
    inputs: inputs.map(({ name, shape, isWhole }) => ({ name, shape, dtype: isWhole ? 'int32' : 'float32' })),
    outputs: names,
    weights,
    isState: (path) => states.has(path),
    channelsFirst,
    ...(takesBytes ? { pixels: { scale: 1, mean: 0, fit: 'stretch' as const } } : {}),
    trace: built.run,
    layer: (output) => kerasLayer({ dialect, network: ofOutput(network, output), channelsFirst }),
  }
}
