/**
 * The general product of row-major matrices, by the tile of 6 rows by 8 columns, or 16 for wide vectors. First b is packed into panels of a tile's
 * columns, and a, where it is transposed, into panels of 6 rows (Goto and van de Geijn, "Anatomy of High-Performance Matrix
 * Multiplication", 2008), so that the tile reads in straight lines. As many rows of a as stay in the second-level cache are multiplied with all
 * panels of b before the next ones.
 */

import { range } from '../../../core/range.ts'
import { broadcastStrides, sizeOf, stridesOf } from '../../../core/shape.ts'
import { type MatmulAttributes, matmulSizes } from '../../../ops/matmul.ts'
import { call, countedLoop, f32, i32, locals, repeat, type Statement, type Value, v128 } from '../assembler/index.ts'
import { type Buffer, floatBuffer } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { transpose4 } from './convert.ts'
import { forEachItem } from './nest.ts'
import { type Cut, cut, cutColumns, cutRows, startOf, tileSums } from './product-tile.ts'

/** Bytes of a that a product takes at a time. */
const cachedBytes = 256 * 1024

/** Bytes of the panels of one matrix. */
const panelsBytes = ({ tiles, size }: Cut, inner: number): number => tiles * size * inner * 4

/**
 * Packs matrices [rows][inner], a row's elements side by side, into panels [rows / size][inner][size]: four rows and four columns are transposed
 * at a time.
 */
function packRowsKernel(input: Buffer, panels: Buffer, rows: Cut, inner: number): Kernel {
  const { count, size, tiles } = rows
  return {
    name: 'pack b',
    split: { by: 'items', count: panels.elements / (inner * size) },
    reads: [input],
    writes: [panels],
    emit(context) {
      const [item, row, source, target, counter] = locals('i32')
      // A matrix of fewer rows than a panel has gives its last one again.
      const at = (r: number): number => Math.min(r, count - 1) * inner * 4
      const transposed = range(size / 4).flatMap((four) => {
        const { statements, columns } = transpose4([0, 1, 2, 3].map((r) => v128.load(source, at(4 * four + r))))
        return [...statements, ...columns.map((column, i) => v128.store(target, column, (i * size + 4 * four) * 4))]
      })
      const singles = range(size).map((r) => f32.store(target, f32.load(source, at(r)), 4 * r))
      const step = (elements: number): Statement[] => [
        source.advance(4 * elements),
        target.advance(4 * elements * size),
      ]
      return [
        forEachItem(context, item, [
          row.set(i32.add(i32.mul(i32.divU(item, tiles), count), startOf(rows, i32.remU(item, tiles)))),
          source.set(i32.add(context.address(input), i32.mul(row, inner * 4))),
          target.set(i32.add(context.address(panels), i32.mul(item, inner * size * 4))),
          countedLoop(counter, inner >> 2, [...transposed, ...step(4)]),
          countedLoop(counter, inner & 3, [...singles, ...step(1)]),
        ]),
      ]
    },
  }
}

/** Rows of a matrix that are packed together, so that each panel gets whole cache lines. */
const rowsTogether = 4

/** Packs matrices [inner][columns] into panels [columns / size][inner][size], a few rows of all panels at a time. */
function packColumnsKernel(name: string, input: Buffer, panels: Buffer, columns: Cut, inner: number): Kernel {
  const { count, size, tiles } = columns
  const pieces = cut(inner, Math.min(inner, rowsTogether))
  const matrices = (panels.elements * 4) / panelsBytes(columns, inner)
  return {
    name,
    split: { by: 'items', count: matrices * pieces.tiles },
    reads: [input],
    writes: [panels],
    emit(context) {
      const [item, matrix, row, start, source, target, panel] = locals('i32')
      const copied = Math.floor(size / 4)
      return [
        forEachItem(context, item, [
          matrix.set(i32.divU(item, pieces.tiles)),
          row.set(startOf(pieces, i32.remU(item, pieces.tiles))),
          start.set(i32.add(context.address(input), i32.mul(i32.add(i32.mul(matrix, inner), row), count * 4))),
          target.set(
            i32.add(
              context.address(panels),
              i32.add(i32.mul(matrix, panelsBytes(columns, inner)), i32.mul(row, size * 4)),
            ),
          ),
          countedLoop(panel, tiles, [
            source.set(i32.add(start, i32.mul(startOf(columns, panel), 4))),
            ...range(pieces.size).flatMap((r) => [
              ...range(copied).map((i) =>
                v128.store(target, v128.load(source, r * count * 4 + 16 * i), r * size * 4 + 16 * i),
              ),
              ...range(size - 4 * copied).map((i) =>
                f32.store(target, f32.load(source, (r * count + 4 * copied + i) * 4), (r * size + 4 * copied + i) * 4),
              ),
            ]),
            target.advance(inner * size * 4),
          ]),
        ]),
      ]
    },
  }
}

