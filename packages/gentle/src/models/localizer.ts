import { adaptiveMaxPool2d, batchNorm, conv2d, flatten, linear, parallel, relu, sequential } from '../nn/index.ts'
import type { Layer } from '../nn/layer.ts'
import { trunk } from './trunk.ts'

export interface LocalizerOptions {
  /** Kinds of objects. */
  readonly classes: number
}

/**
 * Classification and localization on any classifier's convolutions: pictures [N, C, H, W] to [N, classes + 4], a logit for each class, then left, top, right and
 * bottom of the object's box as shares of the picture. One trunk, two heads (as Sermanet, Eigen, Zhang, Mathieu, Fergus, LeCun, "OverFeat", 2013, section 4): what it
 * is does not depend on where, so the label's head takes the largest answer of all places; the box's head looks at every place.
 * @param network a classifier; its head is left out
 * @throws ArgumentError for a network without convolutions.
 */
export function localizer(network: Layer, { classes }: LocalizerOptions): Layer {
  const convolution = (channels: number, kernel: number): Layer[] => [
    conv2d(channels, kernel, { padding: (kernel - 1) / 2, bias: false, initializer: 'heNormal' }),
    batchNorm(),
    relu(),
  ]
  return sequential({
    backbone: trunk(network),
    heads: parallel({
      label: sequential(...convolution(128, 3), adaptiveMaxPool2d(1), flatten(), linear(classes)),
      box: sequential(...convolution(32, 1), flatten(), linear(128, { initializer: 'heNormal' }), relu(), linear(4)),
    }),
  })
}
