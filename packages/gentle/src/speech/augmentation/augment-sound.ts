/** A sound as it might have been, too. */

import { ArgumentError } from '../../core/errors.ts'
import * as portableMath from '../../core/portable-math.ts'
import type { Random } from '../../core/random.ts'
import { resample, resampledLength } from '../resample.ts'
import type { SoundPolicy, Span } from './sound-policy.ts'

const between = ([min, max]: Span, random: Random): number => min + random.uniform() * (max - min)

const power = (samples: Float32Array): number => samples.reduce((sum, value) => sum + value * value, 0) / samples.length

/** What the clock of a sound is divided by: hundredths, 100 where the speed stays. The first thing that is drawn of a stream, so that lengths are known without the sound. */
export const randomSpeed = ({ speed }: SoundPolicy, random: Random): number =>
  speed === undefined ? 100 : Math.round(100 * between(speed, random))

/** Samples of a sound at a speed in hundredths. */
export const lengthAtSpeed = (length: number, speed: number): number => resampledLength(length, speed, 100)

/** A stretch of a noise, from anywhere in it, again from its beginning where it ends. */
function stretchOf(noise: Float32Array, length: number, random: Random): Float32Array {
  if (noise.length === 0) throw new ArgumentError('augmentSound: a noise has no samples; expected at least one')
  const start = random.integer(noise.length)
  return Float32Array.from({ length }, (_, i) => noise[(start + i) % noise.length])
}

const whiteNoise = (length: number, random: Random): Float32Array =>
  Float32Array.from({ length }, () => random.normal())

/** Samples that are moved by this many places; what is left free is silence. */
function shifted(samples: Float32Array<ArrayBuffer>, by: number): Float32Array<ArrayBuffer> {
  const moved = new Float32Array(samples.length)
  if (by >= 0) moved.set(samples.subarray(0, Math.max(0, samples.length - by)), Math.min(by, samples.length))
  else moved.set(samples.subarray(Math.min(-by, samples.length)))
  return moved
}

/**
 * A sound at another speed, moved, with noise, louder or quieter, as a stream of random numbers says; `samples` stay as they are.
 * @param noises samples of the policy's files, at the same rate; white noise where there are none
 * @throws ArgumentError for a noise without samples.
 */
export function augmentSound(
  samples: Float32Array<ArrayBuffer>,
  sampleRate: number,
  policy: SoundPolicy,
  random: Random,
  noises: readonly Float32Array[] = [],
): Float32Array<ArrayBuffer> {
  const speed = randomSpeed(policy, random)
  let changed = speed === 100 ? samples.slice() : resample(samples, speed, 100)
  if (policy.shift !== undefined) {
    const max = Math.round((policy.shift * sampleRate) / 1000)
    changed = shifted(changed, random.integer(2 * max + 1) - max)
  }
  const { noise, gain } = policy
  if (noise !== undefined && random.uniform() < (noise.probability ?? 1)) {
    const ratio = between(noise.ratio, random)
    const { length } = changed
    const added =
      noises.length > 0 ? stretchOf(noises[random.integer(noises.length)], length, random) : whiteNoise(length, random)
    const [loud, own] = [power(changed), power(added)]
    // Silence has no level that noise could lie below.
    const scale = own > 0 ? Math.sqrt(loud / own) * portableMath.pow(10, -ratio / 20) : 0
    for (let i = 0; i < length; i++) changed[i] += scale * added[i]
  }
  if (gain !== undefined) {
    const factor = portableMath.pow(10, between(gain, random) / 20)
    for (let i = 0; i < changed.length; i++) changed[i] *= factor
  }
  return changed
}
