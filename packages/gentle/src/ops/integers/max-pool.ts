/** Max pooling of packed images, whose padding is around them. */
import { defineOp, type Signature } from '../../graph/op.ts'
import { apply, type Tensor } from '../../graph/tensor.ts'
import { requireInt32 } from '../operands.ts'
import type { Both } from '../window.ts'
import { bytesOfPacked } from './packed.ts'

export interface IntegerPoolAttributes {
  readonly size: Both
  readonly stride: Both
  readonly dilation: Both
  /** Height and width of the result. */
  readonly output: Both
}

export const integerMaxPoolOp = defineOp({
  name: 'integerMaxPool',
  infer([x], { output }: IntegerPoolAttributes): Signature {
    requireInt32([x], 'integerMaxPool')
    return { shape: [x.shape[0], x.shape[1], ...output, 2], dtype: 'int32' }
  },
  reference([x], { size, stride, dilation, output }, y) {
    const [from, to] = [bytesOfPacked(x), bytesOfPacked(y)]
    const [batch, blocks, height, width] = x.shape
    let at = 0
    for (let plane = 0; plane < batch * blocks; plane++)
      for (let i = 0; i < output[0]; i++)
        for (let j = 0; j < output[1]; j++)
          for (let c = 0; c < 8; c++) {
            let largest = -128
            for (let a = 0; a < size[0]; a++)
              for (let b = 0; b < size[1]; b++) {
                const row = plane * height + i * stride[0] + a * dilation[0]
                largest = Math.max(largest, from[(row * width + j * stride[1] + b * dilation[1]) * 8 + c])
              }
            to[at++] = largest
          }
  },
})

export const integerMaxPool = (x: Tensor, attributes: IntegerPoolAttributes): Tensor =>
  apply(integerMaxPoolOp, [x], attributes)
