/**
 * Matrix products that are not a dense layer on a batch: the gradient to a dense layer's weights, and the general product of
 * row-major matrices.
 *
 * Both use the tile of 6 rows by 8 columns: for each inner index, two vectors of b's row and 6 broadcast values of a feed 12
 * multiply-adds. For the weights' gradient the inner index runs over the images: a stays in lanes, where an image's value is one of 8
 * neighbours, and b is the row-major copy of the features. The general product first packs a into panels of 6 rows and b into
 * panels of 8 columns (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008), so that the tile
 * reads both in a straight line. As many panels of a as stay in the second-level cache are multiplied with all panels of b before the next ones.
 */
import { blockSize } from '../../../compile/layout.ts'
import { broadcastStrides, sizeOf, stridesOf } from '../../../core/shape.ts'
import type { Signature } from '../../../graph/op.ts'
import { type MatmulAttributes, matmulSizes } from '../../../ops/matmul.ts'
import {
  call,
  countedLoop,
  type FunctionHandle,
  f32,
  i32,
  ifThen,
  type Local,
  type Statement,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { tileRows } from './tile.ts'

const tileColumns = 8

/** Bytes of panels of a that a product takes at a time. */
const cachedBytes = 256 * 1024

const zero = (): Value<'v128'> => v128.constF32x4(0, 0, 0, 0)

/** Stores a tile's row: whole, or its first `columns` values. */
function storeRow(target: Value<'i32'>, offset: number, row: readonly Local<'v128'>[], columns: number): Statement[] {
  return row.flatMap((vector, half) => {
    const present = Math.min(4, columns - 4 * half)
    if (present >= 4) return [v128.store(target, vector, offset + 16 * half)]
    return Array.from({ length: Math.max(0, present) }, (_, lane) =>
      v128.store32Lane(target, vector, lane as 0 | 1 | 2 | 3, offset + 16 * half + 4 * lane),
    )
  })
}

/** c [M, K] = Σ over images of a[n, m] b[n, k], for a in lanes [N, M] and b row-major [N, K]. */
export function imageProductKernel(a: Buffer, b: Buffer, c: Buffer): Kernel {
  const [images, m] = a.shape
  const k = b.shape[1]
  const rowTiles = Math.ceil(m / tileRows)
  const columnTiles = Math.ceil(k / tileColumns)
  const lastRows = m - (rowTiles - 1) * tileRows
  const lastColumns = k - (columnTiles - 1) * tileColumns

  const emitTile = ({ module, math }: KernelContext, rows: number, columns: number): FunctionHandle =>
    module.function(
      `imageProduct ${rows} ${columns}`,
      { a: 'i32', b: 'i32', c: 'i32' } as const,
      undefined,
      (p, builder) => {
        const vectors = columns > 4 ? 2 : 1
        const sums = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => builder.local('v128')))
        const values = Array.from({ length: vectors }, () => builder.local('v128'))
        const factor = builder.local('v128')
        const image = (lane: number): Statement[] => [
          ...values.map((value, half) => value.set(v128.load(p.b, lane * k * 4 + 16 * half))),
          ...sums.flatMap((row, r) => [
            factor.set(v128.load32Splat(p.a, r * laneBytes + lane * 4)),
            ...row.map((sum, half) => sum.set(math.multiplyAdd(factor, values[half], sum))),
          ]),
        ]
        const lanes = (count: number): Statement[] => Array.from({ length: count }, (_, lane) => image(lane)).flat()
        return [
          ...sums.flat().map((sum) => sum.set(zero())),
          countedLoop(builder.local('i32'), Math.floor(images / blockSize), [
            ...lanes(blockSize),
            p.a.set(i32.add(p.a, m * laneBytes)),
            p.b.set(i32.add(p.b, blockSize * k * 4)),
          ]),
          ...lanes(images % blockSize),
          ...sums.flatMap((row, r) => storeRow(p.c, r * k * 4, row, columns)),
        ]
      },
    )

  return {
    name: 'imageProduct',
    split: { by: 'items', count: rowTiles * columnTiles },
    reads: [a, b],
    writes: [c],
    multiplyAdds: images * m * k,
    emit(context) {
      const tile = new Map<string, FunctionHandle>()
      const of = (rows: number, columns: number): FunctionHandle => {
        const key = `${rows} ${columns}`
        const handle = tile.get(key) ?? emitTile(context, rows, columns)
        tile.set(key, handle)
        return handle
      }
      const [item, row, column] = [context.local('i32'), context.local('i32'), context.local('i32')]
      const run = (rows: number, columns: number): Statement[] => [
        call(
          of(rows, columns),
          i32.add(context.address(a), i32.mul(row, tileRows * laneBytes)),
          i32.add(context.address(b), i32.mul(column, tileColumns * 4)),
          i32.add(context.address(c), i32.add(i32.mul(row, tileRows * k * 4), i32.mul(column, tileColumns * 4))),
        ) as Statement,
      ]
      const choose = (rows: number): Statement[] =>
        lastColumns === tileColumns
          ? run(rows, tileColumns)
          : [ifThen(i32.eq(column, columnTiles - 1), run(rows, lastColumns), run(rows, tileColumns))]
      return [
        item.set(context.from),
        countedLoop(context.local('i32'), i32.sub(context.to, context.from), [
          row.set(i32.divU(item, columnTiles)),
          column.set(i32.remU(item, columnTiles)),
          ...(lastRows === tileRows
            ? choose(tileRows)
            : [ifThen(i32.eq(row, rowTiles - 1), choose(lastRows), choose(tileRows))]),
          item.set(i32.add(item, 1)),
        ]),
      ]
    },
  }
}

