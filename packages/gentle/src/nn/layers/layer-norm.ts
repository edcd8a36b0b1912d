import { ArgumentError, ShapeError } from '../../core/errors.ts'
import { formatShape } from '../../core/shape.ts'
import { layerNorm as layerNormOp } from '../../ops/normalize.ts'
import { constants, zeros } from '../initializers.ts'
import { checkCount, checkFlag, checkOptions, inLayer, type Layer, type LayerTypes } from '../layer.ts'

export interface LayerNormOptions {
  /** How many axes, counted from the last, are brought to mean 0 and variance 1 together; 1 unless given. */
  readonly axes?: number
  /** Added to the variance; 1e-5 unless given. */
  readonly epsilon?: number
  /** Whether each place along these axes has a learned factor and offset; true unless given. */
  readonly affine?: boolean
}

/**
 * Brings the features of each example to mean 0 and variance 1, then to a learned factor and offset (Ba, Kiros, Hinton, "Layer
 * Normalization", 2016, eq. 4). The same in training and prediction. Parameters `weight` and `bias` have the shape of the last `axes` axes.
 * @throws ArgumentError for options out of range; ShapeError for an input that has no such axes beside the batch.
 */
export function LayerNorm(options: LayerNormOptions = {}): Layer {
  checkOptions(options, ['axes', 'epsilon', 'affine'], 'layerNorm')
  const { axes = 1, epsilon = 1e-5, affine = true } = options
  checkCount(axes, 'layerNorm: axes')
  if (!(epsilon > 0)) throw new ArgumentError(`layerNorm: epsilon is ${epsilon}; expected a number above 0`)
  checkFlag(affine, 'layerNorm: affine')
  const description = { type: 'layerNorm', options }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        if (x.shape.length <= axes)
          throw new ShapeError(`expected a batch of at least ${axes + 1} axes, not ${formatShape(x.shape)}`)
        const last = Array.from({ length: axes }, (_, i) => i - axes)
        if (!affine) return layerNormOp(x, last, undefined, undefined, epsilon)
        const shape = x.shape.slice(-axes)
        const weight = scope.parameter('weight', shape, constants(1))
        return layerNormOp(x, last, weight, scope.parameter('bias', shape, zeros), epsilon)
      }),
  }
}

/** What builds these layers from their descriptions. */
export const layerNormTypes: LayerTypes = {
  layerNorm: ({ options }) => LayerNorm((options ?? {}) as LayerNormOptions),
}
