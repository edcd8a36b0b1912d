/** Batch norm over the frames of sounds, and no others (Amodei et al., 2016, section 3.2). */
import type { Tensor } from '../../graph/tensor.ts'
import { constants, zeros } from '../../nn/initializers.ts'
import type { Layer } from '../../nn/layer.ts'
import { add, div, maximum, mul, sqrt, sub } from '../../ops/elementwise.ts'
import { mean, sum } from '../../ops/reduce.ts'
import { reshape } from '../../ops/structure.ts'

const epsilon = 1e-5
const momentum = 0.1

/**
 * Brings each channel of [N, C, T, F] to mean 0 and variance 1 over all frames within sounds, then to a learned factor and offset: a `BatchNorm` that does not
 * count what is padding. Parameters and state as that has them.
 * @param mask 1 within sounds, else 0, [N, 1, T, 1]; all is within unless given
 */
export function sequenceNorm(mask: Tensor | undefined): Layer {
  return {
    description: { type: 'sequenceNorm' },
    apply(x, scope) {
      const [examples, channels, steps, rows] = x.shape
      const along = (statistic: Tensor): Tensor => reshape(statistic, [channels, 1, 1])
      const weight = scope.parameter('weight', [channels], constants(1))
      const bias = scope.parameter('bias', [channels], zeros)
      const runningMean = scope.state('running_mean', [channels], zeros)
      const runningVariance = scope.state('running_var', [channels], constants(1))
      const factor = (variance: Tensor): Tensor => div(weight, sqrt(add(variance, epsilon)))
      if (!scope.training || scope.isFrozen('weight')) {
        // One multiply-add a value: factor and offset depend on weights alone.
        const scale = factor(runningVariance)
        return add(mul(x, along(scale)), along(sub(bias, mul(runningMean, scale))))
      }
      const axes = [0, 2, 3]
      const count = mask === undefined ? examples * steps * rows : maximum(mul(sum(mask), rows), 2)
      const meanOf = (values: Tensor): Tensor =>
        mask === undefined ? mean(values, axes) : div(sum(mul(values, mask), axes), count)
      const batchMean = meanOf(x)
      const centred = sub(x, along(batchMean))
      const variance = meanOf(mul(centred, centred))
      const follow = (running: Tensor, batch: Tensor): Tensor => add(mul(running, 1 - momentum), mul(batch, momentum))
      scope.update(runningMean, follow(runningMean, batchMean))
      scope.update(runningVariance, follow(runningVariance, mul(variance, div(count, sub(count, 1)))))
      return add(mul(centred, along(factor(variance))), along(bias))
    },
  }
}
