/**
 * The gradient of 3 x 3 filters by Winograd's method, as `winograd-weight-gradient.ts` has it, for filters whose sums a cache holds. There,
 * transformed tiles of all images go to memory and come back; here a thread transforms some rows of tiles of x and of dy into its workspace, and
 * multiplies them while they are in its second-level cache.
 *
 * The batch is cut into slices, each with sums of its own, which are added up in order. Within a slice one item is 8 output channels.
 */
import { range } from '../../../core/range.ts'
import {
  branchIf,
  call,
  countedLoop,
  type FunctionHandle,
  i32,
  ifThen,
  Local,
  locals,
  loop,
  memoryFill,
  repeat,
  type Statement,
  select,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Buffer, laneBytes, lastBlockImages } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { transpose4 } from './convert.ts'
import { registerTile } from './register-tile.ts'
import { middleBytes, placeBytes, tileTransform, winograd4 } from './winograd-transforms.ts'
import {
  gradientFrames,
  gradientSumCount,
  gradientTransform,
  sumsPlace,
  tileOuts,
  type WeightGradientPlan,
} from './winograd-weight-gradient.ts'

const m = winograd4.m
const n = winograd4.input.length
const places = n * n

/** Tiles that are multiplied at least before their sums go to memory. */
const minTiles = 16

/** Tiles side by side from which the images of a block are taken in two halves: those of all would leave the second-level cache. */
const longRow = 8

/** How a block of 8 images is walked. */
interface Chunks {
  /** Rows of tiles of a chunk. */
  readonly rows: number
  /** Images of a chunk at most. */
  readonly images: 4 | 8
  /** Tiles of a chunk at most. */
  readonly tiles: number
}

function chunksOf({ batch, tileRows, tileColumns }: WeightGradientPlan): Chunks {
  const images = tileColumns >= longRow ? 4 : 8
  const ofRow = tileColumns * Math.min(images, batch)
  const enough = range(tileRows)
    .map((i) => i + 1)
    .find((rows) => tileRows % rows === 0 && rows * ofRow >= minTiles)
  const rows = enough ?? tileRows
  return { rows, images, tiles: rows * tileColumns * images }
}

/** One of the two operands: its images, the transform of its tiles, and the frame around the rows that a chunk's tiles read. */
interface Side {
  readonly images: Buffer
  readonly matrix: readonly (readonly number[])[]
  readonly padding: readonly [number, number]
  readonly frameRows: number
  readonly frameWidth: number
  /** Bytes of a chunk's transformed tiles from one place to the next: `[36][C / 8][tiles][8]`. */
  readonly place: number
}

function sidesOf(x: Buffer, dy: Buffer, plan: WeightGradientPlan): { x: Side; dy: Side } {
  const { rows, tiles } = chunksOf(plan)
  const frames = gradientFrames(plan)
  const side = (images: Buffer, of: 'x' | 'dy'): Side => ({
    images,
    matrix: of === 'x' ? winograd4.input : gradientTransform,
    padding: of === 'x' ? plan.padding : [0, 0],
    frameRows: rows * m + (of === 'x' ? 2 : 0),
    frameWidth: frames[of][1],
    place: placeBytes((images.shape[1] / 8) * tiles * laneBytes),
  })
  return { x: side(x, 'x'), dy: side(dy, 'dy') }
}

const frameBytes = ({ frameRows, frameWidth }: Side): number => frameRows * frameWidth * laneBytes

/** How a batch in blocks of 8 images is cut: slices of so many blocks, the last of the rest. */
export interface Slices {
  readonly count: number
  readonly blocks: number
}

/** Bytes of the sums of all slices, at most, where there is more than one. */
const maxSlicesBytes = 5 * 2 ** 20

/** As many slices, for threads to share, as their sums allow. */
export function slicesOf({ blocks }: Buffer, plan: WeightGradientPlan): Slices {
  const most = Math.max(1, Math.floor(maxSlicesBytes / (gradientSumCount(plan) * 4)))
  const ofSlice = Math.ceil(blocks / most)
  return { count: Math.ceil(blocks / ofSlice), blocks: ofSlice }
}

