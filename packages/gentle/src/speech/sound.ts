/** Sounds on the host. */
import { ArgumentError } from '../core/errors.ts'

/** A sound: samples by channel, from -1 to 1 where they are of whole numbers; floating-point files may go beyond. */
export interface Sound {
  /** Samples a second, of each channel. */
  readonly sampleRate: number
  /** As many samples each. */
  readonly channels: readonly Float32Array<ArrayBuffer>[]
}

/** How long a sound is, in seconds. */
export const durationOf = ({ sampleRate, channels }: Sound): number => (channels[0]?.length ?? 0) / sampleRate

/**
 * The mean of all channels, as speech is learned from; of one channel, the channel itself. What is in opposite phase on two channels vanishes.
 * @throws ArgumentError for a sound without channels, or with channels of unequal length.
 */
export function mixDown({ channels }: Sound): Float32Array<ArrayBuffer> {
  const [first, ...others] = channels
  if (first === undefined) throw new ArgumentError('mixDown: the sound has no channels; expected at least one')
  if (others.length === 0) return first
  const odd = others.findIndex(({ length }) => length !== first.length)
  if (odd >= 0)
    throw new ArgumentError(
      `mixDown: channel ${odd + 1} has ${others[odd].length} samples, but channel 0 has ${first.length}`,
    )
  return first.map((value, i) => others.reduce((sum, channel) => sum + channel[i], value) / channels.length)
}
