import { ShapeError } from '../../../core/errors.ts'
import { formatShape } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { lengthMask } from '../../../ops/attention.ts'
import { where } from '../../../ops/elementwise.ts'
import { reshape } from '../../../ops/structure.ts'
import { inLayer } from '../../layer.ts'
import type { SequenceLayer } from '../../sequence-layer.ts'
import { type BatchNormOptions, batchNormSettings, normalizeChannels } from '../batch-norm.ts'

/**
 * Batch norm of sequences [N, T, C, ...], such as [N, T, C] or, of pictures with time as the first of their axes, [N, T, C, H]: the mean and variance of a channel
 * are those of all examples and all of their steps, padding left out (Amodei et al., "Deep Speech 2", 2015, section 3.2). Otherwise as `BatchNorm`,
 * with its parameters and running statistics; what stands behind an example's length becomes 0.
 * @throws ArgumentError for options out of range; ShapeError for other inputs, and in training for one value a channel.
 */
export function SequenceBatchNorm(options: BatchNormOptions = {}): SequenceLayer {
  const settings = batchNormSettings(options, 'sequenceBatchNorm')
  const description = { type: 'sequenceBatchNorm', options }
  const layer: SequenceLayer = {
    description,
    apply: (x, scope) =>
      layer.applySequence(x, scope, { lengths: inLayer(scope, description, x, () => scope.lengthsFor(x)) }).outputs,
    applySequence: (x, scope, { lengths, state = [] } = {}) =>
      inLayer(scope, description, x, () => {
        if (x.shape.length < 3) throw new ShapeError('expected sequences [N, T, C] or [N, T, C, ...]')
        checkLengths(lengths, x)
        const mask = lengths && lengthMask(lengths, x.shape[1])
        const normed = normalizeChannels(x, 2, scope, settings, mask)
        const present = mask && reshape(mask, [...mask.shape, ...x.shape.slice(2).map(() => 1)])
        return { outputs: present === undefined ? normed : where(present, normed, 0), state }
      }),
  }
  return layer
}

/** @throws ShapeError where there are not as many lengths as sequences [N, T, ...]. */
export function checkLengths(lengths: Tensor | undefined, { shape: [examples] }: Tensor): void {
  if (lengths === undefined) return
  if (lengths.dtype !== 'int32' || lengths.shape.length !== 1 || lengths.shape[0] !== examples)
    throw new ShapeError(`lengths are ${lengths.dtype} ${formatShape(lengths.shape)}; expected int32 [${examples}]`)
}
