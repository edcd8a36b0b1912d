/** Max pooling on a batch in lanes or in channels, and its gradients in lanes. */
import type { Pool2dAttributes } from '../../../ops/pool2d.ts'
import { f32x4, i32x4, type Local, locals, type Value, v128 } from '../assembler/index.ts'
import type { Buffer } from '../buffer.ts'
import type { Kernel } from '../kernel.ts'
import { storeTogether } from './expression.ts'
import { byBlocks, clearChannels, forEachWindow, halves, type Pixel } from './pool.ts'

type Vector = Value<'v128'>

/** Largest pixel of each window. */
export const maxPoolKernel = (x: Buffer, y: Buffer, attributes: Pool2dAttributes): Kernel => ({
  name: 'maxPool2d',
  split: byBlocks(y),
  reads: [x],
  writes: [y],
  emit: (context) =>
    forEachWindow(context, attributes, { image: [x], pooled: [y] }, ([image], [pooled], pixels) =>
      storeTogether(
        pooled,
        halves.map((half) => ({
          statements: [],
          value: pixels.map(({ offset }) => v128.load(image, offset + half)).reduce((a, b) => f32x4.max(a, b)),
        })),
        0,
      ),
    ),
})

/** Number, within the window, of each lane's first largest pixel. */
function winners(image: Local<'i32'>, pixels: readonly Pixel[], half: number) {
  const [best, winner, value, wins] = locals('v128')
  const indexOf = (index: number): Vector => v128.constI32x4(index, index, index, index)
  const statements = pixels.flatMap(({ index, offset }, i) => {
    if (i === 0) return [best.set(v128.load(image, offset + half)), winner.set(indexOf(index))]
    return [
      value.set(v128.load(image, offset + half)),
      wins.set(f32x4.gt(value, best)),
      best.set(v128.bitselect(value, best, wins)),
      winner.set(v128.bitselect(indexOf(index), winner, wins)),
    ]
  })
  return { statements, won: (index: number): Vector => i32x4.eq(winner, indexOf(index)) }
}

/** Gives each window's value to the pixel that won. */
export const maxPoolScatterKernel = (x: Buffer, dy: Buffer, dx: Buffer, attributes: Pool2dAttributes): Kernel => ({
  name: 'maxPool2dScatter',
  split: byBlocks(dx),
  reads: [x, dy],
  writes: [dx],
  emit: (context) => [
    clearChannels(dx, context),
    ...forEachWindow(context, attributes, { image: [x, dx], pooled: [dy] }, ([image, gradient], [pooled], pixels) =>
      halves.flatMap((half) => {
        const { statements, won } = winners(image, pixels, half)
        const [value] = locals('v128')
        return [
          ...statements,
          value.set(v128.load(pooled, half)),
          ...pixels.map(({ index, offset }) =>
            v128.store(
              gradient,
              f32x4.add(v128.load(gradient, offset + half), v128.and(won(index), value)),
              offset + half,
            ),
          ),
        ]
      }),
    ),
  ],
})

/** Takes another tensor's value at each window's winning pixel. */
export const maxPoolGatherKernel = (x: Buffer, values: Buffer, y: Buffer, attributes: Pool2dAttributes): Kernel => ({
  name: 'maxPool2dGather',
  split: byBlocks(y),
  reads: [x, values],
  writes: [y],
  emit: (context) =>
    forEachWindow(context, attributes, { image: [x, values], pooled: [y] }, ([image, other], [pooled], pixels) =>
      halves.flatMap((half) => {
        const { statements, won } = winners(image, pixels, half)
        const taken = pixels
          .map(({ index, offset }) => v128.and(won(index), v128.load(other, offset + half)))
          .reduce((a, b) => v128.or(a, b))
        return [...statements, v128.store(pooled, taken, half)]
      }),
    ),
})
