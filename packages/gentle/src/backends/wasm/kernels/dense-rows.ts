/**
 * y = x w for a few rows of x, as the last layers of a network on one image or a small batch: time goes into reading the weights, so each
 * weight is read once for up to 8 rows of x. Weights [M, K], as layers keep them, are multiplied along K, four elements at a time, and the
 * four sums are added up at the end; weights [K, M] give four neighbouring outputs at a time.
 *
 * From 5 rows on, reading x again for each output takes longer than reading the weights [M, K]. Then x, 8 rows side by side, is multiplied by the
 * tile of matrix products: its rows are 6 outputs, its columns the 8 rows of x.
 */

import { range } from '../../../core/range.ts'
import {
  countedLoop,
  f32,
  i32,
  type Local,
  locals,
  repeat,
  type Statement,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { blockSize } from '../layout/layout.ts'
import { horizontalSum } from './convert.ts'
import { forEachItem } from './nest.ts'
import { cut, cutRows, startOf, tileSums } from './product-tile.ts'
import { registerTile } from './register-tile.ts'

/** Rows of x that share one reading of the weights. */
const maxRows = 8

/** Rows of weights that are read beside each other, and vectors of each at a time: with 8 rows of one vector a core gets 25 GB/s from memory where it gets 29 with these. */
const maxStreams = 6
const unrolled = 4

/** Sums that are kept in registers at a time. */
const maxSums = 12

/** Vectors of sums for each row of x. */
const sumsPerRow = (batch: number): number => Math.max(1, Math.floor(maxSums / Math.min(batch, maxRows)))

/** x [N, K] and weights [K, M], or [M, K] when transposed, plain, give y [N, M]. */
export function denseRowsKernel(x: Buffer, weights: Buffer, y: Buffer, transposed: boolean): Kernel {
  const [batch, inner] = x.shape
  const outer = y.shape[1]
  const vectors = transposed
    ? Math.min(outer, maxStreams, sumsPerRow(batch))
    : Math.min(Math.floor(outer / 4), 4, sumsPerRow(batch))
  const outputs = transposed ? vectors : 4 * vectors
  return {
    name: 'matmul',
    split: { by: 'items', count: Math.ceil(outer / outputs) },
    reads: [x, weights],
    writes: [y],
    multiplyAdds: batch * inner * outer,
    emit(context) {
      const [item, output, w] = locals('i32')
      const pass = transposed ? alongRows : acrossColumns
      const passes = range(Math.ceil(batch / maxRows)).map((i) => {
        const first = i * maxRows
        const rows = Math.min(maxRows, batch - first)
        const source = i32.add(context.address(x), first * inner * 4)
        const target = i32.add(i32.add(context.address(y), first * outer * 4), i32.mul(output, 4))
        return pass(context, { rows, vectors, inner, outer }, source, w, target)
      })
      return [
        forEachItem(context, item, [
          // The last item begins earlier where outputs do not divide: it computes some sums again, to the same values.
          output.set(i32.min(i32.mul(item, outputs), outer - outputs)),
          w.set(i32.add(context.address(weights), i32.mul(output, transposed ? inner * 4 : 4))),
          ...passes.flat(),
        ]),
      ]
    },
  }
}

/** x [N, K] in lanes and weights [M, K] give y [N, M] in lanes; threads share outputs, not images. */
export function denseLanesKernel(x: Buffer, weights: Buffer, y: Buffer): Kernel {
  const [batch, inner] = x.shape
  const outputs = cutRows(y.shape[1])
  const images = cut(blockSize, blockSize)
  return {
    name: 'matmul',
    split: { by: 'items', count: outputs.tiles },
    reads: [x, weights],
    writes: [y],
    multiplyAdds: batch * inner * outputs.count,
    emit(context) {
      const { clear, step, store } = tileSums(context, outputs, images)
      const [item, block, output, source, w, target] = locals('i32')
      const elements = (count: number): Statement[] => [
        ...range(count).flatMap((u) =>
          step(
            (row) => v128.load32Splat(w, (row * inner + u) * 4),
            (vector) => v128.load(source, u * laneBytes + 16 * vector),
          ),
        ),
        source.advance(count * laneBytes),
        w.advance(count * 4),
      ]
      return [
        forEachItem(context, item, [
          output.set(startOf(outputs, item)),
          source.set(context.address(x)),
          countedLoop(block, x.blocks, [
            ...clear,
            w.set(i32.add(context.address(weights), i32.mul(output, inner * 4))),
            repeat(inner >> 2, elements(4)),
            repeat(inner & 3, elements(1)),
            target.set(i32.add(context.address(y, block), i32.mul(output, laneBytes))),
            ...store(target),
          ]),
        ]),
      ]
    },
  }
}

interface PassSizes {
  readonly rows: number
  readonly vectors: number
  readonly inner: number
  readonly outer: number
}

type Pass = (
  context: KernelContext,
  sizes: PassSizes,
  source: Value<'i32'>,
  weights: Local<'i32'>,
  target: Value<'i32'>,
) => Statement[]

/** Weights [M, K]: one vector of sums for each output. */
const alongRows: Pass = (context, { rows, vectors, inner, outer }, source, weights, target) => {
  const { step, clear, each } = registerTile(context, rows, vectors)
  const [x, w, counter] = locals('i32')
  const by = (
    elements: number,
    load: (pointer: Local<'i32'>, offset: number) => Value<'v128'>,
    times = 1,
  ): Statement[] => [
    ...range(times).flatMap((u) =>
      step(
        (row) => load(x, (row * inner + u * elements) * 4),
        (vector) => load(w, (vector * inner + u * elements) * 4),
      ),
    ),
    x.advance(4 * elements * times),
    w.advance(4 * elements * times),
  ]
  const four = (pointer: Local<'i32'>, offset: number): Value<'v128'> => v128.load(pointer, offset)
  return [
    x.set(source),
    w.set(weights),
    ...clear,
    countedLoop(counter, Math.floor((inner >> 2) / unrolled), by(4, four, unrolled)),
    countedLoop(counter, (inner >> 2) % unrolled, by(4, four)),
    countedLoop(
      counter,
      inner & 3,
      by(1, (pointer, offset) => v128.load32Zero(pointer, offset)),
    ),
    ...each((sum, row, output) => f32.store(target, horizontalSum(sum), (row * outer + output) * 4)),
  ]
}

/** Weights [K, M]: one vector of sums for each four outputs. */
const acrossColumns: Pass = (context, { rows, vectors, inner, outer }, source, weights, target) => {
  const { step, clear, each } = registerTile(context, rows, vectors)
  const [x, w, counter] = locals('i32')
  return [
    x.set(source),
    w.set(weights),
    ...clear,
    countedLoop(counter, inner, [
      ...step(
        (row) => v128.load32Splat(x, row * inner * 4),
        (vector) => v128.load(w, vector * 16),
      ),
      x.advance(4),
      w.advance(outer * 4),
    ]),
    ...each((sum, row, vector) => v128.store(target, sum, row * outer * 4 + vector * 16)),
  ]
}
