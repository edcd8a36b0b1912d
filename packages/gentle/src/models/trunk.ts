import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { type Layer, type LayerDescription, layerFrom } from '../nn/layer.ts'
import type { Scope } from '../nn/scope.ts'

const typeOf = (stored: LayerDescription | [string, LayerDescription]): string =>
  Array.isArray(stored) ? stored[1].type : stored.type

/** The layers at which a classifier gives up places, and the heads that only its training has. */
const ends = /^(adaptiveAvgPool2d|adaptiveMaxPool2d|globalAvgPool2d|flatten)$/

/**
 * A classifier without its head: its layers up to the first that flattens, or pools to a fixed size. What is left is convolutions, which take pictures of any size and keep places:
 * "features" for other tasks. Names of parameters stay what they were.
 * @throws ArgumentError for a network that is no sequence of layers, or that has no layers before it flattens.
 */
export function trunk(network: Layer): Layer {
  const { type, layers } = network.description
  if (type !== 'sequential' || !Array.isArray(layers))
    throw new ArgumentError(
      `trunk: the network is of type '${type}'; expected a sequence of layers, as all networks by name are`,
    )
  const end = layers.findIndex((layer) => ends.test(typeOf(layer)))
  const kept = layers.slice(0, end < 0 ? layers.length : end).filter((layer) => typeOf(layer) !== 'auxiliary')
  if (kept.length === 0)
    throw new ArgumentError(
      'trunk: the network flattens its pictures at once; expected one that begins with convolutions',
    )
  return layerFrom({ type: 'sequential', layers: kept })
}

/**
 * What a trunk gives at each size, largest first: the last maps [N, C, h, w] before the size falls.
 * @throws ShapeError for input that is no pictures.
 */
export function mapsOf(trunk: Layer, x: Tensor, scope: Scope): Tensor[] {
  if (x.shape.length !== 4) throw new ShapeError(`expected pictures [N, C, H, W], not ${formatShape(x.shape)}`)
  const { layers } = scope.applyWatched('backbone', trunk, x)
  const bySize = new Map<number, Tensor>()
  for (const { output } of layers) if (output.shape.length === 4) bySize.set(output.shape[2], output)
  return [...bySize].sort(([a], [b]) => b - a).map(([, maps]) => maps)
}
