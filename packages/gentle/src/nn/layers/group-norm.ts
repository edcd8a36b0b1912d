import { ArgumentError } from '../../core/errors.ts'
import { groupNorm as groupNormOp } from '../../ops/normalize.ts'
import { constants, zeros } from '../initializers.ts'
import { checkCount, checkFlag, checkOptions, inLayer, type Layer, type LayerTypes } from '../layer.ts'

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
export function GroupNorm(groups: number, options: GroupNormOptions = {}): Layer {
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
        const channels = x.shape[1]
        if (!affine || channels === undefined) return groupNormOp(x, groups, undefined, undefined, epsilon)
        const weight = scope.parameter('weight', [channels], constants(1))
        return groupNormOp(x, groups, weight, scope.parameter('bias', [channels], zeros), epsilon)
      }),
  }
}

/** What builds these layers from their descriptions. */
export const groupNormTypes: LayerTypes = {
  groupNorm: ({ groups, options }) => GroupNorm(groups as number, (options ?? {}) as GroupNormOptions),
}
