/** Between floats and packed integers. */
import type { Signature } from '../../graph/op.ts'
import { defineOp } from '../../graph/op.ts'
import { apply, type Tensor } from '../../graph/tensor.ts'
import { quantized } from '../fake-quantize.ts'
import { requireFloat32, requireInt32 } from '../operands.ts'
import { bytesOfPacked, packedIndex, packedShape } from './packed.ts'

/** How whole numbers stand for floats. */
export interface IntegerRange {
  readonly scale: number
  readonly zeroPoint: number
  readonly low: number
  readonly high: number
}

/** Visits all pixels of images by their place in a row-major and in a packed tensor. */
function forEachPixel(
  images: readonly number[],
  packed: readonly number[],
  visit: (plain: number, packed: number) => void,
): void {
  const [batch, channels, height = 1, width = 1] = images
  let plain = 0
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < height; i++) for (let j = 0; j < width; j++) visit(plain++, packedIndex(packed, n, c, i, j))
}

/** Images [N, C, H, W], or rows [N, C], as packed integers. */
export const quantizeOp = defineOp({
  name: 'quantize',
  infer([x], _: IntegerRange): Signature {
    requireFloat32([x], 'quantize')
    return { shape: packedShape(x.shape), dtype: 'int32' }
  },
  reference([x], { scale, zeroPoint, low, high }, y) {
    const bytes = bytesOfPacked(y)
    const factor = Math.fround(scale)
    forEachPixel(x.shape, y.shape, (from, to) => {
      bytes[to] = quantized(x.data[from], factor, zeroPoint, low, high)
    })
  },
})

interface DequantizeAttributes extends IntegerRange {
  /** Those of the images. */
  readonly channels: number
}

/** Packed integers as images [N, C, H, W] of floats. */
export const dequantizeOp = defineOp({
  name: 'dequantize',
  infer([x], { channels }: DequantizeAttributes): Signature {
    requireInt32([x], 'dequantize')
    const [n, , height, width] = x.shape
    return { shape: [n, channels, height, width], dtype: 'float32' }
  },
  reference([x], { scale, zeroPoint }, y) {
    const bytes = bytesOfPacked(x)
    const factor = Math.fround(scale)
    forEachPixel(y.shape, x.shape, (to, from) => {
      y.data[to] = (bytes[from] - zeroPoint) * factor
    })
  },
})

export const quantize = (x: Tensor, range: IntegerRange): Tensor => apply(quantizeOp, [x], range)

export const dequantize = (x: Tensor, channels: number, range: IntegerRange): Tensor =>
  apply(dequantizeOp, [x], { ...range, channels })
