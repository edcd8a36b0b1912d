/**
 * The arithmetic of Winograd's convolution, whatever holds the tiles: matrices, and code that multiplies tiles in memory by them. Each vector
 * holds one place of a tile of 4 channels, or of 4 images.
 */
import { range } from '../../../core/range.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import {
  type FunctionHandle,
  f32x4,
  i32,
  ifThen,
  Local,
  repeat,
  type Statement,
  type Value,
  v128,
} from '../assembler/index.ts'
import { laneBytes } from '../buffer.ts'
import type { KernelContext } from '../kernel.ts'
import { type Computed, emitExpression, storeTogether } from './expression.ts'
import type { Epilogue } from './tile.ts'

type Vector = Value<'v128'>

/** The matrices of F(m x m, r x r), for filters of r x r taps. */
export interface WinogradTransforms {
  /** Pixels of an output tile's side. */
  readonly m: number
  readonly input: readonly (readonly number[])[]
  readonly filter: readonly (readonly number[])[]
  readonly output: readonly (readonly number[])[]
}

/** Interpolation at 0, 1, -1 and infinity. */
export const winograd2: WinogradTransforms = {
  m: 2,
  input: [
    [1, 0, -1, 0],
    [0, 1, 1, 0],
    [0, -1, 1, 0],
    [0, 1, 0, -1],
  ],
  filter: [
    [1, 0, 0],
    [1 / 2, 1 / 2, 1 / 2],
    [1 / 2, -1 / 2, 1 / 2],
    [0, 0, 1],
  ],
  output: [
    [1, 1, 1, 0],
    [0, 1, -1, -1],
  ],
}

