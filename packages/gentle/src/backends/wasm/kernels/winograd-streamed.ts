/**
 * Winograd's convolution of a batch in lanes where filters are many for few tiles. Transformed filters are up to
 * four times as many numbers as filters: written and read again, they would take longer than the products. So tiles of all
 * images are transformed first; then a thread transforms the filters of a few output channels into its workspace and multiplies at once.
 * Threads share the output channels, of which there are many, also where one block of images has a single row of tiles.
 */
import { call, countedLoop, i32, ifThen, locals, type Statement } from '../assembler/index.ts'
import { type Buffer, floatBuffer, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { forEachItem } from './nest.ts'
import { balancedTiles, type Epilogue, nameWith, operandBuffers, tileRows } from './tile.ts'
import {
  beginFrame,
  filterSteps,
  filterTransform,
  framedBytes,
  outputRow,
  placesOf,
  planeBytes,
  productFunction,
  tileAddress,
  transformTileRow,
  type WinogradLanesPlan,
} from './winograd-lanes-parts.ts'
import { middleBytes, placeBytes } from './winograd-transforms.ts'

/** Tiles of all blocks of images. */
const tilesOf = ({ tileRows, tileColumns }: WinogradLanesPlan, blocks: number): number =>
  blocks * tileRows * tileColumns

/** Bytes from one place of the transformed tiles to the next. */
const inputPlace = (plan: WinogradLanesPlan, blocks: number): number =>
  placeBytes(plan.channels * tilesOf(plan, blocks) * laneBytes)

/** Room for the transformed tiles of this many blocks of images. */
export const streamedTiles = (plan: WinogradLanesPlan, blocks: number): Buffer =>
  floatBuffer('winograd tiles', [(placesOf(plan) * inputPlace(plan, blocks)) / 4])

/** Transforms the tiles of all images. */
export function streamedTilesKernel(source: Buffer, transformed: Buffer, plan: WinogradLanesPlan): Kernel {
  const { transforms, channels, width, padding, tileRows, tileColumns } = plan
  const { blocks } = source
  return {
    name: 'winogradTiles',
    late: true,
    split: { by: 'items', count: blocks * channels },
    reads: [source],
    writes: [transformed],
    workspaceBytes: framedBytes(plan),
    emit(context) {
      const { middle, frame, statements } = beginFrame(plan, context.workspace)
      const [item, block, channel, tileRow, firstRow, start, firstTile] = locals('i32')
      const place = inputPlace(plan, blocks)
      return [
        ...statements,
        forEachItem(context, item, [
          block.set(i32.divU(item, channels)),
          channel.set(i32.remU(item, channels)),
          firstTile.set(i32.mul(block, tileRows * tileColumns)),
          firstRow.set(-padding[0]),
          start.set(
            i32.add(
              i32.add(context.address(source, block), i32.mul(channel, planeBytes(plan))),
              -padding[0] * width * laneBytes,
            ),
          ),
          countedLoop(tileRow, tileRows, [
            ...transformTileRow(
              plan,
              { middle, frame, firstRow, start, place },
              (column) =>
                tileAddress(
                  context.address(transformed),
                  i32.add(firstTile, column),
                  channel,
                  [channels, tilesOf(plan, blocks)],
                  context,
                ),
              context,
            ),
            firstTile.advance(tileColumns),
            firstRow.advance(transforms.m),
            start.advance(transforms.m * width * laneBytes),
          ]),
        ]),
      ]
    },
  }
}

/** Bytes that filters and sums may take in the workspace: they should stay in the second-level cache beside tiles that stream through it. */
const cachedBytes = 640 * 1024

/** Bytes from one place of a register tile's filters, and of its sums, to the next. */
const distances = (plan: WinogradLanesPlan, blocks: number) => ({
  filterPlace: placeBytes(tileRows * plan.channels * 4),
  sumsPlace: placeBytes(tileRows * tilesOf(plan, blocks) * laneBytes),
})

/** Register tiles of output channels whose products a thread computes together: at each place, all of them take the same tiles. */
function tilesTogether(plan: WinogradLanesPlan, blocks: number): number {
  const { filterPlace, sumsPlace } = distances(plan, blocks)
  return Math.max(1, Math.floor(cachedBytes / (placesOf(plan) * (filterPlace + sumsPlace))))
}

/** The convolution, or the gradient to the input: that of filters `turned` round. */
export function winogradStreamedKernel(
  name: string,
  [source, transformed]: readonly [Buffer, Buffer],
  [filters, turned]: readonly [Buffer, boolean],
  output: Buffer,
  plan: WinogradLanesPlan,
  multiplyAdds: number,
  epilogue: Epilogue | undefined,
): Kernel {
  const { blocks } = source
  const { filterPlace, sumsPlace } = distances(plan, blocks)
  return {
    name: nameWith(epilogue, `${name} winograd${plan.transforms.m}`),
    split: { by: 'items', count: balancedTiles(plan.outChannels).tiles },
    reads: [transformed, filters, ...operandBuffers(epilogue)],
    writes: [output],
    workspaceBytes:
      middleBytes(plan.transforms.input.length) +
      tilesTogether(plan, blocks) * placesOf(plan) * (filterPlace + sumsPlace),
    multiplyAdds,
    emit: (context) => emitItems(transformed, [filters, turned], output, plan, epilogue, context),
  }
}

function emitItems(
  transformed: Buffer,
  [filters, turned]: readonly [Buffer, boolean],
  output: Buffer,
  plan: WinogradLanesPlan,
  epilogue: Epilogue | undefined,
  context: KernelContext,
): Statement[] {
  const { transforms, channels, outChannels, tileRows, tileColumns } = plan
  const { blocks } = output
  const places = placesOf(plan)
  const tiles = tilesOf(plan, blocks)
  const { filterPlace, sumsPlace } = distances(plan, blocks)
  const [filterBytes, sumsBytes] = [places * filterPlace, places * sumsPlace]
  const together = tilesTogether(plan, blocks)
  const { inStep, outStep } = filterSteps(plan, turned)
  const { size, wide } = balancedTiles(outChannels)

  // Workspace: what lies between the halves of a transform, filters and sums of some register tiles.
  const [middle, ownFilters, ownSums, first, last, item, w, sp] = locals('i32')
  const [firstChannel, rows, row, channelOfFour, place, x, block, tileRow, tile] = locals('i32')
  /** The item's output channels: the first `wide` items have one more. */
  const locate = [
    firstChannel.set(i32.add(i32.mul(item, size), i32.min(item, wide))),
    rows.set(i32.add(i32.ltU(item, wide), size)),
  ]
  /** Runs a body for each register tile of those that are computed together. */
  const forEachTile = (body: readonly Statement[]): Statement =>
    countedLoop(item, i32.sub(last, first), [...body], { from: first })

  const [filter, target] = locals('i32')
  const transform = filterTransform(plan, turned, filterPlace, context)
  const transformFilters = [
    w.set(ownFilters),
    forEachTile([
      ...locate,
      countedLoop(channelOfFour, channels / 4, [
        filter.set(
          i32.add(
            context.address(filters),
            i32.add(i32.mul(firstChannel, outStep), i32.mul(channelOfFour, 4 * inStep)),
          ),
        ),
        target.set(i32.add(w, i32.mul(channelOfFour, 16))),
        countedLoop(row, rows, [
          call(transform, filter, target, middle),
          filter.advance(outStep),
          target.advance(channels * 4),
        ]),
      ]),
      w.advance(filterBytes),
    ]),
  ]

  const product = (count: number): Statement => call(productFunction(count, [channels, tiles], context), x, w, sp)
  const products = wide === 0 ? [product(size)] : [ifThen(i32.ltU(item, wide), [product(size + 1)], [product(size)])]
  const multiply = countedLoop(place, places, [
    x.set(i32.add(context.address(transformed), i32.mul(place, inputPlace(plan, blocks)))),
    w.set(i32.add(ownFilters, i32.mul(place, filterPlace))),
    sp.set(i32.add(ownSums, i32.mul(place, sumsPlace))),
    forEachTile([...products, w.advance(filterBytes), sp.advance(sumsBytes)]),
  ])

  const toPixels = forEachTile([
    ...locate,
    tile.set(i32.add(ownSums, i32.mul(i32.sub(item, first), sumsBytes))),
    countedLoop(block, blocks, [
      countedLoop(tileRow, tileRows, [
        sp.set(tile),
        ...outputRow(
          plan,
          {
            output,
            block,
            epilogue,
            middle,
            tileRow,
            firstChannel,
            rows,
            sums: sp,
            sumsChannel: tiles * laneBytes,
            sumsPlace,
          },
          context,
        ),
        tile.advance(tileColumns * laneBytes),
      ]),
    ]),
  ])

  return [
    middle.set(context.workspace),
    ownFilters.set(i32.add(middle, middleBytes(transforms.input.length))),
    ownSums.set(i32.add(ownFilters, together * filterBytes)),
    countedLoop(
      first,
      i32.divU(i32.add(i32.sub(context.to, context.from), together - 1), together),
      [last.set(i32.min(i32.add(first, together), context.to)), ...transformFilters, multiply, toPixels],
      { from: context.from, step: together },
    ),
  ]
}
