/** Batch norm over the frames of sounds, and no others (Amodei et al., 2016, section 3.2). */
import type { Tensor } from '../../graph/tensor.ts'
import type { Layer } from '../../nn/layer.ts'
import { batchNormSettings, normalizeChannels } from '../../nn/layers/batch-norm.ts'

const settings = batchNormSettings({}, 'sequenceNorm')

/**
 * Batch norm of the channels of [N, C, T, F] over all frames within sounds. Parameters and state as `BatchNorm` has them.
 * @param mask 1 within sounds, else 0, [N, 1, T, 1]; all is within unless given
 */
export const sequenceNorm = (mask: Tensor | undefined): Layer => ({
  description: { type: 'sequenceNorm' },
  apply: (x, scope) => normalizeChannels(x, 1, scope, settings, mask),
})
