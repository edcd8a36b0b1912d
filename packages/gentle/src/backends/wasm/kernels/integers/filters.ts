/** Filters as integers, in the order of the tile. */
import { range } from '../../../../core/range.ts'
import { sizeOf } from '../../../../core/shape.ts'
import { type FiltersAttributes, largestWeight, packedPlace, signsOf } from '../../../../ops/integers/filters.ts'
import { f32, i32, Local, locals, memoryFill, repeat, type Statement, type Value } from '../../assembler/index.ts'
import type { Buffer } from '../../buffer.ts'
import type { CustomKernel } from '../../custom-kernels.ts'
import { forEachItem } from '../nest.ts'

/** Each item is a block of 8 filters. */
export function packFiltersKernel(
  [w, scale]: readonly Buffer[],
  y: Buffer,
  attributes: FiltersAttributes,
): CustomKernel {
  const { depthwise, sevenBits } = attributes
  const [outputs, channels, height, width] = w.shape
  const taps = height * width
  const [blocks] = y.shape
  const blockBytes = (sizeOf(y.shape) * 4) / blocks
  const place = (channel: number, tap: number): number => packedPlace({ taps, depthwise }, 0, channel, tap)
  return {
    items: blocks,
    emit(context) {
      const [item, source, target] = locals('i32')
      const [distance, q] = [new Local('f32'), new Local('f32')]
      const lane = new Local('i32')
      const whole = (value: Value<'f32'>): Value<'f32'> =>
        f32.max(f32.min(f32.nearest(value), f32.const(largestWeight)), f32.const(-largestWeight))
      const store = (at: number): Statement[] =>
        sevenBits
          ? [i32.store8(target, i32.truncSatF32S(q), at)]
          : signsOf.map((sign, k) =>
              i32.store8(
                target,
                i32.truncSatF32S(f32.max(f32.mul(q, f32.const(sign)), f32.const(0))),
                at + (k * blockBytes) / 2,
              ),
            )
      /** One filter's weights of `count` neighbouring channels, from where the pointers stand. */
      const weights = (count: number): Statement[] =>
        range(count).flatMap((c) =>
          range(taps).flatMap((tap) => [
            q.set(whole(f32.div(f32.load(source, (c * taps + tap) * 4), distance))),
            ...store(place(c, tap)),
          ]),
        )
      const blockOfChannels = depthwise ? 0 : place(8, 0)
      const filter = [
        distance.set(f32.load(i32.add(context.address(scale), i32.mul(i32.add(i32.mul(item, 8), lane), 4)))),
        source.set(i32.add(context.address(w), i32.mul(i32.add(i32.mul(item, 8), lane), channels * taps * 4))),
        target.set(i32.add(i32.add(context.address(y), i32.mul(item, blockBytes)), i32.mul(lane, 4))),
        repeat(channels >> 3, [...weights(8), source.advance(8 * taps * 4), target.advance(blockOfChannels)]),
        ...weights(channels & 7),
        lane.advance(1),
      ]
      return [
        forEachItem(context, item, [
          memoryFill(i32.add(context.address(y), i32.mul(item, blockBytes)), 0, i32.const(blockBytes)),
          lane.set(i32.const(0)),
          repeat(i32.min(i32.sub(outputs, i32.mul(item, 8)), 8), filter),
        ]),
      ]
    },
  }
}
