import { ArgumentError } from '../../core/errors.ts'
import type { Layer, LayerTypes } from '../layer.ts'

/**
 * A second classifier on the way: passes its input on, and in training gives the head's output to the loss with a weight, so that
 * gradients reach the layers before it on a short path (Szegedy et al., 2014, section 5: weight 0.3).
 * @throws ArgumentError for a weight below 0.
 */
export function Auxiliary(head: Layer, weight = 0.3): Layer {
  if (typeof weight !== 'number' || !(weight >= 0))
    throw new ArgumentError(`auxiliary: weight is ${JSON.stringify(weight)}; expected a number of at least 0`)
  return {
    description: { type: 'auxiliary', head: head.description, weight },
    trainingOnly: true,
    apply(x, scope) {
      scope.auxiliary(scope.apply('', head, x), weight)
      return x
    },
  }
}

/** What builds these layers from their descriptions. */
export const auxiliaryTypes: LayerTypes = {
  auxiliary: ({ head, weight }, layerFrom) => Auxiliary(layerFrom(head), weight as number),
}
