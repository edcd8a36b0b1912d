/**
 * The gradient to a dense layer's weights, by the tile of matrix products. The inner index runs over the images: a stays in lanes, where an image's
 * value is one of 8 neighbours, and b is the row-major copy of the features.
 */

import { range } from '../../../core/range.ts'
import { call, i32, locals, repeat, type Statement, v128 } from '../assembler/index.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { blockSize } from '../layout/layout.ts'
import { forEachItem } from './nest.ts'
import { cutColumns, cutRows, startOf, tileSums } from './product-tile.ts'

/** c [M, K] = Σ over images of a[n, m] b[n, k], for a in lanes [N, M] and b row-major [N, K]. */
export function imageProductKernel(a: Buffer, b: Buffer, c: Buffer, wide: boolean): Kernel {
  const [images, m] = a.shape
  const k = b.shape[1]
  const rows = cutRows(m)
  const columns = cutColumns(k, wide)

  const emitTile = (context: KernelContext) =>
    context.module.function('imageProduct', { a: 'i32', b: 'i32', c: 'i32' } as const, undefined, (p) => {
      const { clear, step, store } = tileSums(context, rows, columns)
      const lanes = (count: number): Statement[] =>
        range(count).flatMap((lane) =>
          step(
            (row) => v128.load32Splat(p.a, row * laneBytes + lane * 4),
            (vector) => v128.load(p.b, lane * k * 4 + 16 * vector),
          ),
        )
      return [
        ...clear,
        repeat(Math.floor(images / blockSize), [
          ...lanes(blockSize),
          p.a.advance(m * laneBytes),
          p.b.advance(blockSize * k * 4),
        ]),
        ...lanes(images % blockSize),
        ...store(p.c),
      ]
    })

  return {
    name: 'imageProduct',
    split: { by: 'items', count: rows.tiles * columns.tiles },
    reads: [a, b],
    writes: [c],
    multiplyAdds: images * m * k,
    emit(context) {
      const tile = emitTile(context)
      const [item, row, column] = locals('i32')
      return [
        forEachItem(context, item, [
          row.set(startOf(rows, i32.divU(item, columns.tiles))),
          column.set(startOf(columns, i32.remU(item, columns.tiles))),
          call(
            tile,
            i32.add(context.address(a), i32.mul(row, laneBytes)),
            i32.add(context.address(b), i32.mul(column, 4)),
            i32.add(context.address(c), i32.mul(i32.add(i32.mul(row, k), column), 4)),
          ),
        ]),
      ]
    },
  }
}