/** Sums of each slice of the batch over all tiles at each place: `[slices][36][O][C]`, with room between the places. */
export function gradientSlicesKernel(
  x: Buffer,
  dy: Buffer,
  sums: Buffer,
  plan: WeightGradientPlan,
  slices: Slices,
  multiplyAdds: number,
): Kernel {
  const { channels, outChannels, tileRows } = plan
  const sides = sidesOf(x, dy, plan)
  const chunks = chunksOf(plan)
  const parts = outChannels / 8
  const place = sumsPlace(plan)
  const [xFrameBytes, dyFrameBytes] = [sides.x, sides.dy].map((side) => chunks.images * frameBytes(side))
  return {
    name: 'winogradGradient by slice',
    split: { by: 'items', count: slices.count * parts },
    reads: [x, dy],
    writes: [sums],
    workspaceBytes: middleBytes(n) + xFrameBytes + dyFrameBytes + places * (sides.x.place + sides.dy.place),
    multiplyAdds,
    emit(context) {
      const [middle, xFrame, dyFrame, xTiles, dyTiles] = locals('i32')
      const [from, slice, first, count, target, block, row, images] = locals('i32')
      const transformX = transformChunk(sides.x, plan, context)
      const transformDy = transformChunk(sides.dy, plan, context)
      const product = productFunction(plan, context)
      const [xp, yp, sp] = locals('i32')
      const lastImages = lastBlockImages(x)
      const inBlock: Value<'i32'> = lastImages === 8 ? i32.const(8) : select(lastImages, 8, i32.eq(block, x.blocks - 1))
      const ofChunk = (firstImage: 0 | 4): Statement[] => [
        images.set(i32.min(i32.sub(inBlock, firstImage), chunks.images)),
        ifThen(i32.gtS(images, 0), [
          countedLoop(row, tileRows / chunks.rows, [
            call(
              transformX,
              i32.add(context.address(x, block), 4 * firstImage),
              xFrame,
              xTiles,
              middle,
              row,
              images,
              0,
              channels / 8,
            ),
            call(
              transformDy,
              i32.add(context.address(dy, block), 4 * firstImage),
              dyFrame,
              dyTiles,
              middle,
              row,
              images,
              first,
              count,
            ),
            xp.set(xTiles),
            yp.set(dyTiles),
            sp.set(target),
            repeat(places, [
              call(product, xp, yp, sp, i32.mul(count, 2), i32.mul(images, chunks.rows * plan.tileColumns)),
              xp.advance(sides.x.place),
              yp.advance(sides.dy.place),
              sp.advance(place),
            ]),
          ]),
        ]),
      ]
      return [
        middle.set(context.workspace),
        xFrame.set(i32.add(middle, middleBytes(n))),
        dyFrame.set(i32.add(xFrame, xFrameBytes)),
        xTiles.set(i32.add(dyFrame, dyFrameBytes)),
        dyTiles.set(i32.add(xTiles, places * sides.x.place)),
        memoryFill(xFrame, 0, xFrameBytes + dyFrameBytes),
        from.set(context.from),
        loop((again) => [
          slice.set(i32.divU(from, parts)),
          first.set(i32.remU(from, parts)),
          count.set(i32.min(i32.sub(parts, first), i32.sub(context.to, from))),
          target.set(
            i32.add(i32.add(context.address(sums), i32.mul(slice, places * place)), i32.mul(first, 8 * channels * 4)),
          ),
          sp.set(target),
          repeat(places, [memoryFill(sp, 0, i32.mul(count, 8 * channels * 4)), sp.advance(place)]),
          countedLoop(
            block,
            i32.sub(i32.min(i32.mul(i32.add(slice, 1), slices.blocks), x.blocks), i32.mul(slice, slices.blocks)),
            chunks.images === 8 ? ofChunk(0) : [...ofChunk(0), ...ofChunk(4)],
            { from: i32.mul(slice, slices.blocks) },
          ),
          from.set(i32.add(from, count)),
          branchIf(again, i32.ltU(from, context.to)),
        ]),
      ]
    },
  }
}

/**
 * A function that brings the rows of a chunk into channels, within a frame of zeros, and transforms their tiles, for some blocks of 8 channels.
 * It finds zeros beside the rows, and leaves them so.
 */
