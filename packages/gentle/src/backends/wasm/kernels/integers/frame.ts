/** Packed images in a larger frame. */
import type { FrameAttributes } from '../../../../ops/integers/frame.ts'
import { i32, locals, memoryCopy, memoryFill, repeat, type Statement } from '../../assembler/index.ts'
import type { Buffer } from '../../buffer.ts'
import type { CustomKernel } from '../../custom-kernels.ts'
import { forEachItem } from '../nest.ts'
import { packedPixelBytes } from './finish.ts'

export function frameKernel(
  [x]: readonly Buffer[],
  y: Buffer,
  { before: [top, left], value }: FrameAttributes,
): CustomKernel {
  const [batch, blocks, height, width] = x.shape
  const [, , frameHeight, frameWidth] = y.shape
  const row = frameWidth * packedPixelBytes
  const rows = Math.min(height, frameHeight - top)
  const inside = Math.min(width, frameWidth - left) * packedPixelBytes
  const before = left * packedPixelBytes
  const after = row - before - inside
  return {
    items: batch * blocks,
    emit(context) {
      const [plane, source, target] = locals('i32')
      const fill = (at: number, bytes: number): Statement[] =>
        bytes > 0 ? [memoryFill(i32.add(target, at), value & 0xff, bytes)] : []
      const none = rows < 1 || inside < 1
      return [
        forEachItem(context, plane, [
          source.set(i32.add(context.address(x), i32.mul(plane, height * width * packedPixelBytes))),
          target.set(i32.add(context.address(y), i32.mul(plane, frameHeight * row))),
          ...(none
            ? fill(0, frameHeight * row)
            : [
                // One row's right margin and the next one's left margin are neighbours.
                ...fill(0, top * row + before),
                target.advance(top * row + before),
                repeat(rows - 1, [
                  memoryCopy(target, source, inside),
                  ...fill(inside, after + before),
                  source.advance(width * packedPixelBytes),
                  target.advance(row),
                ]),
                memoryCopy(target, source, inside),
                ...fill(inside, after + (frameHeight - top - rows) * row),
              ]),
        ]),
      ]
    },
  }
}
