import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Layer } from '../nn/layer.ts'
import { Sequential } from '../nn/layers/sequential.ts'
import type { Scope } from '../nn/scope.ts'

/**
 * A classifier without its head: its layers up to the first that flattens, or pools to a fixed size. What is left is convolutions, which take pictures of any size and keep places:
 * "features" for other tasks. Names of parameters stay what they were.
 * @throws ArgumentError for a network that is not a sequence of layers, or that has no layers before it flattens.
 */
export function trunk({ description, layers }: Layer): Layer {
  if (layers === undefined)
    throw new ArgumentError(
      `trunk: the network is of type '${description.type}'; expected a Sequential network, as all named networks are`,
    )
  const end = layers.findIndex(([, layer]) => layer.endsFeatures)
  const kept = layers.slice(0, end < 0 ? layers.length : end).filter(([, layer]) => !layer.trainingOnly)
  if (kept.length === 0)
    throw new ArgumentError(
      'trunk: the network flattens its pictures immediately; expected one that begins with convolutions',
    )
  const isNamed = kept.some(([name]) => !/^\d+$/.test(name))
  return isNamed ? Sequential(Object.fromEntries(kept)) : Sequential(...kept.map(([, layer]) => layer))
}

/**
 * What a trunk gives at each size, largest first: the last maps [N, C, h, w] before the size falls.
 * @throws ShapeError for input that is not pictures.
 */
export function mapsOf(trunk: Layer, x: Tensor, scope: Scope): Tensor[] {
  if (x.shape.length !== 4) throw new ShapeError(`expected pictures [N, C, H, W], not ${formatShape(x.shape)}`)
  const { layers } = scope.applyWatched('backbone', trunk, x)
  const bySize = new Map<number, Tensor>()
  for (const { output } of layers) if (output.shape.length === 4) bySize.set(output.shape[2], output)
  return [...bySize].sort(([a], [b]) => b - a).map(([, maps]) => maps)
}
