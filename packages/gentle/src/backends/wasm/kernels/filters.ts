/** What convolutions in channels read: filters packed for the pixel tile, and images with zeros around them. */
import { range } from '../../../core/range.ts'
import { f32, i32, ifThen, locals, memoryCopy, memoryFill, repeat, type Statement } from '../assembler/index.ts'
import { type Buffer, channelBlocks, elementBytes, laneBytes } from '../buffer.ts'
import type { Kernel } from '../kernel.ts'
import { forEachItem, nest } from './nest.ts'

/**
 * Filters [O, C, KH, KW] as `[O / 8][C / 8][KH][KW][8 of C][8 of O]` for a source in channels, or `[O / 8][C][KH][KW][8 of O]` for a
 * plain one: the order in which the tile reads them. Missing output channels are 0.
 */
export function packFiltersKernel(filters: Buffer, packed: Buffer, sourceInChannels: boolean): Kernel {
  const [outChannels, channels, height, width] = filters.shape
  const taps = height * width
  const outBytes = channels * taps * 4
  const blocks = Math.ceil(outChannels / 8)
  const together = sourceInChannels ? 8 : 1
  return {
    name: 'packFilters',
    split: { by: 'items', count: blocks },
    reads: [filters],
    writes: [packed],
    emit(context) {
      const [block, source, target] = locals('i32')
      const part = (outs: number, firstChannel: number, turns: number, size: number): Statement[] =>
        nest(
          [turns, taps, size],
          [
            {
              start: i32.add(target, firstChannel * taps * laneBytes),
              strides: [size * taps * laneBytes, size * laneBytes, laneBytes],
            },
            { start: i32.add(source, firstChannel * taps * 4), strides: [size * taps * 4, 4, taps * 4] },
          ],
          ([to, from]) =>
            range(8).map((lane) =>
              f32.store(to, lane < outs ? f32.load(from, lane * outBytes) : f32.const(0), 4 * lane),
            ),
        )
      const whole = Math.floor(channels / together)
      const rest = channels % together
      const all = (outs: number): Statement[] => [
        ...(whole > 0 ? part(outs, 0, whole, together) : []),
        ...(rest > 0 ? part(outs, whole * together, 1, rest) : []),
      ]
      const lastOuts = outChannels - 8 * (blocks - 1)
      return [
        forEachItem(context, block, [
          source.set(i32.add(context.address(filters), i32.mul(block, 8 * outBytes))),
          target.set(i32.add(context.address(packed), i32.mul(block, channels * taps * laneBytes))),
          ...(lastOuts === 8 ? all(8) : [ifThen(i32.eq(block, blocks - 1), all(lastOuts), all(8))]),
        ]),
      ]
    },
  }
}

/** Elements of packed filters. */
export const packedShape = ([outChannels, channels, height, width]: readonly number[]): number[] => [
  Math.ceil(outChannels / 8),
  channels * height * width * 8,
]

/** Images [N, C, H, W] in a larger frame, which is 0 around them; what lies outside the frame is left out. */
export function frameKernel(images: Buffer, framed: Buffer, [top, left]: readonly [number, number]): Kernel {
  const [batch, channels, height, width] = images.shape
  const [, , frameHeight, frameWidth] = framed.shape
  const bytes = elementBytes(images.layout)
  const planes = batch * (images.layout === 'channels' ? channelBlocks(images.shape) : channels)
  const rows = Math.min(height, frameHeight - top)
  const rowBytes = Math.min(width, frameWidth - left) * bytes
  const right = frameWidth * bytes - left * bytes - rowBytes
  const fill = (target: Parameters<typeof memoryFill>[0], size: number): Statement[] =>
    size > 0 ? [memoryFill(target, 0, size)] : []
  return {
    name: 'frame',
    split: { by: 'items', count: planes },
    reads: [images],
    writes: [framed],
    emit(context) {
      const [plane, source, target] = locals('i32')
      const first = i32.const(0)
      const above = top * frameWidth * bytes
      const below = (frameHeight - top - rows) * frameWidth * bytes
      const planeBytes = frameHeight * frameWidth * bytes
      // Windows that skip the image, such as those of one pixel with padding and a stride beyond it, see margins alone.
      if (rows < 1 || rowBytes < 1)
        return [
          forEachItem(
            context,
            plane,
            fill(i32.add(context.address(framed, first), i32.mul(plane, planeBytes)), planeBytes),
          ),
        ]
      return [
        forEachItem(context, plane, [
          source.set(i32.add(context.address(images, first), i32.mul(plane, height * width * bytes))),
          target.set(i32.add(context.address(framed, first), i32.mul(plane, planeBytes))),
          // One row's right margin and the next one's left margin are neighbours.
          ...fill(target, above + left * bytes),
          target.advance(above + left * bytes),
          repeat(rows - 1, [
            memoryCopy(target, source, rowBytes),
            ...fill(i32.add(target, rowBytes), right + left * bytes),
            source.advance(width * bytes),
            target.advance(frameWidth * bytes),
          ]),
          memoryCopy(target, source, rowBytes),
          ...fill(i32.add(target, rowBytes), right + below),
        ]),
      ]
    },
  }
}