/** Where a matrix's element [row, column] lies, in bytes. */
interface MatrixSteps {
  readonly row: number
  readonly column: number
}

/**
 * Packs matrices [count][rows][columns], read through `steps`, into panels [count][rows / width][columns][width]; places of rows that do not
 * exist are 0.
 */
function packKernel(
  name: string,
  input: Buffer,
  panels: Buffer,
  rows: number,
  columns: number,
  width: number,
  steps: MatrixSteps,
): Kernel {
  const panelsEach = Math.ceil(rows / width)
  const lastRows = rows - (panelsEach - 1) * width
  const panelBytes = columns * width * 4
  return {
    name,
    split: { by: 'items', count: panels.elements / (columns * width) },
    reads: [input],
    writes: [panels],
    emit(context) {
      const [item, source, target] = [context.local('i32'), context.local('i32'), context.local('i32')]
      const column = context.local('i32')
      // Neighbours in memory are copied four at a time.
      const together = (present: number): number => (steps.row === 4 ? present >> 2 : 0)
      const copy = (present: number): Statement[] => [
        countedLoop(column, columns, [
          ...Array.from({ length: together(present) }, (_, i) => v128.store(target, v128.load(source, 16 * i), 16 * i)),
          ...Array.from({ length: width - 4 * together(present) }, (_, i) => {
            const r = 4 * together(present) + i
            return f32.store(target, r < present ? f32.load(source, r * steps.row) : f32.const(0), 4 * r)
          }),
          source.set(i32.add(source, steps.column)),
          target.set(i32.add(target, width * 4)),
        ]),
      ]
      const panel = i32.remU(item, panelsEach)
      const matrix = i32.mul(i32.divU(item, panelsEach), rows * columns * 4)
      return [
        item.set(context.from),
        countedLoop(context.local('i32'), i32.sub(context.to, context.from), [
          source.set(i32.add(context.address(input), i32.add(matrix, i32.mul(panel, width * steps.row)))),
          target.set(i32.add(context.address(panels), i32.mul(item, panelBytes))),
          ...(lastRows === width ? copy(width) : [ifThen(i32.eq(panel, panelsEach - 1), copy(lastRows), copy(width))]),
          item.set(i32.add(item, 1)),
        ]),
      ]
    },
  }
}

/** Buffers that a product needs for its panels. */
export type Temporary = (name: string, signature: Signature) => Buffer

