/** Changes of layout: row-major images, or channels, to blocks of 8, and back. Four rows and four columns are transposed at a time. */

import { range } from '../../../core/range.ts'
import {
  countedLoop,
  f32,
  f32x4,
  i32,
  ifThen,
  Local,
  locals,
  repeat,
  type Statement,
  shuffle32,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Buffer, channelBlocks, laneBytes, lastBlockImages } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { blockSize } from '../layout/layout.ts'

type Vector = Value<'v128'>

/** Transposes four vectors of four. */
export function transpose4(rows: readonly Vector[]): { statements: Statement[]; columns: Vector[] } {
  const [a, b, c, d] = rows
  const [low01, high01, low23, high23] = locals('v128')
  const kept = rows.map(() => new Local('v128'))
  return {
    statements: [
      ...[a, b, c, d].map((row, i) => kept[i].set(row)),
      low01.set(shuffle32([0, 4, 1, 5], kept[0], kept[1])),
      high01.set(shuffle32([2, 6, 3, 7], kept[0], kept[1])),
      low23.set(shuffle32([0, 4, 1, 5], kept[2], kept[3])),
      high23.set(shuffle32([2, 6, 3, 7], kept[2], kept[3])),
    ],
    columns: [
      shuffle32([0, 1, 4, 5], low01, low23),
      shuffle32([2, 3, 6, 7], low01, low23),
      shuffle32([0, 1, 4, 5], high01, high23),
      shuffle32([2, 3, 6, 7], high01, high23),
    ],
  }
}

/** The 8 rows of a plain tensor that a block holds: images, or channels of one image. */
function rowsOf({ layout, shape, blocks }: Buffer, block: Value<'i32'>) {
  if (layout === 'lanes')
    return { first: i32.mul(block, blockSize), last: shape[0] - 1, isLast: i32.eq(block, blocks - 1) }
  const perImage = channelBlocks(shape)
  const image = i32.divU(block, perImage)
  return {
    first: i32.add(i32.mul(image, shape[1]), i32.mul(i32.remU(block, perImage), blockSize)),
    last: i32.sub(i32.mul(i32.add(image, 1), shape[1]), 1),
    isLast: i32.eq(i32.remU(block, perImage), perImage - 1),
  }
}

/** Rows in the last block, 1 to 8. */
const lastBlockRows = (buffer: Buffer): number =>
  buffer.layout === 'lanes' ? lastBlockImages(buffer) : ((buffer.shape[1] - 1) % blockSize) + 1

/**
 * Row-major to blocks of images or channels. In a last block that is not full, the missing places hold copies of the last row: finite
 * wherever it is, so that no arithmetic on them can raise what the real ones do not.
 */
export function toBlocksKernel(input: Buffer, output: Buffer): Kernel {
  const features = output.elements
  const full = lastBlockRows(output) === blockSize
  return {
    name: output.layout === 'lanes' ? 'toLanes' : 'toChannels',
    split: { by: 'blocks', count: output.blocks },
    reads: [input],
    writes: [output],
    emit(context) {
      const rows = range(blockSize).map(() => new Local('i32'))
      const target = new Local('i32')
      const { first, last } = rowsOf(output, context.block)
      const rowBytes = features * 4
      const starts = rows.map((row, n) => {
        const index = i32.add(first, n)
        return row.set(i32.add(context.address(input), i32.mul(full ? index : i32.min(index, last), rowBytes)))
      })
      const step = (elements: number): Statement[] => [
        ...rows.map((row) => row.advance(4 * elements)),
        target.advance(laneBytes * elements),
      ]
      const tiles = [0, 4].flatMap((half) => {
        const { statements, columns } = transpose4(rows.slice(half, half + 4).map((row) => v128.load(row)))
        return [...statements, ...columns.map((column, f) => v128.store(target, column, f * laneBytes + 4 * half))]
      })
      const singles = rows.map((row, n) => f32.store(target, f32.load(row), 4 * n))
      const counter = new Local('i32')
      return [
        ...starts,
        target.set(context.address(output)),
        countedLoop(counter, features >> 2, [...tiles, ...step(4)]),
        countedLoop(counter, features & 3, [...singles, ...step(1)]),
      ]
    },
  }
}

