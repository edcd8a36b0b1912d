import type { Random } from '../../core/random.ts'
import type { MaskPolicy } from './sound-policy.ts'

/**
 * Wipes out stripes of a spectrogram in place, as wide as is drawn from 0 to the policy's widths: they become its mean, which is 0 where it is normalised
 * (Park et al. 2019, section 2).
 * @param values [frames, features], row-major
 */
export function maskSpectrogram(values: Float32Array, features: number, policy: MaskPolicy, random: Random): void {
  const { frequencyMasks = 0, frequencyWidth = 0, timeMasks = 0, timeWidth = 0, timeShare = 1 } = policy
  const frames = values.length / features
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  for (let mask = 0; mask < frequencyMasks; mask++) {
    const width = random.integer(Math.min(frequencyWidth, features) + 1)
    const first = random.integer(features - width + 1)
    for (let frame = 0; frame < frames; frame++)
      values.fill(mean, frame * features + first, frame * features + first + width)
  }
  for (let mask = 0; mask < timeMasks; mask++) {
    const width = random.integer(Math.min(timeWidth, Math.floor(timeShare * frames)) + 1)
    const first = random.integer(frames - width + 1)
    values.fill(mean, first * features, (first + width) * features)
  }
}
