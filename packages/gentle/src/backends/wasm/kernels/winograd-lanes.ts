/**
 * Winograd's convolution for training: filters of 3 x 3 and stride 1, on a batch in lanes. The method and its matrices are those of
 * `winograd-transforms.ts`; here each vector holds one place of a tile of 4 images, and weights are broadcast.
 *
 * A thread takes a row of tiles of a block of 8 images at a time. It copies the rows that the tiles read, with zeros around them, channel
 * by channel, and transforms them into its workspace; for each 6 output channels it multiplies with the transformed filters,
 * n² products of [6, C] by [C, tiles], and transforms the sums to pixels. The gradient to the input is the same with filters turned round.
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
  repeat,
  type Statement,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { forEachItem } from './nest.ts'
import { registerTile } from './register-tile.ts'
import { balancedTiles, type Epilogue, nameWith, operandBuffers, tileRows } from './tile.ts'
import {
  gatherFour,
  middleBytes,
  placeBytes,
  tileOutput,
  tileTransform,
  transformBothSides,
  vectorsTogether,
  type WinogradTransforms,
} from './winograd-transforms.ts'

type Vector = Value<'v128'>

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

/** Bytes from one of the n² places of the transformed filters, `[n²][out][in]`, to the next. */
const filterPlace = ({ channels, outChannels }: WinogradLanesPlan): number => placeBytes(channels * outChannels * 4)

/** Floats of the transformed filters, with room between the places. */
export const winogradLanesFilterCount = (plan: WinogradLanesPlan): number =>
  (plan.transforms.input.length ** 2 * filterPlace(plan)) / 4

/**
 * G g Gᵀ of each filter of [O, C, 3, 3], as `[n²][out][in]`. For the gradient to the input, in and out change places and filters are
 * turned by half a turn.
 */
export function winogradLanesFiltersKernel(
  filters: Buffer,
  transformed: Buffer,
  plan: WinogradLanesPlan,
  turned: boolean,
): Kernel {
  const { transforms, channels, outChannels } = plan
  const n = transforms.input.length
  const place = filterPlace(plan)
  const [inStep, outStep] = turned ? [outChannels * 36, 36] : [36, channels * 36]
  return {
    name: 'winogradFilters',
    late: true,
    split: { by: 'items', count: outChannels },
    reads: [filters],
    writes: [transformed],
    workspaceBytes: 3 * n * 16,
    emit(context) {
      const [out, source, target, middle] = locals('i32')
      /** One tap of the filters of four neighbouring input channels. */
      const tap = (row: number, column: number): Vector => {
        const at = (turned ? 8 - (row * 3 + column) : row * 3 + column) * 4
        return gatherFour(source, at, inStep)
      }
      return [
        middle.set(context.workspace),
        forEachItem(context, out, [
          source.set(i32.add(context.address(filters), i32.mul(out, outStep))),
          target.set(i32.add(context.address(transformed), i32.mul(out, channels * 4))),
          repeat(channels / 4, [
            ...transformBothSides(
              transforms.filter,
              tap,
              middle,
              ([value], row, column) => [v128.store(target, value, (row * n + column) * place)],
              context,
            ),
            source.advance(4 * inStep),
            target.advance(16),
          ]),
        ]),
      ]
    },
  }
}

export function winogradLanesKernel(
  name: string,
  source: Buffer,
  filters: Buffer,
  output: Buffer,
  plan: WinogradLanesPlan,
  multiplyAdds: number,
  epilogue: Epilogue | undefined,
): Kernel {
  const n = plan.transforms.input.length
  const { frameRow, sumsPlace, inputPlace } = distances(plan)
  return {
    name: nameWith(epilogue, `${name} winograd${plan.transforms.m}`),
    split: { by: 'blocks', count: output.blocks, parts: plan.tileRows },
    reads: [source, filters, ...operandBuffers(epilogue)],
    writes: [output],
    workspaceBytes: middleBytes(n) + n * frameRow + n * n * (sumsPlace + inputPlace),
    multiplyAdds,
    emit: (context) => emitBlock(source, filters, output, plan, epilogue, context),
  }
}

/** Columns of the rows that a row of tiles reads, with the zeros around them. */
const frameWidth = ({ transforms: { m }, tileColumns }: WinogradLanesPlan): number => tileColumns * m + 2

/** Bytes in the workspace from a framed row to the next, and from a place of sums and of transformed tiles to the next. */
const distances = (plan: WinogradLanesPlan) => ({
  frameRow: frameWidth(plan) * laneBytes,
  sumsPlace: placeBytes(tileRows * plan.tileColumns * laneBytes),
  inputPlace: placeBytes(plan.channels * plan.tileColumns * laneBytes),
})

