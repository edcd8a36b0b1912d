/** Mean and standard deviation of pictures, for normalization. */
import { sizeOf } from '../core/shape.ts'
import type { Dataset } from './dataset.ts'
import { Moments } from './statistics.ts'

/** Of every channel, over the pixels of all pictures. */
export interface ChannelMoments {
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/** Pictures read at once, and the most that are looked at: means of more would hardly differ. */
const batch = 64
const maxPictures = 2048

/** The smallest standard deviation reported: a constant channel stays as it is. */
const minStd = 0.01

/** Mean and standard deviation of each channel, from up to 2,048 pictures evenly over the set; the standard deviation is at least 0.01. */
export async function channelMoments(dataset: Dataset): Promise<ChannelMoments> {
  const size = sizeOf(dataset.inputShape)
  const count = Math.min(dataset.length, maxPictures)
  const moments = new Moments(dataset.inputShape)
  const [inputs, targets] = [new Float32Array(batch * size), targetsOf(dataset)]
  for (let start = 0; start < count; start += batch) {
    const length = Math.min(batch, count - start)
    const indices = Array.from({ length }, (_, i) => Math.floor(((start + i) * dataset.length) / count))
    await dataset.read(indices, inputs, targets)
    for (let i = 0; i < length; i++) moments.add(inputs.subarray(i * size, (i + 1) * size))
  }
  const { mean, std } = moments.result()
  return { mean, std: std.map((value) => Math.max(value, minStd)) }
}

const targetsOf = ({ target }: Dataset): Float32Array | Int32Array =>
  target.dtype === 'int32'
    ? new Int32Array(batch * sizeOf(target.shape))
    : new Float32Array(batch * sizeOf(target.shape))
