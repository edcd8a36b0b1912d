import { ArgumentError } from '../../core/errors.ts'
import { type LocalResponseNormOptions, localResponseNorm as localResponseNormOp } from '../../ops/normalize.ts'
import { checkCount, checkFinite, checkOptions, inLayer, type Layer, type LayerTypes } from '../layer.ts'

/**
 * Divides each value by (k + alpha m)^beta, where m is the mean of the squares of the `size` neighbouring channels, zeros beyond the
 * first and last: [N, C, ...] keeps its shape (Krizhevsky, Sutskever, Hinton, "ImageNet Classification", 2012, section 3.3, in PyTorch's
 * form, whose alpha is `size` times the paper's).
 * @throws ArgumentError for options out of range; ShapeError for an input without channels.
 */
export function LocalResponseNorm(options: LocalResponseNormOptions = {}): Layer {
  checkOptions(options, ['size', 'alpha', 'beta', 'k'], 'localResponseNorm')
  const { size = 5, alpha = 1e-4, beta = 0.75, k = 1 } = options
  checkCount(size, 'localResponseNorm: size')
  checkFinite(beta, 'localResponseNorm: beta')
  for (const [name, value] of Object.entries({ alpha, k }))
    if (!(checkFinite(value, `localResponseNorm: ${name}`) >= 0))
      throw new ArgumentError(`localResponseNorm: ${name} is ${value}; expected a number of at least 0`)
  const description = { type: 'localResponseNorm', options }
  return {
    description,
    apply: (x, scope) => inLayer(scope, description, x, () => localResponseNormOp(x, options)),
  }
}

/** What builds these layers from their descriptions. */
export const localResponseNormTypes: LayerTypes = {
  localResponseNorm: ({ options }) => LocalResponseNorm((options ?? {}) as LocalResponseNormOptions),
}
