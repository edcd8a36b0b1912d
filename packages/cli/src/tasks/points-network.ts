/** Networks on rows of tables: what stands around the layers that learn. */
import { type Layer, Sequential, Standardize } from 'gentle-dl'
import type { FeatureMoments } from 'gentle-dl/data'

/** A network that takes inputs in their units, and gives what it predicts in its own where that is a number. */
export function inUnits(network: Layer, inputs: FeatureMoments | undefined, target?: FeatureMoments): Layer {
  if (inputs === undefined && target === undefined) return network
  return Sequential({
    ...(inputs && { inputs: Standardize(inputs) }),
    network,
    ...(target && { units: Standardize({ ...target, invert: true }) }),
  })
}
