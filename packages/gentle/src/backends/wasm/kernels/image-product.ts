/**
 * The gradient to a dense layer's weights, by the tile of matrix products. The inner index runs over the images: a stays in lanes, where an image's
 * value is one of 8 neighbours, and the features b are brought into panels [tiles][N][columns], of which some stay in the cache while all rows pass
 * over them. Features that are row-major are read where they lie.
 */

import { range } from '../../../core/range.ts'
import { call, countedLoop, i32, locals, repeat, type Statement, type Value, v128 } from '../assembler/index.ts'
import { type Buffer, floatBuffer, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { blockSize } from '../layout/layout.ts'
import { transpose4 } from './convert.ts'
import { forEachItem } from './nest.ts'
import { type Cut, cut, cutColumns, cutRows, startOf, tileSums } from './product-tile.ts'

/** Tiles of columns that all rows pass over together: of b they take what the caches keep, and of a row of the result a long stretch. */
const columnTilesTogether = 16

/** c [M, K] = Σ over images of a[n, m] b[n, k], for a in lanes [N, M] and b [N, K] in lanes or row-major. */
export function imageProductKernels(a: Buffer, b: Buffer, c: Buffer, wide: boolean): Kernel[] {
  const columns = cutColumns(b.shape[1], wide)
  if (b.layout === 'plain') return [productKernel(a, b, c, columns)]
  const panels = floatBuffer('panels', [columns.tiles, b.blocks * blockSize, columns.size])
  return [packKernel(b, panels, columns), productKernel(a, panels, c, columns)]
}

/** Features in lanes [N, K] as panels of a tile's columns. */
function packKernel(features: Buffer, panels: Buffer, columns: Cut): Kernel {
  const { blocks, blockBytes } = features
  const { count, size, tiles } = columns
  return {
    name: 'pack features',
    split: { by: 'items', count: tiles },
    reads: [features],
    writes: [panels],
    emit(context) {
      const [tile, source, target] = locals('i32')
      const fours = range(size / 4).flatMap((four) =>
        [0, 4].flatMap((half) => {
          // Of fewer columns than fill a vector, the last one is taken again.
          const loads = range(4).map((i) => v128.load(source, Math.min(4 * four + i, count - 1) * laneBytes + 4 * half))
          const { statements, columns: ofImages } = transpose4(loads)
          return [
            ...statements,
            ...ofImages.map((vector, i) => v128.store(target, vector, ((half + i) * size + 4 * four) * 4)),
          ]
        }),
      )
      return [
        target.set(i32.add(context.address(panels), i32.mul(context.from, blocks * size * laneBytes))),
        forEachItem(context, tile, [
          source.set(i32.add(context.address(features, i32.const(0)), i32.mul(startOf(columns, tile), laneBytes))),
          repeat(blocks, [...fours, source.advance(blockBytes), target.advance(size * laneBytes)]),
        ]),
      ]
    },
  }
}

function productKernel(a: Buffer, b: Buffer, c: Buffer, columns: Cut): Kernel {
  const [images, m] = a.shape
  const k = columns.count
  const rows = cutRows(m)
  const groups = cut(columns.tiles, Math.min(columns.tiles, columnTilesTogether))
  // b is row-major, or in panels.
  const inPanels = b.shape.length === 3
  const image = (inPanels ? columns.size : k) * 4
  const columnOf = (tile: Value<'i32'>): Value<'i32'> =>
    inPanels ? i32.mul(tile, (b.elements / columns.tiles) * 4) : i32.mul(startOf(columns, tile), 4)

  const emitTile = (context: KernelContext) =>
    context.module.function('imageProduct', { a: 'i32', b: 'i32', c: 'i32' } as const, undefined, (p) => {
      const { clear, step, store } = tileSums(context, rows, columns)
      const lanes = (count: number): Statement[] =>
        range(count).flatMap((lane) =>
          step(
            (row) => v128.load32Splat(p.a, row * laneBytes + lane * 4),
            (vector) => v128.load(p.b, lane * image + 16 * vector),
          ),
        )
      return [
        ...clear,
        repeat(Math.floor(images / blockSize), [
          ...lanes(blockSize),
          p.a.advance(m * laneBytes),
          p.b.advance(blockSize * image),
        ]),
        ...lanes(images % blockSize),
        ...store(p.c),
      ]
    })

  return {
    name: 'imageProduct',
    split: { by: 'items', count: groups.tiles * rows.tiles },
    reads: [a, b],
    writes: [c],
    multiplyAdds: images * m * k,
    emit(context) {
      const tile = emitTile(context)
      const [item, row, first, column] = locals('i32')
      return [
        forEachItem(context, item, [
          first.set(i32.mul(i32.divU(item, rows.tiles), groups.size)),
          row.set(startOf(rows, i32.remU(item, rows.tiles))),
          countedLoop(
            column,
            i32.min(groups.size, i32.sub(columns.tiles, first)),
            [
              call(
                tile,
                i32.add(context.address(a), i32.mul(row, laneBytes)),
                i32.add(context.address(b), columnOf(column)),
                i32.add(context.address(c), i32.mul(i32.add(i32.mul(row, k), startOf(columns, column)), 4)),
              ),
            ],
            { from: first },
          ),
        ]),
      ]
    },
  }
}
