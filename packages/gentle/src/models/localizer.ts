import { ShapeError } from '../core/errors.ts'
import { formatShape, type Shape } from '../core/shape.ts'
import { constant, type Tensor } from '../graph/tensor.ts'
import { BatchNorm, Conv2d, Linear, ReLU, Sequential } from '../nn/index.ts'
import { checkCount, checkOptions, inLayer, type Layer, type LayerTypes } from '../nn/layer.ts'
import { softmax } from '../ops/activations.ts'
import { add, mul } from '../ops/elementwise.ts'
import { max, sum } from '../ops/reduce.ts'
import { concat, reshape } from '../ops/structure.ts'
import { trunk } from './trunk.ts'

export interface LocalizerOptions {
  /** Kinds of objects. */
  readonly classes: number
}

/** Channels of each head. */
const channels = 128

/**
 * Classification and localization on any classifier's convolutions: pictures [N, C, H, W] to [N, classes + 4], a logit for each class, then left, top, right and
 * bottom of the object's box as shares of the picture. One trunk, two heads (as Sermanet, Eigen, Zhang, Mathieu, Fergus, LeCun, "OverFeat", 2013, section 4). The box's
 * head answers at every place by how far the edges are from there; the answer for the picture is their mean, weighted by how much attention a place deserves: a softmax
 * over the places, learned with the rest (as the spatial softmax of Finn, Tan, Duan, Darrell, Levine, Abbeel, "Deep Spatial Autoencoders", 2016, section IV).
 * The label's head takes its features' largest values, and their mean where the attention is. What a thing is and how large does not depend on where it is; heads that
 * flatten all places would have to learn it for each anew.
 * @param network a classifier; its head is left out
 * @throws ArgumentError for a network without convolutions.
 */
export function localizer(network: Layer, options: LocalizerOptions): Layer {
  checkOptions(options, ['classes'], 'localizer')
  const { classes } = options
  checkCount(classes, 'localizer: classes')
  const backbone = trunk(network)
  const description = { type: 'localizer', network: backbone.description, options }
  const head = (): Layer =>
    Sequential({
      conv: Conv2d(channels, 3, { padding: 1, bias: false, weightInit: 'heNormal' }),
      bn: BatchNorm(),
      relu: ReLU(),
    })
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        const seen = scope.apply('backbone', backbone, x)
        if (seen.shape.length !== 4)
          throw new ShapeError(`localizer: expected pictures [N, C, H, W], not ${formatShape(x.shape)}`)
        const [examples, , rows, columns] = seen.shape
        const flat = (maps: Tensor): Tensor => reshape(maps, [examples, maps.shape[1], rows * columns])
        const where = scope.apply('where', head(), seen)
        const what = flat(scope.apply('what', head(), seen))
        const attention = softmax(flat(scope.apply('attention', Conv2d(1, 1), where)))
        const attend = (maps: Tensor): Tensor => scope.join('attend', [attention, maps], sum(mul(maps, attention), -1))
        const box = attend(add(flat(scope.apply('box', Conv2d(4, 1), where)), placesOf(rows, columns)))
        const features = concat([max(what, -1), attend(what)], 1)
        const label = scope.apply('label', Linear(classes), scope.join('concat', [what, attention], features))
        return scope.join('concat', [label, box], concat([label, box], 1))
      }),
  }
}

/** What builds these layers from their descriptions. */
export const localizerTypes: LayerTypes = {
  localizer: ({ network, options }, layerFrom) => localizer(layerFrom(network), options as LocalizerOptions),
}

/** The middle of every place as shares of the picture, [1, 4, places]: x and y, for left and top as for right and bottom. */
function placesOf(rows: number, columns: number): Tensor {
  const shape: Shape = [1, 4, rows * columns]
  const middles = Float32Array.from({ length: 4 * rows * columns }, (_, i) => {
    const [edge, place] = [Math.floor(i / (rows * columns)), i % (rows * columns)]
    return edge % 2 === 0 ? ((place % columns) + 0.5) / columns : (Math.floor(place / columns) + 0.5) / rows
  })
  return constant(middles, shape)
}
