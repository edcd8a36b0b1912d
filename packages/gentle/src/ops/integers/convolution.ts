/** Convolutions of packed integers: exact sums in 32 bits, then one float for each channel by which they count. */
import { sizeOf } from '../../core/shape.ts'
import { defineOp, type Signature } from '../../graph/op.ts'
import { apply, type Tensor } from '../../graph/tensor.ts'
import { roundHalfToEven } from '../rounding.ts'
import type { Both } from '../window.ts'
import { packedPlace } from './filters.ts'
import { bytesOfPacked, packedBlocks } from './packed.ts'

/** Numbers that a result is rounded to, as bytes. */
export interface IntegerOutput {
  readonly zeroPoint: number
  readonly low: number
  readonly high: number
}

export interface IntegerConv2dAttributes {
  /** Channels of the images and of the result. */
  readonly channels: number
  readonly outputs: number
  readonly depthwise: boolean
  readonly kernel: Both
  readonly stride: Both
  readonly dilation: Both
  /** Height and width of the result. */
  readonly size: Both
  /** Whether the bytes of the images are from 0 to 127; from -128 to 127 otherwise. */
  readonly sevenBits: boolean
  /** What an addend, the last operand, counts: its bytes less the zero point, times the factor. */
  readonly addend?: { readonly factor: number; readonly zeroPoint: number }
  /** Integers as the result; floats unless given. */
  readonly rounded?: IntegerOutput
}

/**
 * Packed images whose padding is around them, filters of `packFilters`, and for each channel of the result the number from which sums start
 * (int32), the factor that they get and what is added to that. A result of integers is packed, [N, O / 8, H, W, 2]; of floats it is in the same blocks,
 * [N, O / 8, H, W, 8]. Every step rounds to float32, so that each backend gives the same bits.
 */
export const integerConv2dOp = defineOp({
  name: 'integerConv2d',
  infer([x, , start], { size, rounded }: IntegerConv2dAttributes): Signature {
    const blocks = start.shape[0] / 8
    return rounded === undefined
      ? { shape: [x.shape[0], blocks, ...size, 8], dtype: 'float32' }
      : { shape: [x.shape[0], blocks, ...size, 2], dtype: 'int32' }
  },
  reference([x, filters, start, factor, offset, addend], attributes, y) {
    const { channels, depthwise, kernel, stride, dilation, rounded } = attributes
    const [images, weights] = [bytesOfPacked(x), bytesOfPacked(filters)]
    const [batch, sourceBlocks, height, width] = x.shape
    const [, blocks, outHeight, outWidth] = y.shape
    const taps = kernel[0] * kernel[1]
    const blockBytes = weights.length / blocks
    const weightAt = (output: number, channel: number, tap: number): number => {
      const place = Math.floor(output / 8) * blockBytes + packedPlace({ taps, depthwise }, output % 8, channel, tap)
      return attributes.sevenBits ? weights[place] : weights[place + blockBytes / 2] - weights[place]
    }
    const sumOf = (n: number, output: number, i: number, j: number): number => {
      let sum = start.data[output]
      for (let a = 0; a < kernel[0]; a++)
        for (let b = 0; b < kernel[1]; b++) {
          const pixel = (i * stride[0] + a * dilation[0]) * width + j * stride[1] + b * dilation[1]
          for (let c = depthwise ? output : 0; c < (depthwise ? output + 1 : channels); c++) {
            const byte = ((n * sourceBlocks + Math.floor(c / 8)) * height * width + pixel) * 8 + (c % 8)
            sum = (sum + images[byte] * weightAt(output, depthwise ? 0 : c, a * kernel[1] + b)) | 0
          }
        }
      return sum
    }
    const bytes = rounded && bytesOfPacked(y)
    const added = addend && bytesOfPacked(addend)
    for (let n = 0, at = 0; n < batch; n++)
      for (let block = 0; block < blocks; block++)
        for (let i = 0; i < outHeight; i++)
          for (let j = 0; j < outWidth; j++)
            for (let lane = 0; lane < 8; lane++, at++) {
              const output = 8 * block + lane
              let value = Math.fround(Math.fround(sumOf(n, output, i, j)) * factor.data[output])
              value = Math.fround(value + offset.data[output])
              if (added !== undefined)
                value = Math.fround(
                  value +
                    Math.fround((added[at] - attributes.addend!.zeroPoint) * Math.fround(attributes.addend!.factor)),
                )
              if (rounded === undefined) y.data[at] = value
              else bytes![at] = roundedTo(rounded, value)
            }
  },
  multiplyAdds: ([x], { channels, outputs, depthwise, kernel, size }) =>
    sizeOf([x.shape[0], outputs, ...size, ...kernel]) * (depthwise ? 1 : channels),
})

/** The nearest number of the output's range; NaN becomes the smallest. */
const roundedTo = ({ zeroPoint, low, high }: IntegerOutput, value: number): number => {
  const q = roundHalfToEven(value) + zeroPoint
  return q > low ? Math.min(q, high) : low
}

/** Operands are those of the op. */
export const integerConv2d = (operands: readonly Tensor[], attributes: IntegerConv2dAttributes): Tensor =>
  apply(integerConv2dOp, operands, attributes)

/** Elements of what there is for each channel of the result: those of whole blocks. */
export const outputElements = (outputs: number): number => 8 * packedBlocks(outputs)
