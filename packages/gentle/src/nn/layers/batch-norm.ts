import { ArgumentError, ShapeError } from '../../core/errors.ts'
import { formatShape, sizeOf } from '../../core/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { add, div, mul, sqrt, sub } from '../../ops/elementwise.ts'
import { mean } from '../../ops/reduce.ts'
import { reshape } from '../../ops/structure.ts'
import { constants, zeros } from '../initializers.ts'
import { checkFinite, checkFlag, checkOptions, inLayer, type Layer, type LayerTypes } from '../layer.ts'

export interface BatchNormOptions {
  /** Added to the variance; 1e-5 unless given. */
  readonly epsilon?: number
  /** Share by which a step moves the running statistics towards the batch's; 0.1 unless given. */
  readonly momentum?: number
  /** Whether each channel has a learned factor and offset; true unless given. */
  readonly affine?: boolean
  /** First value of the factor: 0 makes a residual block begin as its shortcut (Goyal et al., 2017, section 5.1); 1 unless given. */
  readonly gain?: number
}

/**
 * Brings each channel of [N, C] or [N, C, H, W] to mean 0 and variance 1, then to a learned factor and offset (Ioffe and Szegedy, "Batch
 * Normalization", 2015, algorithms 1 and 2). Training uses the batch's own statistics and follows them in `running_mean` and
 * `running_var`, which prediction uses. Parameters `weight` and `bias` [C]; names and the unbiased running variance are PyTorch's.
 * @throws ArgumentError for options out of range; ShapeError for other inputs, and in training for one value a channel.
 */
export function BatchNorm(options: BatchNormOptions = {}): Layer {
  checkOptions(options, ['epsilon', 'momentum', 'affine', 'gain'], 'batchNorm')
  const { epsilon = 1e-5, momentum = 0.1, affine = true, gain = 1 } = options
  if (!(epsilon > 0)) throw new ArgumentError(`batchNorm: epsilon is ${epsilon}; expected a number above 0`)
  if (!(momentum >= 0 && momentum <= 1))
    throw new ArgumentError(`batchNorm: momentum is ${momentum}; expected a number from 0 to 1`)
  checkFinite(gain, 'batchNorm: gain')
  checkFlag(affine, 'batchNorm: affine')
  const description = { type: 'batchNorm', options }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        if (x.shape.length !== 2 && x.shape.length !== 4)
          throw new ShapeError(`expected [N, C] or [N, C, H, W], not ${formatShape(x.shape)}`)
        const channels = x.shape[1]
        const along = (statistic: Tensor): Tensor =>
          x.shape.length === 4 ? reshape(statistic, [channels, 1, 1]) : statistic
        const weight = affine ? scope.parameter('weight', [channels], constants(gain)) : undefined
        const bias = affine ? scope.parameter('bias', [channels], zeros) : undefined
        const runningMean = scope.state('running_mean', [channels], zeros)
        const runningVariance = scope.state('running_var', [channels], constants(1))
        const factor = (variance: Tensor): Tensor => div(weight ?? 1, sqrt(add(variance, epsilon)))
        if (!scope.training || scope.isFrozen('weight')) {
          // One multiply-add a value: factor and offset depend on weights alone.
          const scale = factor(runningVariance)
          const offset = sub(bias ?? 0, mul(runningMean, scale))
          return add(mul(x, along(scale)), along(offset))
        }
        const count = sizeOf(x.shape) / channels
        if (count === 1) throw new ShapeError('training needs more than one value a channel; use a larger batch')
        const axes = x.shape.length === 4 ? [0, 2, 3] : [0]
        const batchMean = mean(x, axes)
        const centred = sub(x, along(batchMean))
        const variance = mean(mul(centred, centred), axes)
        const follow = (running: Tensor, batch: Tensor): Tensor => add(mul(running, 1 - momentum), mul(batch, momentum))
        scope.update(runningMean, follow(runningMean, batchMean))
        scope.update(runningVariance, follow(runningVariance, mul(variance, count / (count - 1))))
        const scaled = mul(centred, along(factor(variance)))
        return bias === undefined ? scaled : add(scaled, along(bias))
      }),
  }
}

/** What builds these layers from their descriptions. */
export const batchNormTypes: LayerTypes = {
  batchNorm: ({ options }) => BatchNorm((options ?? {}) as BatchNormOptions),
}
