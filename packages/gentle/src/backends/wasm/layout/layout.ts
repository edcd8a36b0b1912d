/**
 * How a tensor lies in memory.
 *
 * - `plain` is row-major.
 * - `lanes` keeps a batch in blocks of 8 images with the 8 images innermost, `[N / 8][...][8]`: every op that treats images alike is
 *   then plain SIMD without remainders, and a block of images goes through many ops while it is in the cache. Training uses it.
 * - `channels` keeps the channels of each image in blocks of 8 with the 8 channels innermost, `[N][C / 8][H][W][8]`: it serves a
 *   single image as well as many. Inference uses it where lanes would leave places or threads empty.
 */
import { sizeOf } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'

export type Layout = 'plain' | 'lanes' | 'channels'

/** Images or channels in one block: two vectors of four floats. */
export const blockSize = 8

/** Axes of a tensor that count blocks and what is in them; kernels loop over the others. */
export const leadingAxes: Readonly<Record<Layout, number>> = { plain: 0, lanes: 1, channels: 2 }

/** How an elementwise node in channels reads an operand. */
export type AlongChannels = 'elements' | 'channels' | 'nothing'

/** Undefined where a node of `shape` [N, C, ...] in channels cannot read the operand. */
export function alongChannels(operand: Tensor, shape: readonly number[]): AlongChannels | undefined {
  if (sizeOf(operand.shape) === 1 && operand.shape.length < 2) return 'nothing'
  const missing = shape.length - operand.shape.length
  const aligned = [...Array<number>(Math.max(missing, 0)).fill(1), ...operand.shape]
  if (missing <= 0 && aligned[0] === shape[0] && aligned[1] === shape[1]) return 'elements'
  const perChannel = missing >= 0 && aligned.every((n, axis) => n === (axis === 1 ? shape[1] : 1))
  return perChannel ? 'channels' : undefined
}