/** c = a b for row-major matrices with batch axes, either of them transposed: three kernels. */
export function productKernels(
  a: Buffer,
  b: Buffer,
  c: Buffer,
  attributes: MatmulAttributes,
  temporary: Temporary,
): Kernel[] {
  const { m, k, n, batch } = matmulSizes([a, b], attributes)
  const panelsOf = (x: Buffer, rows: number, width: number): Buffer =>
    temporary('panels', {
      shape: [sizeOf(x.shape.slice(0, -2)) * Math.ceil(rows / width) * width * k],
      dtype: 'float32',
    })
  const panelsA = panelsOf(a, m, tileRows)
  const panelsB = panelsOf(b, n, tileColumns)
  const rowTiles = Math.ceil(m / tileRows)
  const columnTiles = Math.ceil(n / tileColumns)
  const lastRows = m - (rowTiles - 1) * tileRows
  const lastColumns = n - (columnTiles - 1) * tileColumns
  const bytesA = k * tileRows * 4
  const bytesB = k * tileColumns * 4
  // Panels of a that stay in the second-level cache while all panels of b pass over them.
  const together = Math.min(rowTiles, Math.max(1, Math.floor(cachedBytes / bytesA)))
  const rowBlocks = Math.ceil(rowTiles / together)

  const emitTile = ({ module, math }: KernelContext, rows: number, columns: number): FunctionHandle =>
    module.function(
      `product ${rows} ${columns}`,
      { a: 'i32', b: 'i32', c: 'i32' } as const,
      undefined,
      (p, builder) => {
        const sums = Array.from({ length: rows }, () => [builder.local('v128'), builder.local('v128')])
        const values = [builder.local('v128'), builder.local('v128')]
        const factor = builder.local('v128')
        const inner = (u: number): Statement[] => [
          ...values.map((value, half) => value.set(v128.load(p.b, u * tileColumns * 4 + 16 * half))),
          ...sums.flatMap((row, r) => [
            factor.set(v128.load32Splat(p.a, (u * tileRows + r) * 4)),
            ...row.map((sum, half) => sum.set(math.multiplyAdd(factor, values[half], sum))),
          ]),
        ]
        const unroll = [4, 3, 2].find((count) => k % count === 0) ?? 1
        return [
          ...sums.flat().map((sum) => sum.set(zero())),
          countedLoop(builder.local('i32'), k / unroll, [
            ...Array.from({ length: unroll }, (_, u) => inner(u)).flat(),
            p.a.set(i32.add(p.a, unroll * tileRows * 4)),
            p.b.set(i32.add(p.b, unroll * tileColumns * 4)),
          ]),
          ...sums.flatMap((row, r) => storeRow(p.c, r * n * 4, row, columns)),
        ]
      },
    )

  const multiply: Kernel = {
    name: 'matmul',
    split: { by: 'items', count: sizeOf(batch) * rowBlocks * columnTiles },
    reads: [panelsA, panelsB],
    writes: [c],
    multiplyAdds: sizeOf(batch) * m * k * n,
    emit(context) {
      const [item, column, rest, block, matrix, first, tiles, startA, pointerA, pointerB, target] = Array.from(
        { length: 11 },
        () => context.local('i32'),
      )
      const whole = lastRows === tileRows ? rowTiles : rowTiles - 1
      const strip = (columns: number): Statement[] => {
        const tile = whole > 0 ? emitTile(context, tileRows, columns) : undefined
        const last = whole < rowTiles ? emitTile(context, lastRows, columns) : undefined
        return [
          ...(tile === undefined
            ? []
            : [
                countedLoop(context.local('i32'), tiles, [
                  call(tile, pointerA, pointerB, target) as Statement,
                  pointerA.set(i32.add(pointerA, bytesA)),
                  target.set(i32.add(target, tileRows * n * 4)),
                ]),
              ]),
          ...(last === undefined
            ? []
            : [ifThen(i32.eq(block, rowBlocks - 1), [call(last, pointerA, pointerB, target) as Statement])]),
        ]
      }
      const wholeStrip = strip(tileColumns)
      const strips =
        lastColumns === tileColumns
          ? wholeStrip
          : [ifThen(i32.eq(column, columnTiles - 1), strip(lastColumns), wholeStrip)]
      return [
        item.set(context.from),
        countedLoop(context.local('i32'), i32.sub(context.to, context.from), [
          column.set(i32.remU(item, columnTiles)),
          rest.set(i32.divU(item, columnTiles)),
          block.set(i32.remU(rest, rowBlocks)),
          matrix.set(i32.divU(rest, rowBlocks)),
          first.set(i32.mul(block, together)),
          tiles.set(i32.min(i32.const(together), i32.sub(whole, first))),
          startA.set(i32.add(i32.mul(matrixIndex(a, batch, matrix), rowTiles * bytesA), i32.mul(first, bytesA))),
          pointerA.set(i32.add(context.address(panelsA), startA)),
          pointerB.set(
            i32.add(
              context.address(panelsB),
              i32.mul(i32.add(i32.mul(matrixIndex(b, batch, matrix), columnTiles), column), bytesB),
            ),
          ),
          target.set(
            i32.add(
              i32.add(context.address(c), i32.mul(first, tileRows * n * 4)),
              i32.add(i32.mul(matrix, m * n * 4), i32.mul(column, tileColumns * 4)),
            ),
          ),
          ...strips,
          item.set(i32.add(item, 1)),
        ]),
      ]
    },
  }

  const { transposeA, transposeB } = attributes
  return [
    packKernel(
      'pack a',
      a,
      panelsA,
      m,
      k,
      tileRows,
      transposeA ? { row: 4, column: m * 4 } : { row: k * 4, column: 4 },
    ),
    packKernel(
      'pack b',
      b,
      panelsB,
      n,
      k,
      tileColumns,
      transposeB ? { row: k * 4, column: 4 } : { row: 4, column: n * 4 },
    ),
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
