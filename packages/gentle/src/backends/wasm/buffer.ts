/** A stretch of memory that kernels read and write. */

import { blockSize, type Layout } from '../../compile/layout.ts'
import type { DType } from '../../core/dtype.ts'
import { type Shape, sizeOf } from '../../core/shape.ts'

/** Bytes of one value of each image of a block: the step between neighbours of a tensor in lanes. */
export const laneBytes = blockSize * 4

export interface Buffer {
  readonly name: string
  readonly shape: Shape
  readonly dtype: DType
  readonly layout: Layout
  /** Elements of one image (in lanes) or of the whole tensor (plain). */
  readonly elements: number
  /** Bytes of one block (in lanes) or of the whole tensor (plain). */
  readonly blockBytes: number
  /** Blocks of 8 images; 1 for plain tensors. */
  readonly blocks: number
  /** The buffer whose memory this one is, under another shape. */
  readonly of?: Buffer
}

export function createBuffer(name: string, { shape, dtype }: { shape: Shape; dtype: DType }, layout: Layout): Buffer {
  const lanes = layout === 'lanes'
  const elements = sizeOf(lanes ? shape.slice(1) : shape)
  return {
    name,
    shape,
    dtype,
    layout,
    elements,
    blockBytes: elements * (lanes ? laneBytes : 4),
    blocks: lanes ? Math.ceil(shape[0] / blockSize) : 1,
  }
}

/** Bytes of the whole buffer; kernels may read, but never write, up to one vector past the last element. */
export const bytesOf = ({ blocks, blockBytes }: Buffer): number => blocks * blockBytes

/** Images in the last block, 1 to 8. */
export const lastBlockImages = ({ shape }: Buffer): number => ((shape[0] - 1) % blockSize) + 1

/** The buffer that stands for a memory: the one that others rename. */
export const storageOf = (buffer: Buffer): Buffer => buffer.of ?? buffer
