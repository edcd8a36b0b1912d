/**
 * Winograd's convolution for filters of 3 x 3 and stride 1, on images in channels (Lavin and Gray, "Fast Algorithms for Convolutional Neural
 * Networks", 2015, section 4).
 *
 * An output tile of m x m pixels comes from an input tile of n x n, n = m + 2, by n² products a channel instead of 9 m²: with
 * Y = Aᵀ [(G g Gᵀ) ∘ (Bᵀ d B)] A, F(2 x 2) takes 4 products a pixel and F(4 x 4) 2.25. Summed over channels, each of the n² places is a
 * matrix product of its own, done by the pixel tile with tiles for pixels. Filters are transformed once, when weights change.
 *
 * A thread takes a strip of tiles at a time: it transforms their input into its workspace, which stays in the second-level cache, and for
 * each block of 8 output channels computes the n² products, n² rows of sums that stay in the first, and transforms them to pixels.
 */
import type { Tensor } from '../../../graph/tensor.ts'
import {
  call,
  countedLoop,
  type FunctionHandle,
  f32x4,
  i32,
  ifThen,
  type Local,
  type Statement,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Buffer, channelBlocks, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { emitExpression } from './expression.ts'
import { type SumPart, tileFunction, tilePixels } from './pixel-tile.ts'
import { balancedTiles, type Epilogue } from './tile.ts'

type Vector = Value<'v128'>

/** The matrices of F(m x m, 3 x 3). */
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

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** A row of a transform: the weighted sum of values; terms of weight 0 are left out. */
function weighted(row: readonly number[], values: readonly Vector[], context: KernelContext): Vector {
  let sum: Vector | undefined
  const ordered = upTo(row.length).sort((a, b) => Number(row[b] === 1) - Number(row[a] === 1))
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

/** Multiplies columns of a matrix of vectors in memory by a transform: `rows` values at `from(i, column)` become others at `to`. */
export function transformColumns(
  transform: readonly (readonly number[])[],
  columns: number,
  load: (row: number, column: number) => Vector,
  store: (value: Vector, row: number, column: number) => Statement[],
  context: KernelContext,
): Statement[] {
  const values = transform[0].map(() => context.local('v128'))
  return upTo(columns).flatMap((column) => [
    ...values.map((value, row) => value.set(load(row, column))),
    ...transform.flatMap((weights, row) => store(weighted(weights, values, context), row, column)),
  ])
}

/**
 * The function that transforms one tile of 8 channels or images, T d Tᵀ for the matrix T, from rows at a distance to places at another.
 * Kernels of one geometry share it. `middle` is memory for as many vectors as the tile has places.
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
      ({ source, target, middle }, builder) => {
        const inner: KernelContext = { ...context, builder, local: (type) => builder.local(type) }
        return [
          countedLoop(builder.local('i32'), 2, [
            ...transformColumns(
              matrix,
              size,
              (row, column) => v128.load(source, row * rowBytes + column * laneBytes),
              (value, row, column) => [v128.store(middle, value, (column * places + row) * 16)],
              inner,
            ),
            ...transformColumns(
              matrix,
              places,
              (row, column) => v128.load(middle, (row * places + column) * 16),
              (value, row, column) => [v128.store(target, value, (column * places + row) * place)],
              inner,
            ),
            source.set(i32.add(source, 16)),
            target.set(i32.add(target, 16)),
          ]),
        ]
      },
    ),
  )
}

/** How a convolution is cut into strips of tiles and shares of the output channels. */
export interface WinogradPlan {
  readonly transforms: WinogradTransforms
  readonly tileRows: number
  readonly tileColumns: number
  /** Tiles of a strip, and number of strips. */
  readonly stripTiles: number
  readonly strips: number
  /** Into how many parts the output channels are cut, so that there is work for many threads. */
  readonly shares: number
  readonly channels: number
  readonly outBlocks: number
}

/** Bytes of transformed input that a strip may have: what a second-level cache keeps beside the filters that stream through it. */
const stripBytes = 640 * 1024

/** Items that let many threads work. */
const usualItems = 8

export function planWinograd(
  transforms: WinogradTransforms,
  inChannels: number,
  output: readonly number[],
): WinogradPlan {
  const [batch, outChannels, height, width] = output
  const { m, input } = transforms
  const [tileRows, tileColumns] = [Math.ceil(height / m), Math.ceil(width / m)]
  const tiles = batch * tileRows * tileColumns
  const tileBytes = input.length ** 2 * inChannels * 4
  const most = Math.min(tiles, Math.max(2 * tilePixels, Math.floor(stripBytes / tileBytes / tilePixels) * tilePixels))
  const strips = Math.ceil(tiles / most)
  const even = strips > 1 && strips < usualItems ? 2 * Math.ceil(strips / 2) : strips
  const outBlocks = outChannels / 8
  const shares = [1, 2, 4, 8].find((n) => even * n >= usualItems || (outBlocks / n) % 2 !== 0) ?? 1
  return {
    transforms,
    tileRows,
    tileColumns,
    stripTiles: Math.ceil(tiles / even),
    strips: Math.ceil(tiles / Math.ceil(tiles / even)),
    shares,
    channels: inChannels,
    outBlocks,
  }
}

/**
 * Bytes from one of the n² places to the next, at least `bytes`: an odd number of cache lines, so that places that are written together
 * do not all fall into one set of the cache.
 */
export const placeBytes = (bytes: number): number => (Math.ceil(bytes / 64) | 1) * 64

/** Vector instructions of transforms in a processor's cycle, bytes of filters from beyond the second-level cache, multiply-adds. */
export const perCycle = { instructions: 1.5, bytes: 8, multiplyAdds: 8 }

/** Cycles that a plan takes, roughly: products, transforms, and filters that each strip reads anew. */
export function winogradCycles({ transforms, strips, stripTiles, shares, channels, outBlocks }: WinogradPlan): number {
  const { m, input } = transforms
  const n = input.length
  const tiles = strips * stripTiles
  const instructions = (rows: number, columns: number): number => rows * columns * (columns / 2 + 2)
  const inputTransform = (shares * (tiles * channels * (instructions(n, n) + instructions(n, n)))) / 4
  const outputTransform = 2 * tiles * outBlocks * (instructions(m, n) * (1 + m / n))
  return (
    (tiles * n * n * channels * outBlocks * 8) / perCycle.multiplyAdds +
    (inputTransform + outputTransform) / perCycle.instructions +
    (strips * n * n * channels * outBlocks * laneBytes) / perCycle.bytes
  )
}

/** Cycles of the direct method for so many multiply-adds. */
export const directCycles = (multiplyAdds: number): number => multiplyAdds / perCycle.multiplyAdds

/** Height and width of the zero-padded source that the tiles read. */
export const winogradFrame = ({ transforms: { m }, tileRows, tileColumns }: WinogradPlan): [number, number] => [
  tileRows * m + 2,
  tileColumns * m + 2,
]

/** Floats of the transformed filters: `[O / 8][n²][C][8]`. */
export const winogradFilterCount = ({ transforms, channels, outBlocks }: WinogradPlan): number =>
  outBlocks * transforms.input.length ** 2 * channels * 8

/** G g Gᵀ of each filter of [O, C, 3, 3]. */
export function winogradFiltersKernel(filters: Buffer, transformed: Buffer, plan: WinogradPlan): Kernel {
  const { transforms, channels, outBlocks } = plan
  const n = transforms.input.length
  const place = channels * laneBytes
  const outBytes = channels * 36
  return {
    name: 'winogradFilters',
    split: { by: 'items', count: outBlocks },
    reads: [filters],
    writes: [transformed],
    workspaceBytes: 3 * n * 16,
    emit(context) {
      const [block, source, target, middle] = [0, 1, 2, 3].map(() => context.local('i32'))
      /** One tap of the filters of four neighbouring output channels. */
      const tap = (row: number, column: number): Vector => {
        const at = (row * 3 + column) * 4
        return ([1, 2, 3] as const).reduce<Vector>(
          (vector, lane) => v128.load32Lane(source, vector, lane, at + lane * outBytes),
          v128.load32Splat(source, at),
        )
      }
      return [
        middle.set(context.workspace),
        countedLoop(
          block,
          i32.sub(context.to, context.from),
          [
            source.set(i32.add(context.address(filters), i32.mul(block, 8 * outBytes))),
            target.set(i32.add(context.address(transformed), i32.mul(block, n * n * place))),
            countedLoop(context.local('i32'), channels, [
              countedLoop(context.local('i32'), 2, [
                ...transformColumns(
                  transforms.filter,
                  3,
                  tap,
                  (value, row, column) => [v128.store(middle, value, (column * n + row) * 16)],
                  context,
                ),
                ...transformColumns(
                  transforms.filter,
                  n,
                  (row, column) => v128.load(middle, (row * n + column) * 16),
                  (value, row, column) => [v128.store(target, value, (column * n + row) * place)],
                  context,
                ),
                source.set(i32.add(source, 4 * outBytes)),
                target.set(i32.add(target, 16)),
              ]),
              source.set(i32.add(source, 36 - 8 * outBytes)),
            ]),
          ],
          { from: context.from },
        ),
      ]
    },
  }
}

/** The convolution of a framed source in channels with transformed filters. */
export function winogradKernel(
  source: Buffer,
  filters: Buffer,
  output: Buffer,
  plan: WinogradPlan,
  multiplyAdds: number,
  epilogue: Epilogue | undefined,
): Kernel {
  const n = plan.transforms.input.length
  return {
    name: ['conv2d', `winograd${plan.transforms.m}`, ...(epilogue?.nodes ?? []).map((node) => node.op.name)].join(' '),
    split: { by: 'items', count: plan.strips * plan.shares },
    reads: [source, filters, ...(epilogue?.operands ?? []).map(({ buffer }) => buffer)],
    writes: [output],
    workspaceBytes: n * n * (16 + 128 + plan.stripTiles * (laneBytes + plan.channels * 4)),
    multiplyAdds,
    emit: (context) => emitStrips(source, filters, output, plan, epilogue, context),
  }
}

function emitStrips(
  source: Buffer,
  filters: Buffer,
  output: Buffer,
  plan: WinogradPlan,
  epilogue: Epilogue | undefined,
  context: KernelContext,
): Statement[] {
  const { transforms, tileRows, tileColumns, stripTiles, shares, channels, outBlocks } = plan
  const { m } = transforms
  const n = transforms.input.length
  const [batch, , height, width] = output.shape
  const tilesInAll = batch * tileRows * tileColumns
  const local = (): Local<'i32'> => context.local('i32')
  const first = i32.const(0)

  // Workspace: n² vectors between the two halves of a transform, the sums of one block, the transformed input.
  const middle = local()
  const sums = local()
  const transformed = local()
  const sumsPlace = placeBytes(stripTiles * laneBytes)
  const inputPlace = placeBytes((channels / 8) * stripTiles * laneBytes)

  const [item, tile, inStrip, count] = [local(), local(), local(), local()]
  const [image, tileRow, tileColumn] = [local(), local(), local()]
  const locate = [
    image.set(i32.divU(tile, tileRows * tileColumns)),
    tileRow.set(i32.remU(i32.divU(tile, tileColumns), tileRows)),
    tileColumn.set(i32.remU(tile, tileColumns)),
  ]
  const forEachTile = (body: Statement[]): Statement[] => [
    tile.set(i32.mul(i32.divU(item, shares), stripTiles)),
    count.set(i32.sub(i32.min(i32.add(tile, stripTiles), tilesInAll), tile)),
    countedLoop(inStrip, count, [...locate, ...body, tile.set(i32.add(tile, 1))]),
  ]

  const [frameHeight, frameWidth] = source.shape.slice(2)
  const plane = frameHeight * frameWidth * laneBytes
  const x = local()
  const v = local()
  const transformTile = tileTransform(transforms.input, frameWidth * laneBytes, inputPlace, context)
  const transformInput = forEachTile([
    x.set(
      i32.add(
        i32.add(context.address(source, first), i32.mul(image, plane * channelBlocks(source.shape))),
        i32.add(i32.mul(tileRow, m * frameWidth * laneBytes), i32.mul(tileColumn, m * laneBytes)),
      ),
    ),
    v.set(i32.add(transformed, i32.mul(inStrip, laneBytes))),
    countedLoop(local(), channels / 8, [
      call(transformTile, x, v, middle),
      x.set(i32.add(x, plane)),
      v.set(i32.add(v, stripTiles * laneBytes)),
    ]),
  ])

  // The products of all tiles of a strip, missing ones too: their sums are not used.
  const parts: SumPart[] = [
    {
      start: 0,
      loops: [{ count: channels / 8, step: stripTiles * laneBytes }],
      offsets: upTo(8).map((channel) => channel * 4),
    },
  ]
  const { tiles, size, wide } = balancedTiles(stripTiles, tilePixels)
  const [block, w] = [local(), local()]
  const [xp, sp] = [local(), local()]
  const multiply = (pixels: number, turns: number): Statement[] =>
    turns === 0
      ? []
      : [
          call(
            tileFunction(pixels, { depthwise: false, pixelStep: laneBytes, parts }, undefined, context),
            xp,
            w,
            sp,
            i32.const(turns),
          ),
          xp.set(i32.add(xp, turns * pixels * laneBytes)),
          sp.set(i32.add(sp, turns * pixels * laneBytes)),
        ]
  const rewind = stripTiles * laneBytes
  const products = [
    xp.set(transformed),
    sp.set(sums),
    countedLoop(local(), n * n, [
      ...multiply(size + 1, wide),
      ...multiply(size, tiles - wide),
      xp.set(i32.add(xp, inputPlace - rewind)),
      sp.set(i32.add(sp, sumsPlace - rewind)),
      w.set(i32.add(w, channels * laneBytes)),
    ]),
  ]

  const operands = epilogue?.operands ?? []
  const y = local()
  const offset = local()
  const pointers = operands.map(local)
  const finish = (value: Vector, row: number, column: number): Statement[] => {
    const place = (row * width + column) * laneBytes
    if (epilogue === undefined) return [v128.store(y, value, place)]
    const sum = context.local('v128')
    const load = (leaf: Tensor): Vector => {
      if (leaf === epilogue.producer) return sum
      const k = operands.findIndex((operand) => operand.leaf === leaf)
      if (operands[k].along === 'nothing') return v128.load32Splat(pointers[k])
      return v128.load(pointers[k], operands[k].along === 'elements' ? place : 0)
    }
    const { statements, value: result } = emitExpression(epilogue.nodes, load, context)
    return [sum.set(value), ...statements, v128.store(y, result, place)]
  }
  /** Runs what stores a row or column of a tile only where the image has it. */
  const where = (index: number, position: Local<'i32'>, extent: number, statements: Statement[]): Statement[] =>
    extent % m === 0 || index < extent % m
      ? statements
      : [ifThen(i32.ltU(i32.add(i32.mul(position, m), index), extent), statements)]
  const outputHalf = (): Statement[] => {
    const s = v
    return [
      ...transformColumns(
        transforms.output,
        n,
        (row, column) => v128.load(s, (row * n + column) * sumsPlace),
        (value, row, column) => [v128.store(middle, value, (column * m + row) * 16)],
        context,
      ),
      ...transformColumns(
        transforms.output,
        m,
        (row, column) => v128.load(middle, (row * m + column) * 16),
        // The second transform runs along rows: its results are the columns of the tile.
        (value, column, row) =>
          where(row, tileRow, height, where(column, tileColumn, width, finish(value, row, column))),
        context,
      ),
    ]
  }
  const transformOutput = forEachTile([
    v.set(i32.add(sums, i32.mul(inStrip, laneBytes))),
    offset.set(
      i32.add(
        i32.mul(i32.add(i32.mul(image, outBlocks), block), height * width * laneBytes),
        i32.add(i32.mul(tileRow, m * width * laneBytes), i32.mul(tileColumn, m * laneBytes)),
      ),
    ),
    y.set(i32.add(context.address(output, first), offset)),
    ...operands.map(({ buffer, along }, k) => {
      const base = context.address(buffer, first)
      if (along === 'nothing') return pointers[k].set(base)
      return pointers[k].set(i32.add(base, along === 'elements' ? offset : i32.mul(block, laneBytes)))
    }),
    countedLoop(local(), 2, [
      ...outputHalf(),
      v.set(i32.add(v, 16)),
      y.set(i32.add(y, 16)),
      ...operands.flatMap(({ along }, k) => (along === 'nothing' ? [] : [pointers[k].set(i32.add(pointers[k], 16))])),
    ]),
  ])

  const perShare = outBlocks / shares
  return [
    middle.set(context.workspace),
    sums.set(i32.add(middle, n * n * 16)),
    transformed.set(i32.add(sums, n * n * sumsPlace)),
    countedLoop(
      item,
      i32.sub(context.to, context.from),
      [
        ...transformInput,
        block.set(i32.mul(i32.remU(item, shares), perShare)),
        w.set(i32.add(context.address(filters), i32.mul(block, n * n * channels * laneBytes))),
        countedLoop(local(), perShare, [...products, ...transformOutput, block.set(i32.add(block, 1))]),
      ],
      { from: context.from },
    ),
  ]
}
