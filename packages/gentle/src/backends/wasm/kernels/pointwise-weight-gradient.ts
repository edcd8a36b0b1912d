/**
 * The gradient of filters of 1 x 1, on a batch in lanes: a product of dy and x over all places of all images, by the tile of matrix products.
 *
 * dw[o, c] is a sum over blocks, places and lanes. In the tile of other filters lanes stay apart, and each part of the image is used for 6 output channels before the next one comes
 * from the second-level cache. Here the lanes are part of what is summed over: x is brought into panels, 16 channels side by side (8 without wide vectors) for each lane of each place, and a value of dy, one
 * of 8 neighbours, is a factor for all of them. So a tile of 6 output channels by a panel reads a third of the bytes for a multiply-add, and no lanes are added up at the end.
 *
 * Some places make a chunk: their values of a few panels stay in the second-level cache, those of one panel or of 6 channels of dy in the first, while all tiles of these panels pass. Then
 * the sums go to dw, from where the next chunk takes them. Threads share the tiles; each packs the panels that it needs. Sums are taken in the order of blocks, places and lanes, so the
 * bits depend neither on threads nor on the width of vectors.
 */
import { range } from '../../../core/range.ts'
import { type Conv2dAttributes, type Conv2dSizes, conv2dMultiplyAdds } from '../../../ops/conv2d.ts'
import {
  call,
  countedLoop,
  type FunctionHandle,
  i32,
  ifThen,
  locals,
  memoryFill,
  repeat,
  type Statement,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { blockSize } from '../layout/layout.ts'
import { transpose4 } from './convert.ts'
import { forEachItem } from './nest.ts'
import { registerTile } from './register-tile.ts'
import { balancedTiles } from './tile.ts'

/** Places of a chunk at most: of a panel they take 18 KB. */
const maxPlaces = 36

/** Panels that are packed before all tiles pass over them. */
const panelsTogether = 8

/** Vectors of a panel. */
const vectorsOf = (wide: boolean): number => (wide ? 4 : 2)

/** dw [O, C, 1, 1] from x and dy in lanes; C is a multiple of 4, and nothing is padded. */
export function pointwiseWeightGradientKernel(
  x: Buffer,
  dy: Buffer,
  dw: Buffer,
  sizes: Conv2dSizes,
  attributes: Conv2dAttributes,
  wide: boolean,
): Kernel {
  const { inChannels, outChannels, height, width, outHeight, outWidth } = sizes
  const [rowStride, columnStride] = attributes.stride
  const vectors = vectorsOf(wide)
  const columns = 4 * vectors
  const panels = Math.ceil(inChannels / columns)
  const lastVectors = (inChannels - (panels - 1) * columns) / 4
  const tiles = balancedTiles(outChannels)
  const planeBytes = height * width * laneBytes
  const outPlaneBytes = outHeight * outWidth * laneBytes
  const places = outHeight * outWidth
  const placesTogether = Math.ceil(places / Math.ceil(places / maxPlaces))
  const blocksTogether = Math.min(x.blocks, Math.max(1, Math.floor(maxPlaces / places)))
  const placeBytes = columns * laneBytes
  const panelBytes = blocksTogether * placesTogether * placeBytes
  const together = Math.min(panels, panelsTogether)
  const isContiguous = rowStride === 1 && columnStride === 1

  /** A function (image, panel, places, column of the first) that brings so many places of some channels into a panel. */
  const emitPack = (context: KernelContext, count: number): FunctionHandle => {
    const parameters = { x: 'i32', panel: 'i32', places: 'i32', column: 'i32' } as const
    return context.module.function(`pointwise panel ${count}`, parameters, undefined, (p) => {
      const place = range(count).flatMap((four) =>
        [0, 4].flatMap((half) => {
          const loads = range(4).map((i) => v128.load(p.x, (4 * four + i) * planeBytes + 4 * half))
          const { statements, columns: ofLanes } = transpose4(loads)
          return [
            ...statements,
            ...ofLanes.map((vector, lane) => v128.store(p.panel, vector, ((half + lane) * columns + 4 * four) * 4)),
          ]
        }),
      )
      const nextRow = (rowStride * width - outWidth * columnStride) * laneBytes
      return [
        repeat(p.places, [
          ...place,
          p.panel.advance(placeBytes),
          p.x.advance(columnStride * laneBytes),
          ...(isContiguous
            ? []
            : [
                p.column.advance(1),
                ifThen(i32.eq(p.column, outWidth), [p.column.set(i32.const(0)), p.x.advance(nextRow)]),
              ]),
        ]),
      ]
    })
  }

  /** A function (panel, dy, dw, blocks, places) that adds to the sums of a tile what the places of some blocks give. */
  const emitTile = (context: KernelContext, rows: number, count: number): FunctionHandle => {
    const parameters = { panel: 'i32', dy: 'i32', dw: 'i32', blocks: 'i32', places: 'i32' } as const
    return context.module.function(`pointwise tile ${rows} x ${count}`, parameters, undefined, (p) => {
      const { step, each } = registerTile(context, rows, count)
      const at = (row: number, vector: number): number => (row * inChannels + 4 * vector) * 4
      const lanes = range(blockSize).flatMap((lane) =>
        step(
          (row) => v128.load32Splat(p.dy, row * outPlaneBytes + lane * 4),
          (vector) => v128.load(p.panel, (lane * columns + 4 * vector) * 4),
        ),
      )
      return [
        ...each((sum, row, vector) => sum.set(v128.load(p.dw, at(row, vector)))),
        repeat(p.blocks, [
          repeat(p.places, [...lanes, p.panel.advance(placeBytes), p.dy.advance(laneBytes)]),
          p.dy.advance(i32.sub(dy.blockBytes, i32.mul(p.places, laneBytes))),
        ]),
        ...each((sum, row, vector) => v128.store(p.dw, sum, at(row, vector))),
      ]
    })
  }

  return {
    name: 'pointwiseWeightGradient',
    split: { by: 'items', count: panels * tiles.tiles },
    reads: [x, dy],
    writes: [dw],
    workspaceBytes: together * panelBytes,
    multiplyAdds: conv2dMultiplyAdds(sizes, attributes),
    key: attributes,
    emit(context) {
      const [item, block, blocks, place, count, group, panel, first, end, tile, i, channel] = locals('i32')
      const heights = [
        ...new Set([...(tiles.wide > 0 ? [tiles.size + 1] : []), ...(tiles.wide < tiles.tiles ? [tiles.size] : [])]),
      ]
      const widths = [...new Set([...(panels > 1 ? [vectors] : []), lastVectors])]
      const packs = new Map(widths.map((n) => [n, emitPack(context, n)]))
      const products = new Map(heights.flatMap((m) => widths.map((n) => [`${m} ${n}`, emitTile(context, m, n)])))
      /** Code for a panel's vectors: the last panel may have fewer. */
      const byWidth = (code: (n: number) => Statement[]): Statement[] =>
        widths.length === 1 ? code(widths[0]) : [ifThen(i32.eq(panel, panels - 1), code(lastVectors), code(vectors))]
      const byHeight = (code: (m: number) => Statement[]): Statement[] =>
        heights.length === 1
          ? code(heights[0])
          : [ifThen(i32.ltU(tile, tiles.wide), code(heights[0]), code(heights[1]))]
      const setChannel = channel.set(i32.add(i32.mul(tile, tiles.size), i32.min(tile, tiles.wide)))
      const target = i32.add(
        context.address(dw),
        i32.mul(i32.add(i32.mul(channel, inChannels), i32.mul(panel, columns)), 4),
      )
      const kept = i32.add(context.workspace, i32.mul(i32.sub(panel, first), panelBytes))
      const startOfPlace = (): Value<'i32'> =>
        isContiguous
          ? i32.mul(place, laneBytes)
          : i32.mul(
              i32.add(
                i32.mul(i32.divU(place, outWidth), rowStride * width),
                i32.mul(i32.remU(place, outWidth), columnStride),
              ),
              laneBytes,
            )
      const pack = byWidth((n) => [
        countedLoop(i, blocks, [
          call(
            packs.get(n)!,
            i32.add(
              i32.add(context.address(x, i32.add(block, i)), i32.mul(panel, columns * planeBytes)),
              startOfPlace(),
            ),
            i32.add(kept, i32.mul(i, placesTogether * placeBytes)),
            count,
            i32.remU(place, outWidth),
          ) as Statement,
        ]),
      ])
      const multiply = byHeight((m) =>
        byWidth((n) => [
          call(
            products.get(`${m} ${n}`)!,
            kept,
            i32.add(context.address(dy, block), i32.add(i32.mul(channel, outPlaneBytes), i32.mul(place, laneBytes))),
            target,
            blocks,
            count,
          ) as Statement,
        ]),
      )
      const clear = byHeight((m) =>
        byWidth((n) => range(m).map((row) => memoryFill(i32.add(target, row * inChannels * 4), 0, 16 * n))),
      )
      const ofItem = (index: Value<'i32'>): Statement[] => [
        panel.set(i32.divU(index, tiles.tiles)),
        tile.set(i32.remU(index, tiles.tiles)),
        setChannel,
      ]
      /** All tiles of some panels, of those items that are the thread's. */
      const allTiles = countedLoop(tile, tiles.tiles, [
        setChannel,
        countedLoop(
          panel,
          i32.sub(end, first),
          [
            item.set(i32.add(i32.mul(panel, tiles.tiles), tile)),
            ifThen(i32.and(i32.geU(item, context.from), i32.ltU(item, context.to)), multiply),
          ],
          { from: first },
        ),
      ])
      const lastPanel = i32.divU(i32.sub(context.to, 1), tiles.tiles)
      const firstPanel = i32.divU(context.from, tiles.tiles)
      const groups = Math.ceil(panels / together)
      return [
        forEachItem(context, item, [...ofItem(item), ...clear]),
        countedLoop(
          block,
          Math.ceil(x.blocks / blocksTogether),
          [
            blocks.set(i32.min(blocksTogether, i32.sub(x.blocks, block))),
            countedLoop(
              place,
              Math.ceil(places / placesTogether),
              [
                count.set(i32.min(placesTogether, i32.sub(places, place))),
                countedLoop(group, groups, [
                  first.set(i32.add(firstPanel, i32.mul(group, together))),
                  end.set(i32.min(i32.add(first, together), i32.add(lastPanel, 1))),
                  ifThen(i32.ltU(first, end), [
                    countedLoop(panel, i32.sub(end, first), pack, { from: first }),
                    allTiles,
                  ]),
                ]),
              ],
              { step: placesTogether },
            ),
          ],
          { step: blocksTogether },
        ),
      ]
    },
  }
}