function transformChunk(side: Side, plan: WeightGradientPlan, context: KernelContext): FunctionHandle {
  const { images: buffer, matrix, padding, frameRows, frameWidth, place } = side
  const [, , height, width] = buffer.shape
  const [top, left] = padding
  const { rows, images: together } = chunksOf(plan)
  const rowBytes = frameWidth * laneBytes
  const pixels = height * width
  const copied = Math.min(width, frameWidth - left)
  const transform = tileTransform(matrix, rowBytes, place, context)
  const key = JSON.stringify(['winograd gradient tiles', matrix, padding, buffer.shape.slice(1), rows, place])
  const parameters = {
    source: 'i32',
    frame: 'i32',
    target: 'i32',
    middle: 'i32',
    row: 'i32',
    images: 'i32',
    first: 'i32',
    count: 'i32',
  } as const
  return context.shared(key, () =>
    context.module.function('winograd gradient tiles', parameters, undefined, (p) => {
      const [line, from, to, image, block, tile, target] = locals('i32')
      const ofImages = range(together).map((i) => i * frameBytes(side))
      /** One pixel of 8 channels of 4 images. */
      const transposed = (firstImage: number): Statement[] => {
        const halves = [0, 4].map((channel) =>
          transpose4(range(4).map((c) => v128.load(from, (channel + c) * pixels * laneBytes + 4 * firstImage))),
        )
        return [
          ...halves.flatMap(({ statements }) => statements),
          ...range(4).flatMap((i) =>
            halves.map(({ columns }, k) => v128.store(to, columns[i], ofImages[firstImage + i] + 16 * k)),
          ),
        ]
      }
      const inside = repeat(copied, [
        ...range(together / 4).flatMap((k) => transposed(4 * k)),
        from.advance(laneBytes),
        to.advance(laneBytes),
      ])
      const outside = ofImages.map((at) => memoryFill(i32.add(to, at), 0, copied * laneBytes))
      const firstLine = i32.sub(i32.mul(p.row, rows * m), top)
      return [
        p.source.advance(i32.mul(p.first, 8 * pixels * laneBytes)),
        countedLoop(block, p.count, [
          countedLoop(line, frameRows, [
            to.set(i32.add(i32.add(p.frame, left * laneBytes), i32.mul(line, rowBytes))),
            from.set(i32.add(firstLine, line)),
            ifThen(
              i32.ltU(from, height),
              [from.set(i32.add(p.source, i32.mul(from, width * laneBytes))), inside],
              outside,
            ),
          ]),
          target.set(p.target),
          from.set(p.frame),
          countedLoop(image, p.images, [
            repeat(rows, [
              countedLoop(tile, plan.tileColumns, [
                call(transform, from, target, p.middle),
                from.advance(m * laneBytes),
                target.advance(laneBytes),
              ]),
              from.advance(m * rowBytes - plan.tileColumns * m * laneBytes),
            ]),
            from.advance(frameBytes(side) - rows * m * rowBytes),
          ]),
          p.source.advance(8 * pixels * laneBytes),
          p.target.advance(i32.mul(p.images, rows * plan.tileColumns * laneBytes)),
        ]),
      ]
    }),
  )
}

/** A function that adds the products of a chunk's tiles at one place to the sums, for some groups of output channels. */
function productFunction({ channels }: WeightGradientPlan, context: KernelContext): FunctionHandle {
  const parameters = { x: 'i32', dy: 'i32', sums: 'i32', groups: 'i32', tiles: 'i32' } as const
  return context.shared(JSON.stringify(['winograd gradient product', channels]), () =>
    context.module.function('winograd gradient product', parameters, undefined, (p) => {
      const [xs, ys, source, target, group, block, blockBytes] = locals('i32')
      const advance = (count: number): Statement[] => [xs.advance(count * laneBytes), ys.advance(count * laneBytes)]
      const sumBlocks = (blocks: number): Statement[] => {
        const { step, each } = registerTile(context, tileOuts, 2 * blocks)
        const next = new Local('i32')
        const sumTile = (tile: number): Statement[] =>
          step(
            (out) => v128.load32Splat(ys, tile * laneBytes + out * 4),
            (vector) => v128.load(vector < 2 ? xs : next, tile * laneBytes + 16 * (vector & 1)),
          )
        const advanceAll = (count: number): Statement[] => [
          ...advance(count),
          ...(blocks === 2 ? [next.advance(count * laneBytes)] : []),
        ]
        const at = (out: number, vector: number): number => out * channels * 4 + vector * 16
        return [
          xs.set(source),
          ...(blocks === 2 ? [next.set(i32.add(source, blockBytes))] : []),
          ys.set(p.dy),
          ...each((sum, out, vector) => sum.set(v128.load(target, at(out, vector)))),
          repeat(i32.shrU(p.tiles, 2), [...[0, 1, 2, 3].flatMap(sumTile), ...advanceAll(4)]),
          repeat(i32.and(p.tiles, 3), [...sumTile(0), ...advanceAll(1)]),
          ...each((sum, out, vector) => v128.store(target, sum, at(out, vector))),
          source.advance(i32.mul(blockBytes, blocks)),
          target.advance(blocks * laneBytes),
        ]
      }
      const together = context.wide ? 2 : 1
      const blocks = channels / 8
      return [
        blockBytes.set(i32.mul(p.tiles, laneBytes)),
        countedLoop(group, p.groups, [
          source.set(p.x),
          target.set(p.sums),
          countedLoop(block, Math.floor(blocks / together), sumBlocks(together)),
          ...(blocks % together === 0 ? [] : sumBlocks(1)),
          p.sums.advance(tileOuts * channels * 4),
          // The second half of 8 output channels, or the first one of the next 8.
          p.dy.set(select(i32.add(p.dy, 16), i32.add(p.dy, i32.sub(blockBytes, 16)), i32.eqz(i32.and(group, 1)))),
        ]),
      ]
    }),
  )
}
