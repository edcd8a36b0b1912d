import { conv2d, flatten, linear, parallel, relu, sequential } from '../nn/index.ts'
import type { Layer } from '../nn/layer.ts'
import { trunk } from './trunk.ts'

export interface LocalizerOptions {
  /** Kinds of objects. */
  readonly classes: number
}

/** Channels that the trunk's maps are brought down to before they are flattened: where a thing is shall not be averaged away. */
const kept = 32

/**
 * Classification and localization on any classifier's convolutions: pictures [N, C, H, W] to [N, classes + 4], a logit for each class, then left, top, right and
 * bottom of the object's box as shares of the picture. One trunk, two heads (as Sermanet, Eigen, Zhang, Mathieu, Fergus, LeCun, "OverFeat", 2013, section 4).
 * @param network a classifier; its head is left out
 * @throws ArgumentError for a network without convolutions.
 */
export function localizer(network: Layer, { classes }: LocalizerOptions): Layer {
  const head = (outputs: number): Layer => sequential(linear(128, { initializer: 'heNormal' }), relu(), linear(outputs))
  return sequential({
    backbone: trunk(network),
    reduce: conv2d(kept, 1, { initializer: 'heNormal' }),
    relu: relu(),
    flatten: flatten(),
    heads: parallel({ label: head(classes), box: head(4) }),
  })
}
