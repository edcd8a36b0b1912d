/** Smaller learning rates for the layers below, which have the least to learn anew when a trained network is trained further. */

import { ArgumentError } from '../core/errors.ts'
import * as portableMath from '../core/portable-math.ts'

/** The layer that a parameter is of: its path without the last name. */
const layerOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('.')))

/**
 * For `rateFactor` of an optimizer: `first` for the first layer, 1 for the last, and in between evenly in ratio, so that each layer's rate is a
 * constant factor of that above it: discriminative fine-tuning (Howard, Ruder, "Universal Language Model Fine-tuning for Text Classification", 2018, section 3.1).
 *
 * ```ts
 * const model = await createModel(network, [3, 224, 224])
 * const optimizer = sgd({ learningRate: 0.01, momentum: 0.9, rateFactor: ratesByDepth(model.parameters.keys(), 0.1) })
 * ```
 * @param names of all parameters, in the order in which the network uses them, as `model.parameters` has them
 * @param first above 0, at most 1
 * @throws ArgumentError for a factor out of range. What it gives throws one for a name that is not among the names.
 */
export function ratesByDepth(names: Iterable<string>, first: number): (name: string) => number {
  if (!(first > 0 && first <= 1))
    throw new ArgumentError(`ratesByDepth: first is ${first}; expected above 0, at most 1`)
  const layers = new Map<string, number>()
  for (const name of names) if (!layers.has(layerOf(name))) layers.set(layerOf(name), layers.size)
  const last = layers.size - 1
  return (name) => {
    const depth = layers.get(layerOf(name))
    if (depth === undefined) throw new ArgumentError(`ratesByDepth: no parameter of the network is named '${name}'`)
    return depth === last ? 1 : portableMath.pow(first, 1 - depth / last)
  }
}
