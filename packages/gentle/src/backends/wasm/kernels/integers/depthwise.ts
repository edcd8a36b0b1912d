/**
 * Convolutions of packed integers in which each channel has a filter of its own: eight channels of a pixel at a time. Four taps' bytes of each channel are brought beside
 * each other, so that one instruction adds four products to each of four sums.
 */
import { range } from '../../../../core/range.ts'
import { sizeOf } from '../../../../core/shape.ts'
import type { IntegerConv2dAttributes } from '../../../../ops/integers/convolution.ts'
import { tapsTogether } from '../../../../ops/integers/filters.ts'
import { i32, i32x4, Local, locals, repeat, type Statement, shuffle, type Value, v128 } from '../../assembler/index.ts'
import type { Buffer } from '../../buffer.ts'
import type { CustomKernel } from '../../custom-kernels.ts'
import { forEachItem } from '../nest.ts'
import { dotBytes } from './dot.ts'
import { finishTile, operandsOf, packedPixelBytes, resultPixelBytes } from './finish.ts'

type Vector = Value<'v128'>

/** Neighbours of a row that are computed together. */
const mostPixels = 4

/** Bytes, or pairs of them, of the lower or upper halves of two vectors in turns. */
const interleave = (a: Vector, b: Vector, size: 1 | 2, first: 0 | 8): Vector =>
  shuffle(
    range(16).map((i) => {
      const unit = Math.floor(i / size)
      return first + (unit % 2) * 16 + Math.floor(unit / 2) * size + (i % size)
    }),
    a,
    b,
  )

/** Each item is a row of a block of channels. */
export function integerDepthwise(
  operands: readonly Buffer[],
  output: Buffer,
  attributes: IntegerConv2dAttributes,
): CustomKernel {
  const { source, filters, start, factor, offset, addend } = operandsOf(operands)
  const { kernel, stride, dilation, sevenBits } = attributes
  const [batch, , height, width] = source.shape
  const [, blocks, outHeight, outWidth] = output.shape
  const row = width * packedPixelBytes
  const taps = range(kernel[0]).flatMap((a) =>
    range(kernel[1]).map((b) => a * dilation[0] * row + b * dilation[1] * packedPixelBytes),
  )
  const groups = range(Math.ceil(taps.length / tapsTogether)).map((group) =>
    taps.slice(group * tapsTogether, (group + 1) * tapsTogether),
  )
  const blockBytes = (sizeOf(filters.shape) * 4) / blocks
  const step = stride[1] * packedPixelBytes
  const resultBytes = resultPixelBytes(attributes)
  return {
    items: batch * blocks * outHeight,
    workspaceBytes: mostPixels * 32,
    emit(context) {
      const dot = dotBytes()
      const [item, x, w, sums] = locals('i32')
      const pointers = { output: new Local('i32'), addend: new Local('i32') }
      const plane = i32.divU(item, outHeight)
      const channel = i32.mul(i32.remU(plane, blocks), 32)
      const [starts, factors, offsets] = locals('i32')

      const sumsOf = (pixel: number, stored: number): Statement[] => {
        const halves = [new Local('v128'), new Local('v128')]
        const add = (group: readonly number[], at: number): Statement[] => {
          // Taps that the last group does not have meet weights of 0.
          const load = (tap: number): Vector => v128.load64Zero(x, pixel * step + (group[tap] ?? group[0]))
          const pairs = [new Local('v128'), new Local('v128')]
          return [
            ...pairs.map((pair, k) => pair.set(interleave(load(2 * k), load(2 * k + 1), 1, 0))),
            ...halves.map((sum, k) => {
              const bytes = interleave(pairs[0], pairs[1], 2, k === 0 ? 0 : 8)
              const weights = v128.load(w, at + 16 * k)
              return sum.set(sevenBits ? dot(weights, bytes, sum) : dot(bytes, weights, sum))
            }),
          ]
        }
        const turn = (first: number): Statement[] => groups.flatMap((group, i) => add(group, first + 32 * i))
        const begin = (k: number): Vector => v128.load(starts, 16 * k)
        return [
          ...(sevenBits
            ? halves.map((sum, k) => sum.set(begin(k)))
            : [
                ...halves.map((sum) => sum.set(v128.constI32x4(0, 0, 0, 0))),
                ...turn(0),
                ...halves.map((sum, k) => sum.set(i32x4.sub(begin(k), sum))),
              ]),
          ...turn(sevenBits ? 0 : blockBytes / 2),
          ...halves.map((sum, k) => v128.store(sums, sum, stored + 16 * k)),
        ]
      }
      const pixels = (count: number): Statement[] => [
        ...range(count).flatMap((pixel) => sumsOf(pixel, 32 * pixel)),
        ...finishTile(
          attributes,
          range(count).map((at) => ({ at, block: 0 })),
          { sums, ...pointers, factor: factors, offset: offsets },
        ),
        x.advance(count * step),
        pointers.output.advance(count * resultBytes),
        pointers.addend.advance(count * packedPixelBytes),
      ]
      return [
        sums.set(context.workspace),
        forEachItem(context, item, [
          x.set(
            i32.add(
              context.address(source),
              i32.add(i32.mul(plane, height * row), i32.mul(i32.remU(item, outHeight), stride[0] * row)),
            ),
          ),
          w.set(i32.add(context.address(filters), i32.mul(i32.remU(plane, blocks), blockBytes))),
          starts.set(i32.add(context.address(start), channel)),
          factors.set(i32.add(context.address(factor), channel)),
          offsets.set(i32.add(context.address(offset), channel)),
          pointers.output.set(i32.add(context.address(output), i32.mul(item, outWidth * resultBytes))),
          ...(addend === undefined
            ? []
            : [pointers.addend.set(i32.add(context.address(addend), i32.mul(item, outWidth * packedPixelBytes)))]),
          repeat(Math.floor(outWidth / mostPixels), pixels(mostPixels)),
          ...(outWidth % mostPixels > 0 ? pixels(outWidth % mostPixels) : []),
        ]),
      ]
    },
  }
}
