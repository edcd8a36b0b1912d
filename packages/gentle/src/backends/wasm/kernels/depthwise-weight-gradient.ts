/**
 * The gradient of depthwise convolutions' filters, on a batch in lanes: a filter sees one channel, so all of its taps have their sums in registers while the places of the channel pass. A
 * value of dy and one of the image for each tap feed as many multiply-adds, and the image's rows are in the first-level cache from one filter row to the next.
 *
 * Lanes stay apart over some blocks of images, then they are added up. Where the engine joins vectors, sums are of the 8 lanes of a block, else of 4, to which both halves are added. Places near an
 * edge run code that was emitted without the taps outside. Threads share the channels.
 */
import { range } from '../../../core/range.ts'
import { sizeOf } from '../../../core/shape.ts'
import { type Conv2dAttributes, type Conv2dSizes, conv2dMultiplyAdds } from '../../../ops/conv2d.ts'
import {
  call,
  countedLoop,
  type FunctionHandle,
  f32,
  f32x4,
  i32,
  ifThen,
  Local,
  locals,
  memoryFill,
  repeat,
  type Statement,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { horizontalSum } from './convert.ts'
import { forEachItem } from './nest.ts'
import { forwardAxes, type Segment, segmentsOf } from './sliding-axis.ts'

/** Taps whose sums fit into the registers. */
export const maxDepthwiseTaps = 12

/** Places of all blocks whose sums stay apart by lanes: adding them up should take little beside them, and long sums lose digits. */
const placesTogether = 512

/** dw [C, 1, height, width] from x and dy in lanes, of as many groups as channels. */
export function depthwiseWeightGradientKernel(
  x: Buffer,
  dy: Buffer,
  dw: Buffer,
  sizes: Conv2dSizes,
  attributes: Conv2dAttributes,
): Kernel {
  const { height, width, outHeight, outWidth, kernel } = sizes
  const { stride, padding, dilation } = attributes
  const taps = sizeOf(kernel)
  const planeBytes = height * width * laneBytes
  const outPlaneBytes = outHeight * outWidth * laneBytes
  const segments = (axis: 0 | 1): Segment[] =>
    segmentsOf(
      forwardAxes({
        size: [height, width][axis],
        outSize: [outHeight, outWidth][axis],
        kernel: kernel[axis],
        stride: stride[axis],
        padding: padding[axis],
        dilation: dilation[axis],
      })[0],
    ).filter((segment) => segment.taps > 0)
  const blocksTogether = Math.ceil(placesTogether / (outHeight * outWidth))

  /** A function (x, dy, sums, rows, columns) that adds to the sums of some filter rows and columns what a rectangle of places gives. */
  const emitPlaces = (context: KernelContext, rowTaps: number, columnTaps: number): FunctionHandle => {
    const parameters = { x: 'i32', dy: 'i32', sums: 'i32', rows: 'i32', columns: 'i32' } as const
    const halves = context.wide ? [[0, 16]] : [[0], [16]]
    return context.module.function(`depthwise places ${rowTaps} x ${columnTaps}`, parameters, undefined, (p) => {
      const ofTaps = range(rowTaps * columnTaps).map((i) => {
        const [row, column] = [Math.floor(i / columnTaps), i % columnTaps]
        return {
          at: (row * dilation[0] * width + column * dilation[1]) * laneBytes,
          kept: (row * kernel[1] + column) * laneBytes,
          sums: halves[0].map(() => new Local('v128')),
        }
      })
      const gradient = halves[0].map(() => new Local('v128'))
      const place = halves.flatMap((offsets) => [
        ...offsets.map((offset, h) => gradient[h].set(v128.load(p.dy, offset))),
        ...ofTaps.flatMap(({ at, sums }) =>
          sums.map((sum, h) => sum.set(context.math.multiplyAdd(gradient[h], v128.load(p.x, at + offsets[h]), sum))),
        ),
      ])
      const [xNext, dyNext] = locals('i32')
      const keptAt = (kept: number, h: number): number => kept + 16 * h
      return [
        ...ofTaps.flatMap(({ kept, sums }) => sums.map((sum, h) => sum.set(v128.load(p.sums, keptAt(kept, h))))),
        xNext.set(i32.sub(stride[0] * width * laneBytes, i32.mul(p.columns, stride[1] * laneBytes))),
        dyNext.set(i32.sub(outWidth * laneBytes, i32.mul(p.columns, laneBytes))),
        repeat(p.rows, [
          repeat(p.columns, [...place, p.x.advance(stride[1] * laneBytes), p.dy.advance(laneBytes)]),
          p.x.advance(xNext),
          p.dy.advance(dyNext),
        ]),
        ...ofTaps.flatMap(({ kept, sums }) => sums.map((sum, h) => v128.store(p.sums, sum, keptAt(kept, h)))),
      ]
    })
  }

  return {
    name: 'depthwiseWeightGradient',
    split: { by: 'items', count: sizes.outChannels },
    reads: [x, dy],
    writes: [dw],
    workspaceBytes: taps * laneBytes,
    multiplyAdds: conv2dMultiplyAdds(sizes, attributes),
    key: attributes,
    emit(context) {
      const [channel, block, source, gradient, target] = locals('i32')
      const functions = new Map<string, FunctionHandle>()
      const functionOf = (rowTaps: number, columnTaps: number): FunctionHandle => {
        const key = `${rowTaps} ${columnTaps}`
        const made = functions.get(key) ?? emitPlaces(context, rowTaps, columnTaps)
        functions.set(key, made)
        return made
      }
      const ofBlock = segments(0).flatMap((rows) =>
        segments(1).map((columns) => {
          const row = rows.from * stride[0] - padding[0] + rows.firstTap * dilation[0]
          const column = columns.from * stride[1] - padding[1] + columns.firstTap * dilation[1]
          return call(
            functionOf(rows.taps, columns.taps),
            i32.add(source, (row * width + column) * laneBytes),
            i32.add(gradient, (rows.from * outWidth + columns.from) * laneBytes),
            i32.add(context.workspace, (rows.firstTap * kernel[1] + columns.firstTap) * laneBytes),
            rows.count,
            columns.count,
          ) as Statement
        }),
      )
      const start = (buffer: Buffer, bytes: number): Value<'i32'> =>
        i32.add(context.address(buffer, block), i32.mul(channel, bytes))
      const addLanes = range(taps).map((tap) => {
        const low = v128.load(context.workspace, tap * laneBytes)
        const lanes = context.wide ? f32x4.add(low, v128.load(context.workspace, tap * laneBytes + 16)) : low
        return f32.store(target, f32.add(f32.load(target, 4 * tap), horizontalSum(lanes)), 4 * tap)
      })
      const clear = memoryFill(context.workspace, 0, taps * laneBytes)
      const flush = [...addLanes, clear]
      return [
        clear,
        forEachItem(context, channel, [
          target.set(i32.add(context.address(dw), i32.mul(channel, taps * 4))),
          memoryFill(target, 0, taps * 4),
          countedLoop(block, x.blocks, [
            source.set(start(x, planeBytes)),
            gradient.set(start(dy, outPlaneBytes)),
            ...ofBlock,
            ...(blocksTogether === 1 ? flush : [ifThen(i32.eqz(i32.remU(i32.add(block, 1), blocksTogether)), flush)]),
          ]),
          ...(x.blocks % blocksTogether === 0 ? [] : flush),
        ]),
      ]
    },
  }
}