/** c = a b for row-major matrices with batch axes, either of them transposed: packing, then multiplying. */
export function productKernels(a: Buffer, b: Buffer, c: Buffer, attributes: MatmulAttributes, wide: boolean): Kernel[] {
  const { m, k, n, batch } = matmulSizes([a, b], attributes)
  const rows = cutRows(m)
  const columns = cutColumns(n, wide)
  const panelsOf = (x: Buffer, { size, tiles }: Cut): Buffer =>
    floatBuffer('panels', [sizeOf(x.shape.slice(0, -2)) * tiles * size * k])
  const { transposeA, transposeB } = attributes
  const panels = panelsOf(b, columns)
  const bytesA = k * rows.size * 4
  const bytesB = k * columns.size * 4
  /** Where tiles read a, and bytes from one row, inner index and matrix to the next. */
  const readA = transposeA
    ? { buffer: panelsOf(a, rows), row: 4, inner: rows.size * 4, matrix: rows.tiles * bytesA }
    : { buffer: a, row: k * 4, inner: 4, matrix: m * k * 4 }
  // Tiles' rows of a that stay in the second-level cache while all panels of b pass over them.
  const together = Math.min(rows.tiles, Math.max(1, Math.floor(cachedBytes / bytesA)))
  const rowBlocks = Math.ceil(rows.tiles / together)

  const emitTile = (context: KernelContext) =>
    context.module.function('product', { a: 'i32', b: 'i32', c: 'i32' } as const, undefined, (p) => {
      const { clear, step, store } = tileSums(context, rows, columns)
      const unroll = [8, 4, 3, 2].find((count) => k % count === 0) ?? 1
      return [
        ...clear,
        repeat(k / unroll, [
          ...range(unroll).flatMap((u) =>
            step(
              (row) => v128.load32Splat(p.a, u * readA.inner + row * readA.row),
              (vector) => v128.load(p.b, u * columns.size * 4 + 16 * vector),
            ),
          ),
          p.a.advance(unroll * readA.inner),
          p.b.advance(unroll * columns.size * 4),
        ]),
        ...store(p.c),
      ]
    })

  const multiply: Kernel = {
    name: 'matmul',
    split: { by: 'items', count: sizeOf(batch) * rowBlocks * columns.tiles },
    reads: [readA.buffer, panels],
    writes: [c],
    multiplyAdds: sizeOf(batch) * m * k * n,
    emit(context) {
      const tile = emitTile(context)
      const [item, column, rest, matrix, first, index, row, pointerA, pointerB, target] = locals('i32')
      return [
        forEachItem(context, item, [
          column.set(i32.remU(item, columns.tiles)),
          rest.set(i32.divU(item, columns.tiles)),
          first.set(i32.mul(i32.remU(rest, rowBlocks), together)),
          matrix.set(i32.divU(rest, rowBlocks)),
          pointerA.set(i32.add(context.address(readA.buffer), i32.mul(matrixIndex(a, batch, matrix), readA.matrix))),
          pointerB.set(
            i32.add(
              context.address(panels),
              i32.mul(i32.add(i32.mul(matrixIndex(b, batch, matrix), columns.tiles), column), bytesB),
            ),
          ),
          target.set(
            i32.add(context.address(c), i32.mul(i32.add(i32.mul(matrix, m * n), startOf(columns, column)), 4)),
          ),
          countedLoop(
            index,
            i32.min(together, i32.sub(rows.tiles, first)),
            [
              row.set(startOf(rows, index)),
              call(
                tile,
                i32.add(pointerA, transposeA ? i32.mul(index, bytesA) : i32.mul(row, k * 4)),
                pointerB,
                i32.add(target, i32.mul(row, n * 4)),
              ),
            ],
            { from: first },
          ),
        ]),
      ]
    },
  }

  return [
    ...(transposeA ? [packColumnsKernel('pack a', a, readA.buffer, rows, k)] : []),
    transposeB ? packRowsKernel(b, panels, columns, k) : packColumnsKernel('pack b', b, panels, columns, k),
    multiply,
  ]
}

/** Which of an operand's matrices goes with a matrix of the broadcast batch. */
function matrixIndex(operand: Buffer, batch: readonly number[], matrix: Value<'i32'>): Value<'i32'> {
  const strides = broadcastStrides(operand.shape.slice(0, -2), batch)
  const places = stridesOf(batch)
  if (strides.every((stride, axis) => stride === places[axis])) return matrix
  return batch.reduce<Value<'i32'>>(
    (sum, size, axis) =>
      strides[axis] === 0 ? sum : i32.add(sum, i32.mul(i32.remU(i32.divU(matrix, places[axis]), size), strides[axis])),
    i32.const(0),
  )
}
