/** Row-major floats to packed integers and back. */
import { range } from '../../../../core/range.ts'
import type { IntegerRange } from '../../../../ops/integers/convert.ts'
import { packedBlocks } from '../../../../ops/integers/packed.ts'
import {
  f32,
  f32x4,
  i32,
  i32x4,
  ifThen,
  Local,
  locals,
  repeat,
  type Statement,
  shuffle32,
  type Value,
  v128,
} from '../../assembler/index.ts'
import type { Buffer } from '../../buffer.ts'
import type { CustomKernel } from '../../custom-kernels.ts'
import { forEachItem } from '../nest.ts'
import { roundVector } from './round.ts'

const pixelsOf = ({ shape: [, , height = 1, width = 1] }: Buffer): number => height * width

/** Four pixels of eight channels at a time: each channel's four floats become the same byte of four numbers, which are then put beside each other. */
export function quantizeKernel([x]: readonly Buffer[], y: Buffer, range8: IntegerRange): CustomKernel {
  const [batch, channels] = x.shape
  const blocks = packedBlocks(channels)
  const pixels = pixelsOf(x)
  const inverse = Math.fround(1 / Math.fround(range8.scale))
  return {
    items: batch * blocks,
    emit(context) {
      const [item, source, target] = locals('i32')
      const bytesOf = (load: Value<'v128'>): Value<'v128'> =>
        v128.and(roundVector(range8, f32x4.mul(load, f32x4.splat(inverse))), i32x4.splat(0xff))
      const fourOf = (first: number, count: number, load: (channel: number) => Value<'v128'>): Value<'v128'> =>
        range(count)
          .map((i) => i32x4.shl(bytesOf(load(first + i)), 8 * i))
          .reduce((a, b) => v128.or(a, b), v128.constI32x4(0, 0, 0, 0))
      const pixelsAt = (count: number, single: boolean): Statement[] => {
        const load = (channel: number): Value<'v128'> =>
          single ? v128.load32Zero(source, channel * pixels * 4) : v128.load(source, channel * pixels * 4)
        const [low, high] = [new Local('v128'), new Local('v128')]
        return [
          low.set(fourOf(0, Math.min(count, 4), load)),
          high.set(fourOf(4, Math.max(count - 4, 0), load)),
          ...(single
            ? [v128.store64Lane(target, shuffle32([0, 4, 1, 5], low, high), 0)]
            : [
                v128.store(target, shuffle32([0, 4, 1, 5], low, high)),
                v128.store(target, shuffle32([2, 6, 3, 7], low, high), 16),
              ]),
          source.advance(single ? 4 : 16),
          target.advance(single ? 8 : 32),
        ]
      }
      const block = (count: number): Statement[] => [
        repeat(pixels >> 2, pixelsAt(count, false)),
        repeat(pixels & 3, pixelsAt(count, true)),
      ]
      const last = channels - 8 * (blocks - 1)
      return [
        forEachItem(context, item, [
          source.set(
            i32.add(
              context.address(x),
              i32.mul(
                i32.add(i32.mul(i32.divU(item, blocks), channels), i32.mul(i32.remU(item, blocks), 8)),
                pixels * 4,
              ),
            ),
          ),
          target.set(i32.add(context.address(y), i32.mul(item, pixels * 8))),
          ...(last === 8 ? block(8) : [ifThen(i32.eq(i32.remU(item, blocks), blocks - 1), block(last), block(8))]),
        ]),
      ]
    },
  }
}

export function dequantizeKernel([x]: readonly Buffer[], y: Buffer, { scale, zeroPoint }: IntegerRange): CustomKernel {
  const [batch, channels] = y.shape
  const blocks = packedBlocks(channels)
  const pixels = pixelsOf(y)
  return {
    items: batch * channels,
    emit(context) {
      const [item, source, target] = locals('i32')
      const channel = i32.remU(item, channels)
      const plane = i32.add(i32.mul(i32.divU(item, channels), blocks), i32.shrU(channel, 3))
      return [
        forEachItem(context, item, [
          source.set(i32.add(i32.add(context.address(x), i32.mul(plane, pixels * 8)), i32.and(channel, 7))),
          target.set(i32.add(context.address(y), i32.mul(item, pixels * 4))),
          repeat(pixels, [
            f32.store(
              target,
              f32.mul(f32.convertI32S(i32.sub(i32.load8S(source), zeroPoint)), f32.const(Math.fround(scale))),
            ),
            source.advance(8),
            target.advance(4),
          ]),
        ]),
      ]
    },
  }
}
