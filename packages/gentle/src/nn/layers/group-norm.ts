import { ArgumentError, ShapeError } from '../../core/errors.ts'
import { formatShape, sizeOf } from '../../core/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { add, mul } from '../../ops/elementwise.ts'
import { reshape } from '../../ops/structure.ts'
import { constants, zeros } from '../initializers.ts'
import { checkCount, checkFlag, checkOptions, inLayer, type Layer, registerLayer } from '../layer.ts'
import { standardize } from './standardize.ts'

export interface GroupNormOptions {
  /** Added to the variance; 1e-5 unless given. */
  readonly epsilon?: number
  /** Whether each channel has a learned factor and offset; true unless given. */
  readonly affine?: boolean
}

/**
 * Cuts the channels of each example [N, C, ...] into groups and brings each group to mean 0 and variance 1, then each channel to a learned
 * factor and offset (Wu and He, "Group Normalization", 2018, eq. 1 and 7). The same in training and prediction, whatever the batch.
 * Parameters `weight` and `bias` [C].
 * @throws ArgumentError for options out of range; ShapeError for channels that the groups do not divide.
 */
export function groupNorm(groups: number, options: GroupNormOptions = {}): Layer {
  checkCount(groups, 'groupNorm: groups')
  checkOptions(options, ['epsilon', 'affine'], 'groupNorm')
  const { epsilon = 1e-5, affine = true } = options
  if (!(epsilon > 0)) throw new ArgumentError(`groupNorm: epsilon is ${epsilon}; expected a number above 0`)
  checkFlag(affine, 'groupNorm: affine')
  const description = { type: 'groupNorm', groups, options }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        const [batch, channels, ...rest] = x.shape
        if (x.shape.length < 2 || channels % groups !== 0)
          throw new ShapeError(
            `expected [N, C, ...] with a number of channels that ${groups} groups divide, not ${formatShape(x.shape)}`,
          )
        const grouped = reshape(x, [batch, groups, sizeOf(x.shape) / (batch * groups)])
        const y = reshape(standardize(grouped, [2], epsilon), x.shape)
        if (!affine) return y
        const along = (parameter: Tensor): Tensor => reshape(parameter, [channels, ...rest.map(() => 1)])
        const weight = scope.parameter('weight', [channels], constants(1))
        const bias = scope.parameter('bias', [channels], zeros)
        return add(mul(y, along(weight)), along(bias))
      }),
  }
}

registerLayer('groupNorm', ({ groups, options }) => groupNorm(groups as number, (options ?? {}) as GroupNormOptions))