function emitBlock(
  source: Buffer,
  filters: Buffer,
  output: Buffer,
  plan: WinogradLanesPlan,
  epilogue: Epilogue | undefined,
  context: KernelContext,
): Statement[] {
  const { transforms, channels, outChannels, height, width, outHeight, outWidth, padding, tileColumns } = plan
  const { m } = transforms
  const n = transforms.input.length

  // Workspace: what lies between the halves of a transform, the framed rows of one channel, sums of 6 channels, the transformed rows.
  const [middle, frame, sums, transformed] = locals('i32')
  const { frameRow, sumsPlace, inputPlace } = distances(plan)

  const [tileRow, firstRow, sourceRow, x, v] = locals('i32')
  const copied = Math.min(width, frameWidth(plan) - padding[1])
  const frameRows = range(n).map((row): Statement => {
    const inside = [
      memoryCopy(
        i32.add(frame, row * frameRow + padding[1] * laneBytes),
        i32.add(x, row * width * laneBytes),
        copied * laneBytes,
      ),
    ]
    const outside = [memoryFill(i32.add(frame, row * frameRow + padding[1] * laneBytes), 0, copied * laneBytes)]
    return ifThen(i32.ltU(i32.add(firstRow, row), height), inside, outside)
  })
  const transformTile = tileTransform(transforms.input, frameRow, inputPlace, context)
  const transformInput = [
    firstRow.set(i32.sub(i32.mul(tileRow, m), padding[0])),
    x.set(i32.add(context.address(source), i32.mul(firstRow, width * laneBytes))),
    v.set(transformed),
    repeat(channels, [
      ...frameRows,
      sourceRow.set(frame),
      repeat(tileColumns, [
        call(transformTile, sourceRow, v, middle),
        sourceRow.advance(m * laneBytes),
        v.advance(laneBytes),
      ]),
      x.advance(height * width * laneBytes),
    ]),
  ]

  const operands = epilogue?.operands ?? []
  const [w, xp, sp, s, offset, y, tileColumn, firstChannel] = locals('i32')
  const pointers = operands.map(() => new Local('i32'))
  const rowPlane = outHeight * outWidth * laneBytes
  const tileOut = tileOutput(
    {
      transforms,
      sums: { start: s, place: sumsPlace },
      middle,
      target: y,
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
  const transformOutput = (rows: number): Statement[] => [
    s.set(sums),
    offset.set(i32.add(i32.mul(firstChannel, rowPlane), i32.mul(tileRow, m * outWidth * laneBytes))),
    y.set(i32.add(context.address(output), offset)),
    ...operands.map(({ buffer, along }, k) => {
      const base = context.address(buffer)
      if (along === 'nothing') return pointers[k].set(base)
      return pointers[k].set(i32.add(base, along === 'elements' ? offset : i32.mul(firstChannel, 4)))
    }),
    repeat(rows, [
      countedLoop(tileColumn, tileColumns, [
        repeat(laneBytes / step, [...tileOut, s.advance(step), y.advance(step), ...alongElements(step)]),
        y.advance((m - 1) * laneBytes),
        ...alongElements((m - 1) * laneBytes),
      ]),
      y.advance(rowPlane - tileColumns * m * laneBytes),
      ...operands.flatMap(({ along }, k) => {
        if (along === 'nothing') return []
        return [pointers[k].advance(along === 'elements' ? rowPlane - tileColumns * m * laneBytes : 4)]
      }),
    ]),
  ]

  const { tiles, size, wide } = balancedTiles(outChannels)
  const channelsOf = (rows: number, count: number): Statement[] =>
    count === 0
      ? []
      : [
          repeat(count, [
            xp.set(transformed),
            sp.set(sums),
            repeat(n * n, [
              call(productFunction(rows, plan, context), xp, w, sp),
              xp.advance(inputPlace),
              sp.advance(sumsPlace),
              w.advance(filterPlace(plan)),
            ]),
            w.advance(rows * channels * 4 - n * n * filterPlace(plan)),
            ...transformOutput(rows),
            firstChannel.advance(rows),
          ]),
        ]

  return [
    middle.set(context.workspace),
    frame.set(i32.add(middle, middleBytes(n))),
    sums.set(i32.add(frame, n * frameRow)),
    transformed.set(i32.add(sums, n * n * sumsPlace)),
    memoryFill(frame, 0, n * frameRow),
    countedLoop(
      tileRow,
      i32.sub(context.to, context.from),
      [
        ...transformInput,
        w.set(context.address(filters)),
        firstChannel.set(0),
        ...channelsOf(size + 1, wide),
        ...channelsOf(size, tiles - wide),
      ],
      { from: context.from },
    ),
  ]
}

/** Sums of `rows` output channels over all channels, at one place of all tiles of a row: [rows, C] by [C, tiles] of 8 images. */
function productFunction(
  rows: number,
  { channels, tileColumns }: WinogradLanesPlan,
  context: KernelContext,
): FunctionHandle {
  const key = JSON.stringify(['winograd product', rows, channels, tileColumns])
  return context.shared(key, () =>
    context.module.function(
      `winograd product ${rows}`,
      { source: 'i32', weights: 'i32', output: 'i32' } as const,
      undefined,
      (p) => {
        const [x, w] = locals('i32')
        const row = tileColumns * laneBytes
        /** The sums of this many neighbouring tiles. */
        const tilesAtOnce = (count: number): Statement[] => {
          const { clear, step, each } = registerTile(context, rows, 2 * count)
          const sumChannel = (channel: number): Statement[] =>
            step(
              (out) => v128.load32Splat(w, out * channels * 4 + channel * 4),
              (vector) => v128.load(x, channel * row + vector * 16),
            )
          return [
            x.set(p.source),
            w.set(p.weights),
            ...clear,
            repeat(channels / 4, [...[0, 1, 2, 3].flatMap(sumChannel), x.advance(4 * row), w.advance(16)]),
            ...each((sum, out, vector) => v128.store(p.output, sum, out * row + vector * 16)),
            p.source.advance(count * laneBytes),
            p.output.advance(count * laneBytes),
          ]
        }
        const together = vectorsTogether(context)
        return [
          repeat(Math.floor(tileColumns / together), tilesAtOnce(together)),
          ...(tileColumns % together === 0 ? [] : tilesAtOnce(1)),
        ]
      },
    ),
  )
}
