/** How networks of speech are trained by default. */

import type { Recipe } from 'gentle-dl/models'
import type { SpectrogramOptions } from 'gentle-dl/speech'

/** Samples a second to which sounds are brought: those of a telephone tell letters apart, and take half the time of more. */
export const defaultSampleRate = 8000

/** Longer recordings are not learned from, in seconds: one of them makes a whole batch as long. */
export const defaultMaxLength = 20

/** Seconds of sound that a training hears in all, again and again. */
const exampleCap = 100_000

/** Epochs for this many seconds of sound. */
export const speechRecipe = (seconds: number): Recipe => ({
  epochs: Math.min(120, Math.max(15, Math.round(exampleCap / seconds))),
  batchSize: 16,
  optimizer: 'adamW',
  learningRate: 0.003,
  weightDecay: 0.001,
  clipNorm: 5,
})

/** Steps over which the learning rate grows from 0. */
export const defaultWarmup = 100

/** How sounds of a rate become a network's input; one that answers while a sound goes on cannot know its mean. */
export function spectrogramFor(sampleRate: number, online: boolean): Omit<SpectrogramOptions, 'sampleRate'> {
  const frameLength = 25
  return {
    frameLength,
    fourierLength: 2 ** Math.ceil(Math.log2((frameLength * sampleRate) / 1000)),
    mel: { filters: sampleRate > 8000 ? 64 : 40, low: 60 },
    normalization: online ? 'none' : 'frequency',
  }
}
