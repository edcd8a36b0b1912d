/**
 * The tile of matrix products: 6 rows by 8 columns. For each inner index, two vectors of b's row and 6 broadcast values of a feed 12
 * multiply-adds. Where the engine joins vectors to such of 256 bits, a tile has 16 columns: the same 12 sums then are twice as wide.
 *
 * Where rows or columns do not divide, the last tile begins earlier: it computes some elements again, to the same values, so that all tiles are alike.
 */
import { i32, type Local, type Statement, type Value, v128 } from '../assembler/index.ts'
import type { KernelContext } from '../kernel.ts'
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
  return Array.from({ length: Math.max(0, count) }, (_, lane) =>
    v128.store32Lane(target, vector, lane as 0 | 1 | 2 | 3, offset + 4 * lane),
  )
}

/** A tile's sums: what sets them to 0, what one inner index adds to them, and what stores them. */
export function tileSums({ math }: KernelContext, local: () => Local<'v128'>, rows: Cut, columns: Cut) {
  const vectors = columns.size / 4
  const sums = Array.from({ length: rows.size }, () => Array.from({ length: vectors }, local))
  const values = Array.from({ length: vectors }, local)
  const factor = local()
  return {
    clear: sums.flat().map((sum) => sum.set(v128.constF32x4(0, 0, 0, 0))),
    add: (a: (row: number) => Value<'v128'>, b: (vector: number) => Value<'v128'>): Statement[] => [
      ...values.map((value, vector) => value.set(b(vector))),
      ...sums.flatMap((row, r) => [
        factor.set(a(r)),
        ...row.map((sum, vector) => sum.set(math.multiplyAdd(factor, values[vector], sum))),
      ]),
    ],
    store: (target: Local<'i32'>): Statement[] =>
      sums.flatMap((row, r) =>
        row.flatMap((sum, vector) =>
          storeFirst(target, sum, columns.count - 4 * vector, (r * columns.count + 4 * vector) * 4),
        ),
      ),
  }
}
