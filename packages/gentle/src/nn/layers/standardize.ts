import { ArgumentError, ShapeError } from '../../core/errors.ts'
import { constant } from '../../graph/tensor.ts'
import { add, div, mul, sub } from '../../ops/elementwise.ts'
import { checkFlag, checkOptions, inLayer, type Layer, type LayerTypes } from '../layer.ts'

export interface StandardizeOptions {
  /** Of each feature. */
  readonly mean: readonly number[]
  /** Standard deviation of each feature, above 0. */
  readonly std: readonly number[]
  /** Whether it goes back instead, from standardized values to those in their units; false unless given. */
  readonly invert?: boolean
}

/**
 * Standardizes features by fixed statistics: (x - mean) / std of [..., F], or back, x * std + mean, as Keras' `Normalization` does. It learns nothing: the
 * statistics are those of the training data (`featureMoments`), and are kept with the model, which so takes and gives values in their units.
 *
 * ```ts
 * const { mean, std } = await featureMoments(train)
 * const network = Sequential(Standardize(inputs), Linear(16), ReLU(), Linear(1))
 * ```
 * @throws ArgumentError for statistics that are not finite numbers, a standard deviation that is not above 0, another number of one than of the other, and unknown
 * options; `apply` throws a ShapeError for another number of features.
 */
export function Standardize(options: StandardizeOptions): Layer {
  checkOptions(options, ['mean', 'std', 'invert'], 'standardize')
  const { mean, std, invert = false } = options
  checkFlag(invert, 'standardize: invert')
  const features = mean.length
  if (features < 1 || std.length !== features)
    throw new ArgumentError(
      `standardize: there are ${features} means and ${std.length} standard deviations; expected one of each for each feature`,
    )
  for (const [i, value] of mean.entries())
    if (!Number.isFinite(value)) throw new ArgumentError(`standardize: mean ${i} is ${value}; expected a number`)
  for (const [i, value] of std.entries())
    if (!(value > 0 && value < Number.POSITIVE_INFINITY))
      throw new ArgumentError(`standardize: standard deviation ${i} is ${value}; expected a number above 0`)
  const description = { type: 'standardize', options }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        if (x.shape.at(-1) !== features)
          throw new ShapeError(`it has statistics of ${features} features; expected [..., ${features}]`)
        const [centre, spread] = [constant(mean, [features]), constant(std, [features])]
        return invert ? add(mul(x, spread), centre) : div(sub(x, centre), spread)
      }),
  }
}

/** What builds these layers from their descriptions. */
export const standardizeTypes: LayerTypes = {
  standardize: ({ options }) => Standardize(options as StandardizeOptions),
}
