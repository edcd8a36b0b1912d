/** Packed images in a larger frame. */
import { defineOp, type Signature } from '../../graph/op.ts'
import { apply, type Tensor } from '../../graph/tensor.ts'
import { requireInt32 } from '../operands.ts'
import type { Both } from '../window.ts'

export interface FrameAttributes {
  /** Rows above and columns left of the images. */
  readonly before: Both
  /** Height and width of the frame; what lies outside of it is left out. */
  readonly size: Both
  /** The byte around the images. */
  readonly value: number
}

export const frameOp = defineOp({
  name: 'frame',
  infer([x], { size }: FrameAttributes): Signature {
    requireInt32([x], 'frame')
    return { shape: [x.shape[0], x.shape[1], ...size, 2], dtype: 'int32' }
  },
  reference([x], { before: [top, left], value }, y) {
    const [batch, blocks, height, width] = x.shape
    const [, , frameHeight, frameWidth] = y.shape
    y.data.fill(Math.imul(value & 0xff, 0x01010101))
    for (let plane = 0; plane < batch * blocks; plane++)
      for (let i = 0; i < Math.min(height, frameHeight - top); i++)
        for (let j = 0; j < 2 * Math.min(width, frameWidth - left); j++)
          y.data[2 * ((plane * frameHeight + i + top) * frameWidth + left) + j] =
            x.data[2 * (plane * height + i) * width + j]
  },
})

export const frame = (x: Tensor, attributes: FrameAttributes): Tensor => apply(frameOp, [x], attributes)
