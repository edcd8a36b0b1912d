/** Mean pooling on a batch in lanes or in channels, its gradient in lanes, and windows of all pooling. Windows near an edge run code that was emitted without the pixels outside. */
import type { Tensor } from '../../../graph/tensor.ts'
import { type AvgPool2dAttributes, countedAlong, type Pool2dAttributes } from '../../../ops/pool2d.ts'
import { f32x4, i32, type Local, locals, memoryFill, type Statement, type Value, v128 } from '../assembler/index.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { type Computed, emitExpression, storeTogether } from './expression.ts'
import { sharedNest } from './nest.ts'
import { forwardAxes, type Segment, segmentsOf } from './sliding-axis.ts'
import { type Epilogue, nameWith } from './tile.ts'

type Vector = Value<'v128'>

const splat = (value: number): Vector => v128.constF32x4(value, value, value, value)

/** A pixel of a window: its number within the whole window, and its distance in bytes from the window's first pixel inside. */
export interface Pixel {
  readonly index: number
  readonly offset: number
}

/** What moves along the image, window by window or pixel by pixel. */
interface Walk {
  readonly image: readonly Buffer[]
  readonly pooled: readonly Buffer[]
}

/** Channels that a block has side by side. */
export const channelsOf = ({ layout, shape }: Buffer): number => (layout === 'channels' ? 1 : shape[1])

/**
 * Runs `body` at every window of every channel, with pointers to the first pixel inside the image and to the pooled place. It is emitted
 * anew where windows have other pixels outside, and told the row and column of the first such window.
 */
export function forEachWindow(
  context: KernelContext,
  attributes: Pool2dAttributes,
  { image, pooled }: Walk,
  body: (
    image: readonly Local<'i32'>[],
    pooled: readonly Local<'i32'>[],
    pixels: readonly Pixel[],
    first: readonly [number, number],
  ) => Statement[],
): Statement[] {
  const [height, width] = image[0].shape.slice(2)
  const [outHeight, outWidth] = pooled[0].shape.slice(2)
  const channels = channelsOf(image[0])
  const { size, stride, padding, dilation = [1, 1] } = attributes
  const segments = (extent: number, outExtent: number, axis: 0 | 1): Segment[] =>
    segmentsOf(
      forwardAxes({
        size: extent,
        outSize: outExtent,
        kernel: size[axis],
        stride: stride[axis],
        padding: padding[axis],
        dilation: dilation[axis],
      })[0],
    )
  return segments(height, outHeight, 0).flatMap((rows) =>
    segments(width, outWidth, 1).flatMap((columns) => {
      const firstRow = rows.from * stride[0] - padding[0] + rows.firstTap * dilation[0]
      const firstColumn = columns.from * stride[1] - padding[1] + columns.firstTap * dilation[1]
      const pixels = Array.from({ length: rows.taps * columns.taps }, (_, i) => {
        const row = Math.floor(i / columns.taps)
        const column = i % columns.taps
        return {
          index: (rows.firstTap + row) * size[1] + columns.firstTap + column,
          offset: (row * dilation[0] * width + column * dilation[1]) * laneBytes,
        }
      })
      const imageStrides = [height * width, stride[0] * width, stride[1]].map((n) => n * laneBytes)
      const pooledStrides = [outHeight * outWidth, outWidth, 1].map((n) => n * laneBytes)
      const streams = [
        ...image.map((buffer) => ({
          start: i32.add(context.address(buffer), (firstRow * width + firstColumn) * laneBytes),
          strides: imageStrides,
        })),
        ...pooled.map((buffer) => ({
          start: i32.add(context.address(buffer), (rows.from * outWidth + columns.from) * laneBytes),
          strides: pooledStrides,
        })),
      ]
      return sharedNest(context, [channels, rows.count, columns.count], streams, (pointers) =>
        body(pointers.slice(0, image.length), pointers.slice(image.length), pixels, [rows.from, columns.from]),
      )
    }),
  )
}

/** By blocks, whose channels are independent. */
export const byBlocks = (buffer: Buffer) => ({ by: 'blocks', count: buffer.blocks, parts: channelsOf(buffer) }) as const

