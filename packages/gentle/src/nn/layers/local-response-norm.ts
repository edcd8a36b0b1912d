import { ArgumentError, ShapeError } from '../../core/errors.ts'
import { formatShape } from '../../core/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { add, div, mul, pow } from '../../ops/elementwise.ts'
import { pad, slice } from '../../ops/structure.ts'
import { checkCount, checkFinite, checkOptions, inLayer, type Layer, registerLayer } from '../layer.ts'

export interface LocalResponseNormOptions {
  /** Channels in the window; 5 unless given. */
  readonly size?: number
  /** Weight of the window's mean square; 1e-4 unless given. */
  readonly alpha?: number
  /** Exponent; 0.75 unless given. */
  readonly beta?: number
  /** Keeps the divisor from 0; 1 unless given. */
  readonly k?: number
}

/**
 * Divides each value by (k + alpha m)^beta, where m is the mean of the squares of the `size` neighbouring channels, zeros beyond the
 * first and last: [N, C, ...] keeps its shape (Krizhevsky, Sutskever, Hinton, "ImageNet Classification", 2012, section 3.3, in PyTorch's
 * form, whose alpha is `size` times the paper's).
 * @throws ArgumentError for options out of range; ShapeError for an input without channels.
 */
export function localResponseNorm(options: LocalResponseNormOptions = {}): Layer {
  checkOptions(options, ['size', 'alpha', 'beta', 'k'], 'localResponseNorm')
  const { size = 5, alpha = 1e-4, beta = 0.75, k = 1 } = options
  checkCount(size, 'localResponseNorm: size')
  checkFinite(beta, 'localResponseNorm: beta')
  for (const [name, value] of Object.entries({ alpha, k }))
    if (!(checkFinite(value, `localResponseNorm: ${name}`) >= 0))
      throw new ArgumentError(`localResponseNorm: ${name} is ${value}; expected a number from 0`)
  const description = { type: 'localResponseNorm', options }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        if (x.shape.length < 2)
          throw new ShapeError(`expected a batch with channels, [N, C, ...], not ${formatShape(x.shape)}`)
        const along = (n: number): number[] => x.shape.map((_, axis) => (axis === 1 ? n : 0))
        const squares = pad(mul(x, x), along(Math.floor(size / 2)), along(Math.floor((size - 1) / 2)))
        const window = Array.from({ length: size }, (_, i) => slice(squares, along(i), x.shape))
        const total = window.reduce((sum, part): Tensor => add(sum, part))
        return div(x, pow(add(mul(total, alpha / size), k), beta))
      }),
  }
}

registerLayer('localResponseNorm', ({ options }) => localResponseNorm((options ?? {}) as LocalResponseNormOptions))
