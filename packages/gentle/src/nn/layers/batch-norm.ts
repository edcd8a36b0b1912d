import { ArgumentError, ShapeError } from '../../core/errors.ts'
import { formatShape, sizeOf } from '../../core/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { add, div, maximum, mul, sqrt, sub, where } from '../../ops/elementwise.ts'
import { mean, sum } from '../../ops/reduce.ts'
import { reshape } from '../../ops/structure.ts'
import { constants, zeros } from '../initializers.ts'
import { checkFinite, checkFlag, checkOptions, inLayer, type Layer, type LayerTypes } from '../layer.ts'
import type { Scope } from '../scope.ts'

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
  const settings = batchNormSettings(options, 'batchNorm')
  const description = { type: 'batchNorm', options }
  return {
    description,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => {
        if (x.shape.length !== 2 && x.shape.length !== 4)
          throw new ShapeError(`expected [N, C] or [N, C, H, W], not ${formatShape(x.shape)}`)
        return normalizeChannels(x, 1, scope, settings)
      }),
  }
}

/** @throws ArgumentError for options out of range and unknown ones. */
export function batchNormSettings(options: BatchNormOptions, where: string): Required<BatchNormOptions> {
  checkOptions(options, ['epsilon', 'momentum', 'affine', 'gain'], where)
  const { epsilon = 1e-5, momentum = 0.1, affine = true, gain = 1 } = options
  if (!(epsilon > 0)) throw new ArgumentError(`${where}: epsilon is ${epsilon}; expected a number above 0`)
  if (!(momentum >= 0 && momentum <= 1))
    throw new ArgumentError(`${where}: momentum is ${momentum}; expected a number from 0 to 1`)
  checkFinite(gain, `${where}: gain`)
  checkFlag(affine, `${where}: affine`)
  return { epsilon, momentum, affine, gain }
}

/**
 * Batch norm of the channels that this axis counts, over all other axes. With a mask, which has the axes before that of the channels, or all axes, those that it
 * does not depend on of size 1, what it is 0 for takes no part in the statistics.
 */
export function normalizeChannels(
  x: Tensor,
  axis: number,
  scope: Scope,
  { epsilon, momentum, affine, gain }: Required<BatchNormOptions>,
  mask?: Tensor,
): Tensor {
  const channels = x.shape[axis]
  const behind = x.shape.slice(axis + 1).map(() => 1)
  const along = (statistic: Tensor): Tensor =>
    behind.length === 0 ? statistic : reshape(statistic, [channels, ...behind])
  const weight = affine ? scope.parameter('weight', [channels], constants(gain)) : undefined
  const bias = affine ? scope.parameter('bias', [channels], zeros) : undefined
  const runningMean = scope.state('running_mean', [channels], zeros)
  const runningVariance = scope.state('running_var', [channels], constants(1))
  const factor = (variance: Tensor): Tensor => div(weight ?? 1, sqrt(add(variance, epsilon)))
  if (scope.keepsState('weight')) {
    // One multiply-add a value: factor and offset depend on weights alone.
    const scale = factor(runningVariance)
    const offset = sub(bias ?? 0, mul(runningMean, scale))
    return add(mul(x, along(scale)), along(offset))
  }
  const values = sizeOf(x.shape) / channels
  const part = scope.shareOfBatch
  if (values === 1 && part === undefined)
    throw new ShapeError('training needs more than one value per channel; use a larger batch')
  const axes = x.shape.flatMap((_, i) => (i === axis ? [] : [i]))
  const present = mask && (mask.shape.length > axis ? mask : reshape(mask, [...mask.shape, 1, ...behind]))
  const share = mask && (part === undefined ? div(sizeOf(mask.shape), sum(mask)) : div(1, scope.overBatch(mean(mask))))
  const known = (values: Tensor): Tensor => (present === undefined ? values : where(present, values, 0))
  const meanOf = (values: Tensor): Tensor =>
    share === undefined ? scope.overBatch(mean(values, axes)) : mul(scope.overBatch(mean(known(values), axes)), share)
  const batchMean = meanOf(x)
  const centred = known(sub(known(x), along(batchMean)))
  const variance = meanOf(mul(centred, centred))
  const follow = (running: Tensor, batch: Tensor): Tensor => add(mul(running, 1 - momentum), mul(batch, momentum))
  scope.update(runningMean, follow(runningMean, batchMean))
  scope.update(
    runningVariance,
    follow(runningVariance, mul(variance, unbiased(part === undefined ? values : div(values, part), share))),
  )
  const scaled = mul(centred, along(factor(variance)))
  return bias === undefined ? scaled : add(scaled, along(bias))
}

/** n / (n - 1), of the `count` values of which one in `share` is known. */
function unbiased(count: Tensor | number, share: Tensor | undefined): Tensor | number {
  if (share === undefined && typeof count === 'number') return count / (count - 1)
  const known = share === undefined ? count : div(count, share)
  return div(known, maximum(sub(known, 1), 1))
}

/** What builds these layers from their descriptions. */
export const batchNormTypes: LayerTypes = {
  batchNorm: ({ options }) => BatchNorm((options ?? {}) as BatchNormOptions),
}