/** Zeros in those channels of a block that are computed. */
export function clearChannels(buffer: Buffer, context: KernelContext): Statement {
  const bytes = buffer.blockBytes / channelsOf(buffer)
  const { from, to } = context
  return memoryFill(i32.add(context.address(buffer), i32.mul(from, bytes)), 0, i32.mul(i32.sub(to, from), bytes))
}

/** Where the two vectors of a block begin. */
export const halves = [0, 16]

const emitEpilogue = (
  epilogue: Epilogue | undefined,
  value: Vector,
  context: KernelContext,
  operand: (leaf: Tensor) => Vector,
): Computed =>
  epilogue === undefined
    ? { statements: [], value }
    : emitExpression(epilogue.nodes, (leaf) => (leaf === epilogue.producer ? value : operand(leaf)), context)

/** What each pixel of a window adds to its mean. Windows with the same pixels outside have the same share: those cut off begin alike. */
const shareOf = (image: Buffer, attributes: AvgPool2dAttributes, [row, column]: readonly [number, number]): Vector =>
  splat(1 / (countedAlong(row, image.shape[2], attributes, 0) * countedAlong(column, image.shape[3], attributes, 1)))

/** Mean of each window. */
export const avgPoolKernel = (x: Buffer, y: Buffer, attributes: AvgPool2dAttributes): Kernel => ({
  name: 'avgPool2d',
  split: byBlocks(y),
  reads: [x],
  writes: [y],
  emit: (context) =>
    forEachWindow(context, attributes, { image: [x], pooled: [y] }, ([image], [pooled], pixels, first) =>
      storeTogether(
        pooled,
        halves.map((half) => {
          const sum = pixels.map(({ offset }) => v128.load(image, offset + half)).reduce((a, b) => f32x4.add(a, b))
          return { statements: [], value: f32x4.mul(sum, shareOf(x, attributes, first)) }
        }),
        0,
      ),
    ),
})

/** Whether windows cover every pixel exactly once: then the gradient is written, and not added up. */
export const windowsTile = (inputShape: readonly number[], { size, stride, padding }: Pool2dAttributes): boolean =>
  [0, 1].every((axis) => stride[axis] === size[axis] && padding[axis] === 0 && inputShape[2 + axis] % size[axis] === 0)

/** Shares each window's value equally among its pixels; where windows tile, elementwise nodes can follow. */
export const avgPoolGradientKernel = (
  dy: Buffer,
  dx: Buffer,
  attributes: AvgPool2dAttributes,
  epilogue?: Epilogue,
): Kernel => {
  const elements = (epilogue?.operands ?? []).filter(({ along }) => along === 'elements')
  const tiled = windowsTile(dx.shape, attributes)
  const written = (context: KernelContext): Statement[] =>
    forEachWindow(
      context,
      attributes,
      { image: [dx, ...elements.map(({ buffer }) => buffer)], pooled: [dy] },
      ([gradient, ...operands], [pooled], pixels, first) =>
        halves.flatMap((half) => {
          const [value] = locals('v128')
          return [
            value.set(f32x4.mul(v128.load(pooled, half), shareOf(dx, attributes, first))),
            ...pixels.flatMap(({ offset }) => {
              const result = emitEpilogue(epilogue, value, context, (leaf) => {
                const k = elements.findIndex((operand) => operand.leaf === leaf)
                return v128.load(operands[k], offset + half)
              })
              return [...result.statements, v128.store(gradient, result.value, offset + half)]
            }),
          ]
        }),
    )
  const added = (context: KernelContext): Statement[] => [
    clearChannels(dx, context),
    ...forEachWindow(context, attributes, { image: [dx], pooled: [dy] }, ([gradient], [pooled], pixels, first) =>
      halves.flatMap((half) => {
        const [value] = locals('v128')
        return [
          value.set(f32x4.mul(v128.load(pooled, half), shareOf(dx, attributes, first))),
          ...pixels.map(({ offset }) =>
            v128.store(gradient, f32x4.add(v128.load(gradient, offset + half), value), offset + half),
          ),
        ]
      }),
    ),
  ]
  return {
    name: nameWith(epilogue, 'avgPool2dGradient'),
    split: byBlocks(dx),
    reads: [dy, ...elements.map(({ buffer }) => buffer)],
    writes: [dx],
    emit: tiled ? written : added,
  }
}
