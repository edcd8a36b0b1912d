/**
 * Sums of the squares of x - mean(x) over images: batch norm's variance. The mean is known when all images have been read, and to read
 * them again then is to read them from memory. So each block of 8 images takes the squares around its own mean while it is in the cache,
 * and the parts are put together by what the means differ (Chan, Golub, LeVeque, "Updating Formulae and a Pairwise Algorithm for
 * Computing Sample Variances", 1979, eq. 2.1). No digits are lost where the mean is large, as they are with the sum of the squares of x.
 */

import { sizeOf } from '../../../core/shape.ts'
import {
  countedLoop,
  f32,
  f32x4,
  f64,
  i32,
  Local,
  locals,
  type Statement,
  select,
  type Value,
} from '../assembler/index.ts'
import { type Buffer, lastBlockImages } from '../buffer.ts'
import type { Kernel } from '../kernel.ts'
import { blockSize } from '../layout/layout.ts'
import { horizontalSum, lastBlockMasks } from './convert.ts'
import { type Expression, storedValues } from './map.ts'
import { forEachItem, sharedNest } from './nest.ts'
import { foldBlocks } from './reduce.ts'

type Vector = Value<'v128'>

/** Numbers that go into one sum of a block's first so many images. */
const countOf = (x: Buffer, output: Buffer, images: number): number =>
  (images * sizeOf(x.shape.slice(1))) / output.elements

/** What a sum per block adds: the squares of the distances of values from a number. */
const squaresAround = (values: Expression, mean: Vector): Expression => ({
  ...values,
  compute(vectors, context) {
    const distance = new Local('v128')
    const { statements, value } = values.compute(vectors, context)
    return {
      statements: [...statements, distance.set(f32x4.sub(value, mean))],
      value: f32x4.mul(distance, distance),
    }
  },
})

/** Each block's means, and sums of squares around them, as [blocks, 2, ...]; `axes`, that are summed over, count from the axis after the batch. */
export function squaresByBlockKernel(x: Buffer, axes: readonly number[], partial: Buffer, output: Buffer): Kernel {
  const values = storedValues(x)
  const { extents, streams, fold } = foldBlocks('sum', values, axes, 4)
  const rowBytes = output.elements * 4
  return {
    name: 'squares by block',
    split: { by: 'blocks', count: x.blocks, parts: extents[0] },
    reads: [x],
    writes: [partial],
    key: [axes, output.elements],
    emit(context) {
      const [share, mean] = locals('f32')
      const around = new Local('v128')
      const masks = lastBlockMasks(x, context)
      const [whole, last] = [blockSize, lastBlockImages(x)].map((images) => f32.const(1 / countOf(x, output, images)))
      const row = i32.add(context.address(partial), i32.mul(context.block, 2 * rowBytes))
      const total = (totals: readonly Local<'v128'>[]): Value<'f32'> => {
        const [first, second] = masks.apply(totals)
        return horizontalSum(f32x4.add(first, second))
      }
      return [
        ...masks.set,
        share.set(select(last, whole, i32.eq(context.block, x.blocks - 1))),
        ...sharedNest(context, extents, streams(context, row), ([target, ...sources]) => {
          const sums = fold(context, sources)
          const squares = fold(context, sources, squaresAround(values, around))
          return [
            ...sums.statements,
            mean.set(f32.mul(total(sums.totals), share)),
            around.set(f32x4.splat(mean)),
            f32.store(target, mean),
            ...squares.statements,
            f32.store(target, total(squares.totals), rowBytes),
          ]
        }),
      ]
    },
  }
}

/** The blocks' parts put together, around the mean of all, in float64. */
export function squaresOfAllKernel(x: Buffer, partial: Buffer, output: Buffer): Kernel {
  const rowBytes = output.elements * 4
  const [count, lastCount] = [blockSize, lastBlockImages(x)].map((images) => countOf(x, output, images))
  const all = count * (x.blocks - 1) + lastCount
  return {
    name: 'squares',
    split: { by: 'items', count: output.elements },
    reads: [partial],
    writes: [output],
    key: [x.shape, x.layout],
    emit(context) {
      const [item, block, source] = locals('i32')
      const [mean, squares, distance] = locals('f64')
      const load = (row: number): Value<'f64'> => f64.promoteF32(f32.load(source, row * rowBytes))
      const eachBlock = (body: (count: number) => Statement[]): Statement[] => [
        source.set(i32.add(context.address(partial), i32.mul(item, 4))),
        countedLoop(block, x.blocks - 1, [...body(count), source.advance(2 * rowBytes)]),
        ...body(lastCount),
      ]
      return [
        forEachItem(context, item, [
          mean.set(f64.const(0)),
          ...eachBlock((count) => [mean.set(f64.add(mean, f64.mul(load(0), f64.const(count / all))))]),
          squares.set(f64.const(0)),
          ...eachBlock((count) => [
            distance.set(f64.sub(load(0), mean)),
            squares.set(f64.add(squares, f64.add(load(1), f64.mul(f64.mul(distance, distance), f64.const(count))))),
          ]),
          f32.store(i32.add(context.address(output), i32.mul(item, 4)), f32.demoteF64(squares)),
        ]),
      ]
    },
  }
}