/** Interpolation at 0, 1, -1, 2, -2 and infinity. */
export const winograd4: WinogradTransforms = {
  m: 4,
  input: [
    [4, 0, -5, 0, 1, 0],
    [0, -4, -4, 1, 1, 0],
    [0, 4, -4, -1, 1, 0],
    [0, -2, -1, 2, 1, 0],
    [0, 2, -1, -2, 1, 0],
    [0, 4, 0, -5, 0, 1],
  ],
  filter: [
    [1 / 4, 0, 0],
    [-1 / 6, -1 / 6, -1 / 6],
    [-1 / 6, 1 / 6, -1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [1 / 24, -1 / 12, 1 / 6],
    [0, 0, 1],
  ],
  output: [
    [1, 1, 1, 1, 1, 0],
    [0, 1, -1, 2, -2, 0],
    [0, 1, 1, 4, 4, 0],
    [0, 1, -1, 8, -8, 1],
  ],
}

/** For filters of 5 x 5: interpolation at the same places. */
export const winograd2of5: WinogradTransforms = {
  m: 2,
  input: winograd4.input,
  filter: [
    [1 / 4, 0, 0, 0, 0],
    [-1 / 6, -1 / 6, -1 / 6, -1 / 6, -1 / 6],
    [-1 / 6, 1 / 6, -1 / 6, 1 / 6, -1 / 6],
    [1 / 24, 1 / 12, 1 / 6, 1 / 3, 2 / 3],
    [1 / 24, -1 / 12, 1 / 6, -1 / 3, 2 / 3],
    [0, 0, 0, 0, 1],
  ],
  output: [
    [1, 1, 1, 1, 1, 0],
    [0, 1, -1, 2, -2, 1],
  ],
}

/** The side of the filters that these matrices are for. */
export const filterSide = ({ filter }: WinogradTransforms): number => filter[0].length

/** One number of each of four neighbouring filters, `step` bytes apart. */
export const gatherFour = (source: Local<'i32'>, at: number, step: number): Vector =>
  ([1, 2, 3] as const).reduce<Vector>(
    (vector, lane) => v128.load32Lane(source, vector, lane, at + lane * step),
    v128.load32Splat(source, at),
  )

/** A row of a transform: the weighted sum of values; terms of weight 0 are left out. */
function weighted(row: readonly number[], values: readonly Vector[], context: KernelContext): Vector {
  let sum: Vector | undefined
  const ordered = range(row.length).sort((a, b) => Number(row[b] === 1) - Number(row[a] === 1))
  for (const i of ordered) {
    const factor = row[i]
    if (factor === 0) continue
    const value = values[i]
    if (sum === undefined) sum = factor === 1 ? value : f32x4.mul(value, splat(factor))
    else if (factor === 1) sum = f32x4.add(sum, value)
    else if (factor === -1) sum = f32x4.sub(sum, value)
    else sum = context.math.multiplyAdd(value, splat(factor), sum)
  }
  return sum!
}

const splat = (value: number): Vector => v128.constF32x4(value, value, value, value)

/** Vectors of a tile's 8 channels or images that are transformed at a time: the engine's widest. */
export const vectorsTogether = ({ wide }: KernelContext): number => (wide ? 2 : 1)

/**
 * Multiplies columns of a matrix in memory by a transform. `load` gives what is in a row and column, each of this many `vectors` of it;
 * `store` takes all vectors of a result.
 */
function transformColumns(
  transform: readonly (readonly number[])[],
  columns: number,
  load: (row: number, column: number, vector: number) => Vector,
  store: (values: readonly Vector[], row: number, column: number) => Statement[],
  context: KernelContext,
  vectors: number,
): Statement[] {
  const values = range(vectors).map(() => transform[0].map(() => new Local('v128')))
  return range(columns).flatMap((column) => [
    ...transform[0].flatMap((_, row) => values.map((of, vector) => of[row].set(load(row, column, vector)))),
    ...transform.flatMap((weights, row) =>
      store(
        values.map((of) => weighted(weights, of, context)),
        row,
        column,
      ),
    ),
  ])
}

/**
 * T x Tᵀ of a tile x for the matrix T. `load` gives what is in a row and column of x, each of this many `vectors` of it; `store` takes all
 * vectors of what is in a row and column of the result. `middle` is memory for what lies between the two products.
 */
export function transformBothSides(
  transform: readonly (readonly number[])[],
  load: (row: number, column: number, vector: number) => Vector,
  middle: Local<'i32'>,
  store: (values: readonly Vector[], row: number, column: number) => Statement[],
  context: KernelContext,
  vectors = 1,
): Statement[] {
  const [rows, columns] = [transform.length, transform[0].length]
  const bytes = 16 * vectors
  return [
    ...transformColumns(
      transform,
      columns,
      load,
      (values, row, column) => storeAll(middle, values, (column * rows + row) * bytes),
      context,
      vectors,
    ),
    ...transformColumns(
      transform,
      rows,
      (row, column, vector) => v128.load(middle, (row * rows + column) * bytes + 16 * vector),
      // The second product runs along the rows of the tile: its results are columns.
      (values, column, row) => store(values, row, column),
      context,
      vectors,
    ),
  ]
}

/** Stores vectors one after the other. */
const storeAll = (target: Local<'i32'>, values: readonly Vector[], at: number): Statement[] =>
  values.map((value, vector) => v128.store(target, value, at + 16 * vector))

/**
 * The function that transforms one tile of 8 channels or images, T d Tᵀ for the matrix T, from rows at a distance to places at another.
 * Kernels of one geometry share it. `middle` is memory for `middleBytes`.
 */
export function tileTransform(
  matrix: readonly (readonly number[])[],
  rowBytes: number,
  place: number,
  context: KernelContext,
): FunctionHandle {
  const [places, size] = [matrix.length, matrix[0].length]
  return context.shared(JSON.stringify(['winograd tile', matrix, rowBytes, place]), () =>
    context.module.function(
      `winograd tile ${size}`,
      { source: 'i32', target: 'i32', middle: 'i32' } as const,
      undefined,
      ({ source, target, middle }) => {
        const vectors = vectorsTogether(context)
        return [
          repeat(2 / vectors, [
            ...transformBothSides(
              matrix,
              (row, column, vector) => v128.load(source, row * rowBytes + column * laneBytes + 16 * vector),
              middle,
              (values, row, column) => storeAll(target, values, (row * places + column) * place),
              context,
              vectors,
            ),
            source.advance(16 * vectors),
            target.advance(16 * vectors),
          ]),
        ]
      },
    ),
  )
}

export interface TileOutput {
  readonly transforms: WinogradTransforms
  /** Where the tile's sums begin, and bytes from one place to the next. */
  readonly sums: { readonly start: Local<'i32'>; readonly place: number }
  /** Memory for the half-done transform. */
  readonly middle: Local<'i32'>
  /** Where the tile's first pixel goes. */
  readonly target: Local<'i32'>
  /** The tile's row and column among the tiles of its image, and the image's size in pixels. */
  readonly tile: readonly [Local<'i32'>, Local<'i32'>]
  readonly size: readonly [number, number]
  readonly epilogue: Epilogue | undefined
  /** Where the epilogue's operands have the tile's first pixel, channel or number. */
  readonly pointers: readonly Local<'i32'>[]
  /** A vector of an operand that goes along channels. */
  perChannel(pointer: Local<'i32'>, vector: number): Vector
}

/**
 * Transforms the sums of one tile to pixels, Aᵀ S A, goes on with the epilogue, and stores the pixels that the image has: as many vectors
 * of each as `vectorsTogether` says.
 */
export function tileOutput(
  { transforms, sums, middle, target, tile, size, epilogue, pointers, perChannel }: TileOutput,
  context: KernelContext,
): Statement[] {
  const { m, output } = transforms
  const n = output[0].length
  const [, width] = size
  const finish = (values: readonly Vector[], row: number, column: number): Statement[] => {
    const place = (row * width + column) * laneBytes
    if (epilogue === undefined) return storeAll(target, values, place)
    const { nodes, producer, operands } = epilogue
    const finished = values.map((value, vector): Computed => {
      const sum = new Local('v128')
      const load = (leaf: Tensor): Vector => {
        if (leaf === producer) return sum
        const k = operands.findIndex((operand) => operand.leaf === leaf)
        const { along } = operands[k]
        if (along === 'elements') return v128.load(pointers[k], place + 16 * vector)
        return along === 'channels' ? perChannel(pointers[k], vector) : v128.load32Splat(pointers[k])
      }
      const result = emitExpression(nodes, load, context)
      return { ...result, statements: [sum.set(value), ...result.statements] }
    })
    return storeTogether(target, finished, place)
  }
  /** Runs what stores a row or column of the tile only where the image has it. */
  const where = (index: number, axis: 0 | 1, statements: Statement[]): Statement[] =>
    size[axis] % m === 0 || index < size[axis] % m
      ? statements
      : [ifThen(i32.ltU(i32.add(i32.mul(tile[axis], m), index), size[axis]), statements)]
  return transformBothSides(
    output,
    (row, column, vector) => v128.load(sums.start, (row * n + column) * sums.place + 16 * vector),
    middle,
    (values, row, column) => where(row, 0, where(column, 1, finish(values, row, column))),
    context,
    vectorsTogether(context),
  )
}

/** Memory between the halves of a transform of n x n places, whatever the engine's vectors. */
export const middleBytes = (n: number): number => n * n * laneBytes

/**
 * Bytes from one of the n² places to the next, at least `bytes`: an odd number of cache lines, so that places that are written together
 * do not all fall into one set of the cache.
 */
export const placeBytes = (bytes: number): number => (Math.ceil(bytes / 64) | 1) * 64
