/**
 * Images of 8-bit numbers as integer kernels read them: [N, C, H, W] in blocks of 8 channels, whose 8 bytes are neighbours, `[N][C / 8][H][W][8]`.
 * To the graph that is a row-major tensor of int32, [N, C / 8, H, W, 2], four bytes a number. Channels that the last block does not have are 0.
 */
import type { TypedArray } from '../../core/dtype.ts'
import type { Shape } from '../../core/shape.ts'

/** Channels of a block. */
export const packedChannels = 8

export const packedBlocks = (channels: number): number => Math.ceil(channels / packedChannels)

export const packedShape = ([n, channels, height = 1, width = 1]: Shape): Shape => [
  n,
  packedBlocks(channels),
  height,
  width,
  2,
]

/** The bytes of a packed tensor, signed. */
export const bytesOfPacked = ({ data }: { readonly data: TypedArray }): Int8Array =>
  new Int8Array(data.buffer, data.byteOffset, data.byteLength)

/** Where the byte of a channel's pixel stands in a packed tensor of this shape. */
export const packedIndex = (
  [, blocks, height, width]: Shape,
  n: number,
  channel: number,
  row: number,
  column: number,
): number =>
  (((n * blocks + Math.floor(channel / packedChannels)) * height + row) * width + column) * packedChannels +
  (channel % packedChannels)
