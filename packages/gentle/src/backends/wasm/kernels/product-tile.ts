/**
 * The tile of matrix products: 6 rows by 8 columns. For each inner index, two vectors of b's row and 6 broadcast values of a feed 12
 * multiply-adds. Where the engine joins vectors to such of 256 bits, a tile has 16 columns: the same 12 sums then are twice as wide.
 *
 * Where rows or columns do not divide, the last tile begins earlier: it computes some elements again, to the same values, so that all tiles are alike.
 */
import { range } from '../../../core/range.ts'
import { i32, type Local, type Statement, type Value, v128 } from '../assembler/index.ts'
import type { KernelContext } from '../kernel.ts'
import { registerTile } from './register-tile.ts'
import { tileRows } from './tile.ts'

/** How one side of a product, its rows or its columns, is cut into tiles. */
export interface Cut {
  readonly count: number
  /** Of one tile. */
  readonly size: number
  readonly tiles: number
}

export const cut = (count: number, size: number): Cut => ({ count, size, tiles: Math.ceil(count / size) })

/** As many tiles as rows need, as even as they can be. */
export const cutRows = (count: number): Cut => cut(count, Math.ceil(count / Math.ceil(count / tileRows)))

/** Columns are taken as whole vectors: where there are fewer than fill a tile, some lanes of the last one hold what does not matter. */
export function cutColumns(count: number, wide: boolean): Cut {
  if (wide && count >= 16) return cut(count, 16)
  return cut(count, count > 4 ? 8 : 4)
}

/** Where a tile begins. */
export const startOf = ({ count, size }: Cut, index: Value<'i32'>): Value<'i32'> =>
  i32.min(i32.mul(index, size), Math.max(0, count - size))

/** Stores a vector's first `count` lanes. */
function storeFirst(target: Local<'i32'>, vector: Local<'v128'>, count: number, offset: number): Statement[] {
  if (count >= 4) return [v128.store(target, vector, offset)]
  return range(Math.max(0, count)).map((lane) =>
    v128.store32Lane(target, vector, lane as 0 | 1 | 2 | 3, offset + 4 * lane),
  )
}

/** A tile's sums: what sets them to 0, what one inner index adds to them, and what stores them. */
export function tileSums(context: KernelContext, rows: Cut, columns: Cut) {
  const { clear, step, each } = registerTile(context, rows.size, columns.size / 4)
  return {
    clear,
    step,
    store: (target: Local<'i32'>): Statement[] =>
      each((sum, row, vector) =>
        storeFirst(target, sum, columns.count - 4 * vector, (row * columns.count + 4 * vector) * 4),
      ),
  }
}
