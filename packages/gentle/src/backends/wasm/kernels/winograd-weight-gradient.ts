/**
 * The gradient of 3 x 3 filters of stride 1 by Winograd's method, F(3 x 3, 4 x 4): here the gradient dy is the filter, in tiles of 4 x 4, and the
 * 3 x 3 results are summed over all tiles of all images: dw = Aᵀ [Σ (G dy Gᵀ) ∘ (Bᵀ x B)] A, 36 products instead of 144.
 *
 * With images in the lanes every product would end in a sum over lanes. So both are brought into channels first, with zeros around
 * them; then each of the 36 places is a matrix product [O, tiles] by [tiles, C], whose register tile is 4 output channels of 8 input
 * channels, of 16 where the engine joins vectors, and runs over all tiles. Every sum is taken by one thread in one order, whatever the number of threads.
 */
import { range } from '../../../core/range.ts'
import type { Conv2dSizes } from '../../../ops/conv2d.ts'
import {
  call,
  f32x4,
  i32,
  Local,
  locals,
  memoryFill,
  repeat,
  type Statement,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Buffer, channelBlocks, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { transpose4 } from './convert.ts'
import { forEachItem } from './nest.ts'
import { registerTile, vectorAt } from './register-tile.ts'
import { middleBytes, placeBytes, tileTransform, transformBothSides, winograd4 } from './winograd-transforms.ts'

/** Pixels of a side of a tile of dy, and places of a transformed one. */
const m = winograd4.m
const n = winograd4.input.length
const places = n * n

/** The points 0, 1, -1, 2, -2 and infinity to the powers of 0 to 3; their scales are in `output`. */
export const gradientTransform = [
  [1, 0, 0, 0],
  [1, 1, 1, 1],
  [1, -1, 1, -1],
  [1, 2, 4, 8],
  [1, -2, 4, -8],
  [0, 0, 0, 1],
]

/** Aᵀ of F(3, 4), each column scaled as G is. */
const outputTransform = [
  [1 / 4, -1 / 6, -1 / 6, 1 / 24, 1 / 24, 0],
  [0, -1 / 6, 1 / 6, 1 / 12, -1 / 12, 0],
  [0, -1 / 6, -1 / 6, 1 / 6, 1 / 6, 1],
]

export interface WeightGradientPlan {
  readonly batch: number
  readonly channels: number
  readonly outChannels: number
  readonly padding: readonly [number, number]
  readonly tileRows: number
  readonly tileColumns: number
}

/** Tiles of all images. */
const tilesOf = ({ batch, tileRows, tileColumns }: WeightGradientPlan): number => batch * tileRows * tileColumns

export function planWeightGradient(
  { batch, inChannels, outChannels, outHeight, outWidth }: Conv2dSizes,
  padding: readonly [number, number],
): WeightGradientPlan {
  const [tileRows, tileColumns] = [Math.ceil(outHeight / m), Math.ceil(outWidth / m)]
  return { batch, channels: inChannels, outChannels, padding, tileRows, tileColumns }
}

/** Height and width of x and of dy with the zeros around them that their tiles read. */
export const gradientFrames = ({ tileRows, tileColumns }: WeightGradientPlan) =>
  ({
    x: [tileRows * m + 2, tileColumns * m + 2],
    dy: [tileRows * m, tileColumns * m],
  }) as const

/** Images in lanes as framed images in channels: blocks of 8 images and 8 channels are transposed. */
export function frameChannelsKernel(lanes: Buffer, framed: Buffer, [top, left]: readonly [number, number]): Kernel {
  const [batch, channels, height, width] = lanes.shape
  const [, , frameHeight, frameWidth] = framed.shape
  const blocks = channelBlocks(framed.shape)
  const pixels = height * width
  const frameBytes = frameHeight * frameWidth * laneBytes
  return {
    name: 'frameChannels',
    late: true,
    split: { by: 'items', count: lanes.blocks * blocks },
    reads: [lanes],
    writes: [framed],
    emit(context) {
      const [item, imageBlock, channelBlock, source, target] = locals('i32')
      const first = i32.const(0)
      // Channels and images beyond the last are those that happen to be there: they are read by no sum, or written nowhere.
      const lastImage = batch - 1
      const place = (image: number): Value<'i32'> => {
        const index = i32.min(i32.add(i32.mul(imageBlock, 8), image), lastImage)
        return i32.mul(i32.add(i32.mul(index, blocks), channelBlock), frameBytes)
      }
      const bases = range(8).map(() => new Local('i32'))
      const rows = range(8).map((channel) => Math.min(channel, channels - 1))
      const transposed = [0, 4].flatMap((imageHalf) =>
        [0, 4].flatMap((channelHalf) => {
          const loads = [0, 1, 2, 3].map((c) =>
            v128.load(source, rows[channelHalf + c] * pixels * laneBytes + 4 * imageHalf),
          )
          const { statements, columns } = transpose4(loads)
          return [
            ...statements,
            ...columns.map((column, i) => v128.store(i32.add(bases[imageHalf + i], target), column, 4 * channelHalf)),
          ]
        }),
      )
      const offset = (top * frameWidth + left) * laneBytes
      return [
        forEachItem(context, item, [
          imageBlock.set(i32.divU(item, blocks)),
          channelBlock.set(i32.remU(item, blocks)),
          ...bases.flatMap((base, image) => [
            base.set(i32.add(context.address(framed, first), place(image))),
            memoryFill(base, 0, frameBytes),
          ]),
          source.set(
            i32.add(
              i32.add(context.address(lanes, first), i32.mul(imageBlock, lanes.blockBytes)),
              i32.mul(channelBlock, 8 * pixels * laneBytes),
            ),
          ),
          target.set(offset),
          repeat(height, [
            repeat(width, [...transposed, source.advance(laneBytes), target.advance(laneBytes)]),
            target.advance((frameWidth - width) * laneBytes),
          ]),
        ]),
      ]
    },
  }
}

/** Bytes from one place of all transformed tiles to the next: `[36][C / 8][tiles][8]`. */
const transformedPlace = (channels: number, plan: WeightGradientPlan): number =>
  placeBytes(Math.ceil(channels / 8) * tilesOf(plan) * laneBytes)

export const transformedCount = (channels: number, plan: WeightGradientPlan): number =>
  (places * transformedPlace(channels, plan)) / 4

/** Transforms all tiles of framed images in channels: x, whose tiles of 6 x 6 overlap, or dy, whose tiles of 4 x 4 do not. */
export function transformTilesKernel(
  framed: Buffer,
  transformed: Buffer,
  plan: WeightGradientPlan,
  of: 'x' | 'dy',
): Kernel {
  const { batch, tileRows, tileColumns } = plan
  const [, channels, frameHeight, frameWidth] = framed.shape
  const blocks = Math.ceil(channels / 8)
  const rowBytes = frameWidth * laneBytes
  const matrix = of === 'x' ? winograd4.input : gradientTransform
  return {
    name: `winogradTiles ${of}`,
    late: true,
    split: { by: 'items', count: batch * blocks },
    reads: [framed],
    writes: [transformed],
    workspaceBytes: middleBytes(n),
    emit(context) {
      const [item, image, block, source, target] = locals('i32')
      const first = i32.const(0)
      const transform = tileTransform(matrix, rowBytes, transformedPlace(channels, plan), context)
      return [
        forEachItem(context, item, [
          image.set(i32.divU(item, blocks)),
          block.set(i32.remU(item, blocks)),
          source.set(i32.add(context.address(framed, first), i32.mul(item, frameHeight * rowBytes))),
          target.set(
            i32.add(
              context.address(transformed, first),
              i32.add(i32.mul(block, tilesOf(plan) * laneBytes), i32.mul(image, tileRows * tileColumns * laneBytes)),
            ),
          ),
          repeat(tileRows, [
            repeat(tileColumns, [
              call(transform, source, target, context.workspace),
              source.advance(m * laneBytes),
              target.advance(laneBytes),
            ]),
            source.advance(m * rowBytes - tileColumns * m * laneBytes),
          ]),
        ]),
      ]
    },
  }
}

/** Output channels of a register tile. */
export const tileOuts = 4

/** Blocks of input channels of a register tile. */
const tileBlocks = ({ wide }: KernelContext): number => (wide ? 2 : 1)

/** Sums over all tiles at one place, of the output channels from `ys` and the blocks of input channels from `xs` on; both are moved. */
function sumOverTiles(
  context: KernelContext,
  { tiles, blocks }: { readonly tiles: number; readonly blocks: number },
  { xs, ys }: { readonly xs: Local<'i32'>; readonly ys: Local<'i32'> },
  store: (sum: Local<'v128'>, out: number, vector: number) => Statement,
): Statement[] {
  const { clear, step, each } = registerTile(context, tileOuts, 2 * blocks)
  const sumTile = (tile: number): Statement[] =>
    step(
      (out) => v128.load32Splat(ys, tile * laneBytes + out * 4),
      (vector) => v128.load(xs, tile * laneBytes + vectorAt(vector, tiles * laneBytes)),
    )
  const advance = (count: number): Statement[] => [xs.advance(count * laneBytes), ys.advance(count * laneBytes)]
  return [
    ...clear,
    repeat(tiles >> 2, [...[0, 1, 2, 3].flatMap(sumTile), ...advance(4)]),
    repeat(tiles & 3, [...sumTile(0), ...advance(1)]),
    ...each(store),
  ]
}

/** Aᵀ S A of the sums S of four neighbouring filters, given place by place: their gradients, one after the other. */
function filtersOfSums(
  context: KernelContext,
  sumAt: (place: number) => Value<'v128'>,
  { target, middle }: Readonly<Record<'target' | 'middle', Local<'i32'>>>,
): Statement[] {
  const four = new Local('v128')
  return transformBothSides(
    outputTransform,
    (row, column) => sumAt(row * n + column),
    middle,
    ([value], row, column) => [
      four.set(value),
      ...([0, 1, 2, 3] as const).map((lane) =>
        v128.store32Lane(target, four, lane, lane * filterBytes + (row * 3 + column) * 4),
      ),
    ],
    context,
  )
}

const filterBytes = 9 * 4

/** Memory for what lies between the two products of `filtersOfSums`. */
const filtersMiddleBytes = 3 * n * 16

/** Where the factors of output channels begin among the transformed tiles of a place: `group` counts register tiles. */
const slopesOf = (group: Local<'i32'>, tiles: number): Value<'i32'> =>
  i32.add(i32.mul(i32.shrU(group, 1), tiles * laneBytes), i32.mul(i32.and(group, 1), 16))

/**
 * Whether the sums of all places take so much more memory than the tiles that they are made of that writing and reading them takes longer than reading tiles again. Then a few
 * filters at a time go from tiles to gradients, and their sums do not leave the cache; where there are more tiles, each place is finished first, whose tiles stay there.
 */
export const areSumsLarger = (plan: WeightGradientPlan): boolean =>
  plan.channels * plan.outChannels > 4 * tilesOf(plan) * (plan.channels + plan.outChannels)

/** The gradient [O, C, 3, 3] of transformed tiles, by some output channels and a register tile's input channels at a time. */
export function gradientByFiltersKernel(
  x: Buffer,
  dy: Buffer,
  gradient: Buffer,
  plan: WeightGradientPlan,
  multiplyAdds: number,
): Kernel {
  const { channels, outChannels } = plan
  const tiles = tilesOf(plan)
  const [xPlace, dyPlace] = [transformedPlace(channels, plan), transformedPlace(outChannels, plan)]
  /** Register tiles that read the same input channels: as many as their sums have room for in the cache next to the core. */
  const groups = [4, 2, 1].find((count) => outChannels % (count * tileOuts) === 0)!
  const outs = groups * tileOuts
  const sumsBytes = (blocks: number): number => places * placeBytes(outs * blocks * laneBytes)
  return {
    name: 'winogradGradient by filters',
    split: { by: 'items', count: outChannels / outs },
    reads: [x, dy],
    writes: [gradient],
    multiplyAdds,
    workspaceBytes: sumsBytes(2) + filtersMiddleBytes,
    emit(context) {
      const [item, group, firstGroup, xOfPlace, dyOfPlace, xs, ys] = locals('i32')
      const [source, target, middle, xBlocks, filters] = locals('i32')
      const first = i32.const(0)
      const sumBlocks = (blocks: number): Statement[] => {
        const place = placeBytes(outs * blocks * laneBytes)
        return [
          xOfPlace.set(xBlocks),
          dyOfPlace.set(context.address(dy, first)),
          source.set(context.workspace),
          repeat(places, [
            target.set(source),
            group.set(firstGroup),
            repeat(groups, [
              xs.set(xOfPlace),
              ys.set(i32.add(dyOfPlace, slopesOf(group, tiles))),
              ...sumOverTiles(context, { tiles, blocks }, { xs, ys }, (sum, out, vector) =>
                v128.store(target, sum, (out * blocks * 2 + vector) * 16),
              ),
              target.advance(tileOuts * blocks * laneBytes),
              group.advance(1),
            ]),
            xOfPlace.advance(xPlace),
            dyOfPlace.advance(dyPlace),
            source.advance(place),
          ]),
          source.set(context.workspace),
          target.set(filters),
          repeat(outs, [
            repeat(2 * blocks, [
              ...filtersOfSums(context, (index) => v128.load(source, index * place), { target, middle }),
              source.advance(16),
              target.advance(4 * filterBytes),
            ]),
            target.advance((channels - 8 * blocks) * filterBytes),
          ]),
          xBlocks.advance(blocks * tiles * laneBytes),
          filters.advance(blocks * 8 * filterBytes),
        ]
      }
      const [together, blocks] = [tileBlocks(context), channels / 8]
      return [
        middle.set(i32.add(context.workspace, sumsBytes(2))),
        forEachItem(context, item, [
          firstGroup.set(i32.mul(item, groups)),
          xBlocks.set(context.address(x, first)),
          filters.set(i32.add(context.address(gradient), i32.mul(item, outs * channels * filterBytes))),
          repeat(Math.floor(blocks / together), sumBlocks(together)),
          ...(blocks % together === 0 ? [] : sumBlocks(1)),
        ]),
      ]
    },
  }
}

/** Bytes from one place of the sums to the next. */
export const sumsPlace = ({ channels, outChannels }: WeightGradientPlan): number =>
  placeBytes(channels * outChannels * 4)

export const gradientSumCount = (plan: WeightGradientPlan): number => (places * sumsPlace(plan)) / 4

/** Sums over all tiles at each place: `[36][O][C]`, with room between the places. */
export function gradientProductsKernel(
  x: Buffer,
  dy: Buffer,
  sums: Buffer,
  plan: WeightGradientPlan,
  multiplyAdds: number,
): Kernel {
  const { channels, outChannels } = plan
  const tiles = tilesOf(plan)
  const [xPlace, dyPlace] = [transformedPlace(channels, plan), transformedPlace(outChannels, plan)]
  const groups = outChannels / tileOuts
  return {
    name: 'winogradGradient',
    split: { by: 'items', count: places * groups },
    reads: [x, dy],
    writes: [sums],
    multiplyAdds,
    emit(context) {
      const [item, place, group, source, slopes, xs, ys, target] = locals('i32')
      const first = i32.const(0)
      /** The sums of some blocks of input channels. */
      const sumBlocks = (blocks: number): Statement[] => [
        xs.set(source),
        ys.set(slopes),
        ...sumOverTiles(context, { tiles, blocks }, { xs, ys }, (sum, out, vector) =>
          v128.store(target, sum, out * channels * 4 + vector * 16),
        ),
        source.advance(blocks * tiles * laneBytes),
        target.advance(blocks * laneBytes),
      ]
      const [together, blocks] = [tileBlocks(context), channels / 8]
      return [
        forEachItem(context, item, [
          place.set(i32.divU(item, groups)),
          group.set(i32.remU(item, groups)),
          source.set(i32.add(context.address(x, first), i32.mul(place, xPlace))),
          slopes.set(i32.add(i32.add(context.address(dy, first), i32.mul(place, dyPlace)), slopesOf(group, tiles))),
          target.set(
            i32.add(
              context.address(sums, first),
              i32.add(i32.mul(place, sumsPlace(plan)), i32.mul(group, tileOuts * channels * 4)),
            ),
          ),
          repeat(Math.floor(blocks / together), sumBlocks(together)),
          ...(blocks % together === 0 ? [] : sumBlocks(1)),
        ]),
      ]
    },
  }
}

/** Aᵀ S A of the sums S of each filter, those of all slices of the batch added up in order: the gradient [O, C, 3, 3]. */
export function gradientFiltersKernel(sums: Buffer, gradient: Buffer, plan: WeightGradientPlan, slices = 1): Kernel {
  const { channels, outChannels } = plan
  const place = sumsPlace(plan)
  return {
    name: 'winogradGradientFilters',
    split: { by: 'items', count: outChannels },
    reads: [sums],
    writes: [gradient],
    workspaceBytes: filtersMiddleBytes,
    emit(context) {
      const [out, source, target, middle] = locals('i32')
      const sumAt = (index: number): Value<'v128'> =>
        range(slices)
          .map((slice) => v128.load(source, (slice * places + index) * place))
          .reduce(f32x4.add)
      return [
        middle.set(context.workspace),
        forEachItem(context, out, [
          source.set(i32.add(context.address(sums), i32.mul(out, channels * 4))),
          target.set(i32.add(context.address(gradient), i32.mul(out, channels * filterBytes))),
          repeat(channels / 4, [
            ...filtersOfSums(context, sumAt, { target, middle }),
            source.advance(16),
            target.advance(4 * filterBytes),
          ]),
        ]),
      ]
    },
  }
}
