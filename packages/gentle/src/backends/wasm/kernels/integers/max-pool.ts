/** Max pooling of packed images. */
import { range } from '../../../../core/range.ts'
import type { IntegerPoolAttributes } from '../../../../ops/integers/max-pool.ts'
import { i8x16 } from '../../assembler/i8x16.ts'
import { i32, locals, repeat, v128 } from '../../assembler/index.ts'
import type { Buffer } from '../../buffer.ts'
import type { CustomKernel } from '../../custom-kernels.ts'
import { forEachItem } from '../nest.ts'
import { packedPixelBytes } from './finish.ts'

export function maxPoolKernel(
  [x]: readonly Buffer[],
  y: Buffer,
  { size, stride, dilation, output: [outHeight, outWidth] }: IntegerPoolAttributes,
): CustomKernel {
  const [batch, blocks, height, width] = x.shape
  const row = width * packedPixelBytes
  const taps = range(size[0]).flatMap((a) =>
    range(size[1]).map((b) => a * dilation[0] * row + b * dilation[1] * packedPixelBytes),
  )
  return {
    items: batch * blocks * outHeight,
    emit(context) {
      const [item, source, target] = locals('i32')
      const plane = i32.divU(item, outHeight)
      return [
        forEachItem(context, item, [
          source.set(
            i32.add(
              context.address(x),
              i32.add(i32.mul(plane, height * row), i32.mul(i32.remU(item, outHeight), stride[0] * row)),
            ),
          ),
          target.set(i32.add(context.address(y), i32.mul(item, outWidth * packedPixelBytes))),
          repeat(outWidth, [
            v128.store64Lane(
              target,
              taps.map((tap) => v128.load64Zero(source, tap)).reduce((a, b) => i8x16.maxS(a, b)),
              0,
            ),
            source.advance(stride[1] * packedPixelBytes),
            target.advance(packedPixelBytes),
          ]),
        ]),
      ]
    },
  }
}