/** Blocks of images or channels to row-major; missing places are left out. */
export function toPlainKernel(input: Buffer, output: Buffer): Kernel {
  const features = input.elements
  const lastRows = lastBlockRows(input)
  return {
    name: 'toPlain',
    split: { by: 'blocks', count: input.blocks },
    reads: [input],
    writes: [output],
    emit(context) {
      const [source, target, counter] = locals('i32')
      const rowBytes = features * 4
      const step = (elements: number): Statement[] => [
        source.advance(laneBytes * elements),
        target.advance(4 * elements),
      ]
      const tiles = [0, 4].flatMap((half) => {
        const { statements, columns } = transpose4([0, 1, 2, 3].map((f) => v128.load(source, f * laneBytes + 4 * half)))
        return [...statements, ...columns.map((column, n) => v128.store(target, column, (half + n) * rowBytes))]
      })
      const singles = (count: number): Statement[] =>
        range(count).map((n) => f32.store(target, f32.load(source, 4 * n), n * rowBytes))
      const wholeBlock = [
        countedLoop(counter, features >> 2, [...tiles, ...step(4)]),
        countedLoop(counter, features & 3, [...singles(blockSize), ...step(1)]),
      ]
      const { first, isLast } = rowsOf(input, context.block)
      const lastBlock = [countedLoop(counter, features, [...singles(lastRows), ...step(1)])]
      return [
        source.set(context.address(input)),
        target.set(i32.add(context.address(output), i32.mul(first, rowBytes))),
        ...(lastRows === blockSize ? wholeBlock : [ifThen(isLast, lastBlock, wholeBlock)]),
      ]
    },
  }
}

/** The lanes of one half (first image `half`) that hold images, as a mask. */
function imageMask(images: number, half: number): Vector {
  const bits = [0, 1, 2, 3].map((lane) => (half + lane < images ? -1 : 0))
  return v128.constI32x4(bits[0], bits[1], bits[2], bits[3])
}

/** What leaves out the images that the last block does not have: `set` comes first, `apply` makes their lanes of two vectors 0. */
export function lastBlockMasks(domain: Buffer, context: KernelContext) {
  const images = lastBlockImages(domain)
  const masks = images === blockSize ? [] : [new Local('v128'), new Local('v128')]
  return {
    set: masks.flatMap((mask, k) => [
      mask.set(imageMask(blockSize, 0)),
      ifThen(i32.eq(context.block, domain.blocks - 1), [mask.set(imageMask(images, 4 * k))]),
    ]),
    apply: (vectors: readonly Value<'v128'>[]): readonly Value<'v128'>[] =>
      masks.length === 0 ? vectors : vectors.map((vector, k) => v128.and(vector, masks[k])),
  }
}

/** A copy in which the places of missing images of the last block are 0: what sums over images read. */
export function maskImagesKernel(input: Buffer, output: Buffer): Kernel {
  return {
    name: 'maskImages',
    split: { by: 'blocks', count: input.blocks },
    reads: [input],
    writes: [output],
    emit(context) {
      const [source, target] = locals('i32')
      const masks = lastBlockMasks(input, context)
      return [
        source.set(context.address(input)),
        target.set(context.address(output)),
        ...masks.set,
        repeat(input.elements, [
          ...masks
            .apply([v128.load(source), v128.load(source, 16)])
            .map((vector, half) => v128.store(target, vector, 16 * half)),
          source.advance(laneBytes),
          target.advance(laneBytes),
        ]),
      ]
    },
  }
}

/** Adds up the four floats of a vector. */
export function horizontalSum(vector: Vector): Value<'f32'> {
  const kept = new Local('v128')
  const lane = (i: 0 | 1 | 2 | 3): Value<'f32'> => f32x4.extractLane(kept, i)
  return f32.add(f32.add(f32x4.extractLane(kept.tee(vector), 0), lane(1)), f32.add(lane(2), lane(3)))
}
