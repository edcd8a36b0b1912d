/**
 * What Winograd's convolutions on a batch in lanes have in common: transforms of a row of tiles and of filters, products, and sums that
 * become pixels. Each vector holds one place of a tile of 4 images, and weights are broadcast.
 */
import { range } from '../../../core/range.ts'
import {
  call,
  countedLoop,
  type FunctionHandle,
  i32,
  ifThen,
  Local,
  locals,
  memoryCopy,
  memoryFill,
  type Operand,
  repeat,
  type Statement,
  select,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { KernelContext } from '../kernel.ts'
import { registerTile } from './register-tile.ts'
import type { Epilogue } from './tile.ts'
import {
  gatherFour,
  middleBytes,
  tileOutput,
  tileTransform,
  transformBothSides,
  vectorsTogether,
  type WinogradTransforms,
} from './winograd-transforms.ts'

/** A convolution of 3 x 3 and stride 1. */
export interface WinogradLanesSizes {
  /** Channels summed over, and channels of the output. */
  readonly channels: number
  readonly outChannels: number
  readonly height: number
  readonly width: number
  readonly outHeight: number
  readonly outWidth: number
  readonly padding: readonly [number, number]
}

export interface WinogradLanesPlan extends WinogradLanesSizes {
  readonly transforms: WinogradTransforms
  readonly tileRows: number
  readonly tileColumns: number
}

export function planWinogradLanes(transforms: WinogradTransforms, sizes: WinogradLanesSizes): WinogradLanesPlan {
  const { m } = transforms
  return {
    ...sizes,
    transforms,
    tileRows: Math.ceil(sizes.outHeight / m),
    tileColumns: Math.ceil(sizes.outWidth / m),
  }
}

/** Places of a transformed tile. */
export const placesOf = ({ transforms: { input } }: WinogradLanesPlan): number => input.length ** 2

/** Bytes of a channel of 8 images. */
export const planeBytes = ({ height, width }: WinogradLanesPlan): number => height * width * laneBytes

/** The same of the output. */
const outPlaneBytes = ({ outHeight, outWidth }: WinogradLanesPlan): number => outHeight * outWidth * laneBytes

/** Bytes of one of the rows that a row of tiles reads, with the zeros around them. */
const frameRowBytes = ({ transforms: { m }, tileColumns }: WinogradLanesPlan): number =>
  (tileColumns * m + 2) * laneBytes

/** Workspace of `transformTileRow`: what lies between the halves of a transform, and the framed rows of one channel. */
export const framedBytes = (plan: WinogradLanesPlan): number =>
  middleBytes(plan.transforms.input.length) + plan.transforms.input.length * frameRowBytes(plan)

/** Sets the pointers into such a workspace, and the zeros that stay around each row. */
export function beginFrame(plan: WinogradLanesPlan, workspace: Value<'i32'>) {
  const [middle, frame] = locals('i32')
  const n = plan.transforms.input.length
  const statements = [
    middle.set(workspace),
    frame.set(i32.add(middle, middleBytes(n))),
    memoryFill(frame, 0, n * frameRowBytes(plan)),
  ]
  return { middle, frame, statements }
}

interface TileRow {
  readonly middle: Local<'i32'>
  readonly frame: Local<'i32'>
  /** The image's row, which may be outside, that the tiles' first row is, and where it is of the channel. */
  readonly firstRow: Local<'i32'>
  readonly start: Local<'i32'>
  /** Bytes from one place of the transformed tiles to the next. */
  readonly place: number
}

/** Frames and transforms a row of tiles of one channel. `targetOf` says where the tile of a column goes. */
export function transformTileRow(
  plan: WinogradLanesPlan,
  { middle, frame, firstRow, start, place }: TileRow,
  targetOf: (column: Local<'i32'>) => Value<'i32'>,
  context: KernelContext,
): Statement[] {
  const { transforms, height, width, padding, tileColumns } = plan
  const frameRow = frameRowBytes(plan)
  const left = padding[1] * laneBytes
  const copied = Math.min(width * laneBytes, frameRow - left)
  const frameRows = range(transforms.input.length).map((row): Statement => {
    const target = i32.add(frame, row * frameRow + left)
    return ifThen(
      i32.ltU(i32.add(firstRow, row), height),
      [memoryCopy(target, i32.add(start, row * width * laneBytes), copied)],
      [memoryFill(target, 0, copied)],
    )
  })
  const transform = tileTransform(transforms.input, frameRow, place, context)
  const [source, column] = locals('i32')
  return [
    ...frameRows,
    source.set(frame),
    countedLoop(column, tileColumns, [
      call(transform, source, targetOf(column), middle),
      source.advance(transforms.m * laneBytes),
    ]),
  ]
}

/**
 * Where one channel of a tile begins among transformed ones: as `product` takes them, `[tiles / t][channels][t]` with as many tiles t as
 * the engine's vectors hold, and the last alone where it has no neighbour.
 */
export function tileAddress(
  start: Value<'i32'>,
  tile: Value<'i32'>,
  channel: Value<'i32'>,
  [channels, tiles]: readonly [number, number],
  context: KernelContext,
): Value<'i32'> {
  const group = channels * laneBytes
  if (vectorsTogether(context) === 1) return i32.add(start, i32.add(i32.mul(tile, group), i32.mul(channel, laneBytes)))
  const first = i32.add(start, i32.mul(i32.shrU(tile, 1), 2 * group))
  const paired = i32.add(i32.mul(channel, 2 * laneBytes), i32.mul(i32.and(tile, 1), laneBytes))
  if (tiles % 2 === 0) return i32.add(first, paired)
  return i32.add(first, select(i32.mul(channel, laneBytes), paired, i32.eq(tile, tiles - 1)))
}

/**
 * A function (tiles, weights, sums) that sums `rows` output channels over all channels, at one place of some tiles: weights [rows, C] by
 * tiles as `tileAddress` has them, to sums [rows, tiles] of 8 images.
 */
export function productFunction(
  rows: number,
  [channels, tiles]: readonly [number, number],
  context: KernelContext,
): FunctionHandle {
  const key = JSON.stringify(['winograd product', rows, channels, tiles])
  return context.shared(key, () =>
    context.module.function(
      `winograd product ${rows}`,
      { source: 'i32', weights: 'i32', output: 'i32' } as const,
      undefined,
      ({ source, weights, output }) => {
        const w = new Local('i32')
        /** The sums of this many neighbouring tiles. */
        const tilesAtOnce = (count: number): Statement[] => {
          const { clear, step, each } = registerTile(context, rows, 2 * count)
          const sumChannel = (channel: number): Statement[] =>
            step(
              (out) => v128.load32Splat(w, out * channels * 4 + channel * 4),
              (vector) => v128.load(source, channel * count * laneBytes + vector * 16),
            )
          return [
            w.set(weights),
            ...clear,
            repeat(channels / 4, [
              ...[0, 1, 2, 3].flatMap(sumChannel),
              source.advance(4 * count * laneBytes),
              w.advance(16),
            ]),
            ...each((sum, out, vector) => v128.store(output, sum, out * tiles * laneBytes + vector * 16)),
            output.advance(count * laneBytes),
          ]
        }
        const together = vectorsTogether(context)
        return [
          repeat(Math.floor(tiles / together), tilesAtOnce(together)),
          ...(tiles % together === 0 ? [] : tilesAtOnce(1)),
        ]
      },
    ),
  )
}

/**
 * A function (source, target, middle) that transforms the filters of one output channel and four neighbouring channels, G g Gᵀ, to places `place` bytes apart.
 * For the gradient to the input, in and out change places and filters are `turned` by half a turn.
 */
export function filterTransform(
  plan: WinogradLanesPlan,
  turned: boolean,
  place: number,
  context: KernelContext,
): FunctionHandle {
  const { transforms } = plan
  const { inStep } = filterSteps(plan, turned)
  const n = transforms.input.length
  return context.shared(JSON.stringify(['winograd filters', transforms.filter, inStep, turned, place]), () =>
    context.module.function(
      'winograd filters',
      { source: 'i32', target: 'i32', middle: 'i32' } as const,
      undefined,
      ({ source, target, middle }) =>
        transformBothSides(
          transforms.filter,
          (row, column) => gatherFour(source, (turned ? 8 - (row * 3 + column) : row * 3 + column) * 4, inStep),
          middle,
          ([value], row, column) => [v128.store(target, value, (row * n + column) * place)],
          context,
        ),
    ),
  )
}

/** Bytes of filters [O, C, 3, 3] from one channel that is summed over to the next, and from one output channel to the next. */
export const filterSteps = ({ channels, outChannels }: WinogradLanesPlan, turned: boolean) =>
  turned ? { inStep: outChannels * 36, outStep: 36 } : { inStep: 36, outStep: channels * 36 }

interface OutputRow {
  readonly output: Buffer
  readonly block: Value<'i32'>
  readonly epilogue: Epilogue | undefined
  readonly middle: Local<'i32'>
  /** The row of tiles, the first of the output channels, and how many. */
  readonly tileRow: Local<'i32'>
  readonly firstChannel: Local<'i32'>
  readonly rows: Operand<'i32'>
  /** Where the row's sums of the first channel begin, which moves; bytes to the next channel's, and from one place to the next. */
  readonly sums: Local<'i32'>
  readonly sumsChannel: number
  readonly sumsPlace: number
}

/** Transforms the sums of a row of tiles to pixels, channel by channel. */
export function outputRow(plan: WinogradLanesPlan, row: OutputRow, context: KernelContext): Statement[] {
  const { transforms, outHeight, outWidth, tileColumns } = plan
  const { output, block, epilogue, middle, tileRow, firstChannel, rows, sums, sumsChannel, sumsPlace } = row
  const { m } = transforms
  const operands = epilogue?.operands ?? []
  const pointers = operands.map(() => new Local('i32'))
  const [offset, target, tileColumn] = locals('i32')
  const tileOut = tileOutput(
    {
      transforms,
      sums: { start: sums, place: sumsPlace },
      middle,
      target,
      tile: [tileRow, tileColumn],
      size: [outHeight, outWidth],
      epilogue,
      pointers,
      perChannel: (pointer) => v128.load32Splat(pointer),
    },
    context,
  )
  const alongElements = (bytes: number): Statement[] =>
    operands.flatMap(({ along }, k) => (along === 'elements' ? [pointers[k].advance(bytes)] : []))
  const step = 16 * vectorsTogether(context)
  const toNextChannel = outPlaneBytes(plan) - tileColumns * m * laneBytes
  return [
    offset.set(i32.add(i32.mul(firstChannel, outPlaneBytes(plan)), i32.mul(tileRow, m * outWidth * laneBytes))),
    target.set(i32.add(context.address(output, block), offset)),
    ...operands.map(({ buffer, along }, k) => {
      const base = context.address(buffer, block)
      if (along === 'nothing') return pointers[k].set(base)
      return pointers[k].set(i32.add(base, along === 'elements' ? offset : i32.mul(firstChannel, 4)))
    }),
    repeat(rows, [
      countedLoop(tileColumn, tileColumns, [
        repeat(laneBytes / step, [...tileOut, sums.advance(step), target.advance(step), ...alongElements(step)]),
        target.advance((m - 1) * laneBytes),
        ...alongElements((m - 1) * laneBytes),
      ]),
      sums.advance(sumsChannel - tileColumns * laneBytes),
      target.advance(toNextChannel),
      ...alongElements(toNextChannel),
      ...operands.flatMap(({ along }, k) => (along === 'channels' ? [pointers[k].advance(4)] : [])),
    ]),
  ]
}
