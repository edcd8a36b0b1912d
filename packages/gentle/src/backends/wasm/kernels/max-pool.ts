/** Max pooling on a batch in lanes or in channels, and its gradients in lanes. */
import type { Pool2dAttributes } from '../../../ops/pool2d.ts'
import { countedLoop, f32x4, i32, i32x4, Local, locals, type Statement, type Value, v128 } from '../assembler/index.ts'
import type { Buffer } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { storeTogether } from './expression.ts'
import { byBlocks, channelsOf, clearChannels, forEachWindow, halves, type Pixel, windowsTile } from './pool.ts'

type Vector = Value<'v128'>

/** Largest of some vectors, where none is NaN; else, where it is not the first, as if the NaN were not there. */
const largest = (vectors: readonly Vector[]): Vector => vectors.reduce((best, value) => f32x4.pmax(best, value))

/**
 * Largest pixel of each window, NaN where one is. Not to lose a NaN takes two instructions a pixel beside the one of `pmax`; `max`, which does not lose it, takes eight.
 */
export const maxPoolKernel = (x: Buffer, y: Buffer, attributes: Pool2dAttributes): Kernel => ({
  name: 'maxPool2d',
  split: byBlocks(y),
  reads: [x],
  writes: [y],
  emit: (context) =>
    forEachWindow(context, attributes, { image: [x], pooled: [y] }, ([image], [pooled], pixels) =>
      storeTogether(
        pooled,
        halves.map((half) => {
          const [best, lost, value] = locals('v128')
          const [first, ...others] = pixels
          return {
            statements: [
              best.set(v128.load(image, first.offset + half)),
              lost.set(v128.constI32x4(0, 0, 0, 0)),
              ...others.flatMap(({ offset }) => [
                value.set(v128.load(image, offset + half)),
                best.set(f32x4.pmax(best, value)),
                lost.set(v128.or(lost, f32x4.ne(value, value))),
              ]),
            ],
            // All bits of a lane set are a NaN.
            value: v128.or(best, lost),
          }
        }),
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

/** One channel after the other, so that what windows near edges and within read again, and what they add to, is in the cache. */
function eachChannel(
  context: KernelContext,
  buffer: Buffer,
  code: (ofChannel: KernelContext) => Statement[],
): Statement[] {
  if (channelsOf(buffer) === 1) return code(context)
  const channel = new Local('i32')
  const { from, to } = context
  return [
    countedLoop(channel, i32.sub(to, from), code({ ...context, from: channel, to: i32.add(channel, 1) }), { from }),
  ]
}

/**
 * Gives each window's value to the pixel that won: the first that equals the largest, and where that is NaN, the first of all. Where windows tile the image, values are written, and not added up.
 */
export const maxPoolScatterKernel = (x: Buffer, dy: Buffer, dx: Buffer, attributes: Pool2dAttributes): Kernel => {
  const { dilation = [1, 1] } = attributes
  const tiled = windowsTile(x.shape, attributes) && dilation.every((n) => n === 1)
  return {
    name: 'maxPool2dScatter',
    split: byBlocks(dx),
    reads: [x, dy],
    writes: [dx],
    emit: (whole) =>
      eachChannel(whole, dx, (context) => [
        ...(tiled ? [] : [clearChannels(dx, context)]),
        ...forEachWindow(
          context,
          attributes,
          { image: [x, dx], pooled: [dy] },
          ([image, gradient], [pooled], pixels) => {
            const [first, ...others] = pixels
            const states = halves.map((half) => {
              const [best, value, taken] = locals('v128')
              const kept = pixels.map(() => new Local('v128'))
              const isBest = (pixel: Pixel): Vector => f32x4.eq(kept[pixels.indexOf(pixel)], best)
              return { half, best, value, taken, isBest, kept }
            })
            /** Both halves are stored one after the other, where the engine looks for vectors to join. */
            const give = ({ offset }: Pixel, shares: readonly Vector[]): Statement[] =>
              storeTogether(
                gradient,
                shares.map((share, i) => ({
                  statements: [],
                  value: tiled ? share : f32x4.add(v128.load(gradient, offset + halves[i]), share),
                })),
                offset,
              )
            return [
              ...states.flatMap(({ half, best, value, taken, isBest, kept }) => [
                ...pixels.map(({ offset }, i) => kept[i].set(v128.load(image, offset + half))),
                best.set(largest(kept)),
                value.set(v128.load(pooled, half)),
                taken.set(isBest(first)),
              ]),
              ...others.flatMap((pixel) => {
                const wins = states.map(() => new Local('v128'))
                return [
                  ...states.flatMap(({ taken, isBest }, i) => [
                    wins[i].set(v128.andnot(isBest(pixel), taken)),
                    taken.set(v128.or(taken, wins[i])),
                  ]),
                  ...give(
                    pixel,
                    states.map(({ value }, i) => v128.and(wins[i], value)),
                  ),
                ]
              }),
              ...give(
                first,
                states.map(({ value, taken, isBest }) => v128.and(v128.or(isBest(first), v128.not(taken)), value)),
              ),
            ]
          },
        ),
      ]),
  }
}

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
