/** A stretch of memory that kernels read and write. */

import type { DType } from '../../core/dtype.ts'
import { type Shape, sizeOf } from '../../core/shape.ts'
import { blockSize, type Layout, leadingAxes } from './layout/layout.ts'

/** Bytes of one value of each image, or channel, of a block: the step between neighbours of a tensor that is not plain. */
export const laneBytes = blockSize * 4

/** The most that 32-bit addresses reach. */
export const addressableBytes = 2 ** 32

export interface Buffer {
  readonly name: string
  readonly shape: Shape
  readonly dtype: DType
  readonly layout: Layout
  /** Elements of one image (lanes), of one channel (channels) or of the whole tensor (plain). */
  readonly elements: number
  /** Bytes of one block, or of the whole tensor (plain). */
  readonly blockBytes: number
  /** Blocks of 8 images, or of 8 channels of an image; 1 for plain tensors. */
  readonly blocks: number
  /** The buffer whose memory this one is, under another shape. */
  readonly of?: Buffer
  /** What has to be there before kernels read it by this name. */
  readonly after?: readonly Buffer[]
}

export function createBuffer(name: string, { shape, dtype }: { shape: Shape; dtype: DType }, layout: Layout): Buffer {
  const elements = sizeOf(shape.slice(leadingAxes[layout]))
  return {
    name,
    shape,
    dtype,
    layout,
    elements,
    blockBytes: elements * elementBytes(layout),
    blocks: blocksOf(shape, layout),
  }
}

/** A buffer of floats, plain unless a layout is given. */
export const floatBuffer = (name: string, shape: Shape, layout: Layout = 'plain'): Buffer =>
  createBuffer(name, { shape, dtype: 'float32' }, layout)

function blocksOf(shape: Shape, layout: Layout): number {
  if (layout === 'plain') return 1
  return layout === 'lanes' ? Math.ceil(shape[0] / blockSize) : shape[0] * channelBlocks(shape)
}

/** Bytes from one element to the next. */
export const elementBytes = (layout: Layout): number => (layout === 'plain' ? 4 : laneBytes)

/** Blocks of 8 channels of one image of [N, C, ...]. */
export const channelBlocks = (shape: Shape): number => Math.ceil(shape[1] / blockSize)

/** Axes over which kernels loop within a block, or within the whole of a plain tensor. */
export const loopShape = ({ layout, shape }: Pick<Buffer, 'layout' | 'shape'>): Shape =>
  shape.slice(leadingAxes[layout])

/** Bytes of the whole buffer; kernels may read, but never write, up to one vector past the last element. */
export const bytesOf = ({ blocks, blockBytes }: Buffer): number => blocks * blockBytes

/** Images in the last block, 1 to 8. */
export const lastBlockImages = ({ shape }: Buffer): number => ((shape[0] - 1) % blockSize) + 1

/** The buffer that stands for a memory: the one that others rename. */
export const storageOf = (buffer: Buffer): Buffer => buffer.of ?? buffer
