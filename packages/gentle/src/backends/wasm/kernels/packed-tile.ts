/**
 * The register tile on a packed source: for convolutions in lanes whose maps are larger than the caches.
 *
 * `tile.ts` reads activations where they lie. Where there are many channels, that is another page of memory for each, and every 6 output channels
 * read the whole map from beyond the second-level cache again. Here a thread takes a strip of output rows at a time and copies what they read into its workspace, once:
 * pixel after pixel, a pixel's channels side by side, with zeros outside the image. All output channels pass over the strip while it is in the second-level cache. Weights
 * are packed in the order in which the tile reads them. So both operands are streams, and the copy costs a few percent of the multiply-adds that read it.
 */
import { exactJson } from '../../../core/exact-json.ts'
import { range } from '../../../core/range.ts'
import {
  call,
  type FunctionHandle,
  i32,
  ifThen,
  Local,
  locals,
  memoryFill,
  type Operand,
  repeat,
  type Statement,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { forEachItem, nest } from './nest.ts'
import { registerTile, vectorAt } from './register-tile.ts'
import type { SlidingAxis } from './sliding-axis.ts'
import {
  advanceOperands,
  balancedTiles,
  type EpilogueOperand,
  eachPosition,
  epilogueKey,
  nameWith,
  nextChannels,
  operandBuffers,
  operandParameters,
  storeSums,
  type TileProblem,
  tileKey,
  walkingOperands,
} from './tile.ts'

/** Bytes of the source that a strip should not exceed, so that it stays in the second-level cache beside weights and output. */
const stripBytes = 256 * 1024

/** Copied together, so that neither copying nor reading wanders: channels of a pixel. */
const together = 4

/** How one direction of a strip lies in the workspace. */
interface PackedAxis {
  readonly axes: readonly SlidingAxis[]
  /** Source positions from one packed position to the next. */
  readonly sampled: number
  /** Packed positions from one output position to the next. */
  readonly step: number
  /** The source position of the first packed one is `sampled * step * i + lowest`, i the strip's first output position. */
  readonly lowest: number
  /** Packed positions that an output position reaches over. */
  readonly window: number
  /** Output positions of the longest of the axes. */
  readonly count: number
}

function packedAxis(axes: readonly SlidingAxis[]): PackedAxis {
  const reading = axes.filter(({ taps }) => taps > 0)
  const ends = reading.flatMap(({ b, c, taps }) => [b, b + c * (taps - 1)])
  const [lowest, highest] = [Math.min(...ends), Math.max(...ends)]
  const { a } = axes[0]
  // Of a filter of one tap and a stride, the positions between are not read.
  const sampled = lowest === highest ? a : 1
  return {
    axes,
    sampled,
    step: a / sampled,
    lowest,
    window: highest - lowest + 1,
    count: Math.max(...axes.map(({ outCount }) => outCount)),
  }
}

interface Plan {
  readonly problem: TileProblem
  readonly rows: PackedAxis
  readonly columns: PackedAxis
  /** Output rows of a strip, of each of the axes. */
  readonly strip: number
  readonly packedRows: number
  readonly packedColumns: number
  /** Bytes of a packed pixel, and of a packed row. */
  readonly pixel: number
  readonly row: number
}

/** Without neighbours to read, a map is one column of pixels: strips then need not end where rows do. */
function unrolled(problem: TileProblem): TileProblem {
  const { rowAxes, columnAxes, sourceSteps, outputSteps } = problem
  const [rows, columns] = [rowAxes[0], columnAxes[0]]
  const pointwise = [rowAxes, columnAxes].every(
    ([{ a, b, taps }, ...others]) => others.length === 0 && a === 1 && b === 0 && taps === 1,
  )
  if (!pointwise) return problem
  const pixels = rows.outCount * columns.outCount
  return {
    ...problem,
    rowAxes: [{ ...rows, outCount: pixels, sourceSize: pixels }],
    columnAxes: [{ ...columns, outCount: 1, sourceSize: 1 }],
    sourceSteps: { ...sourceSteps, row: sourceSteps.column },
    outputSteps: { ...outputSteps, row: outputSteps.column },
  }
}

function planOf(given: TileProblem): Plan {
  const problem = unrolled(given)
  const [rows, columns] = [packedAxis(problem.rowAxes), packedAxis(problem.columnAxes)]
  const pixel = problem.channels * laneBytes
  const packedColumns = (columns.count - 1) * columns.step + columns.window
  const row = packedColumns * pixel
  const max = Math.max(1, Math.floor((Math.floor(stripBytes / row) - rows.window) / rows.step) + 1)
  const strip = Math.ceil(rows.count / Math.ceil(rows.count / max))
  const packedRows = (strip - 1) * rows.step + rows.window
  return { problem, rows, columns, strip, packedRows, packedColumns, pixel, row }
}

/** Elements of packed weights. */
export const packedWeightCount = ({ channels, outChannels, rowAxes, columnAxes }: TileProblem): number =>
  channels * outChannels * filterTaps(rowAxes) * filterTaps(columnAxes)

/** Taps of the filter itself along one direction, those of all axes together. */
const filterTaps = (axes: readonly SlidingAxis[]): number =>
  Math.max(
    ...axes.map(({ weightStart, weightStep, taps }) => (taps === 0 ? 0 : weightStart + weightStep * (taps - 1) + 1)),
  )

/** Weights as the tile reads them: for each 6 output channels `[filter row][filter column][channel][6]`. */
export function packWeightsKernel(problem: TileProblem, packed: Buffer): Kernel {
  const { weights, channels, outChannels, weightSteps, rowAxes, columnAxes } = problem
  const { tiles, size, wide } = balancedTiles(outChannels)
  const [filterRows, filterColumns] = [filterTaps(rowAxes), filterTaps(columnAxes)]
  const outBytes = channels * filterRows * filterColumns * 4
  return {
    name: 'packWeights',
    late: true,
    split: { by: 'items', count: tiles },
    reads: [weights],
    writes: [packed],
    key: [channels, outChannels, weightSteps, filterRows, filterColumns],
    emit(context) {
      const [tile, source, target, first] = locals('i32')
      const copy = (rows: number): Statement[] =>
        nest(
          [filterRows, filterColumns, channels],
          [
            { start: target, strides: [filterColumns * channels * rows * 4, channels * rows * 4, rows * 4] },
            { start: source, strides: [weightSteps.row, weightSteps.column, weightSteps.channel] },
          ],
          ([to, from]) => range(rows).map((r) => i32.store(to, i32.load(from, r * weightSteps.outChannel), 4 * r)),
        )
      return [
        forEachItem(context, tile, [
          // The first `wide` tiles have one channel more.
          first.set(i32.add(i32.mul(tile, size), i32.min(tile, wide))),
          source.set(i32.add(context.address(weights), i32.mul(first, weightSteps.outChannel))),
          target.set(i32.add(context.address(packed), i32.mul(first, outBytes))),
          ...(wide === 0 ? copy(size) : [ifThen(i32.ltU(tile, wide), copy(size + 1), wide < tiles ? copy(size) : [])]),
        ]),
      ]
    },
  }
}

/** @param problem its weights are those that `packWeightsKernel` has packed */
export function packedTileKernel(problem: TileProblem): Kernel {
  const plan = planOf(problem)
  return {
    name: nameWith(problem.epilogue, problem.name),
    split: { by: 'blocks', count: problem.output.blocks, parts: Math.ceil(plan.rows.count / plan.strip) },
    reads: [problem.source, problem.weights, ...operandBuffers(problem.epilogue)],
    writes: [problem.output],
    multiplyAdds: problem.multiplyAdds,
    workspaceBytes: plan.packedRows * plan.row,
    key: tileKey('packed tile', problem),
    emit: (context) => emitStrips(plan, context),
  }
}

function emitStrips(plan: Plan, context: KernelContext): Statement[] {
  const { problem, rows, columns, strip, packedRows, row } = plan
  const { outChannels, outputSteps, channels } = problem
  const walking = walkingOperands(problem)
  const { tiles, size, wide } = balancedTiles(outChannels)
  const [packed, firstRow, weights, output] = locals('i32')
  const operands = walking.map(() => new Local('i32'))
  const weightBytes = channels * filterTaps(rows.axes) * filterTaps(columns.axes) * 4

  /** All positions of a strip for one tile of channels. */
  const positions = (width: number): Statement[] => {
    const tile = tileOf(plan, context, walking, width)
    return rows.axes.flatMap((rowAxis) =>
      columns.axes.flatMap((columnAxis) => {
        const [source, target, rowsLeft] = locals('i32')
        const moving = walking.map(() => new Local('i32'))
        const taps = rowAxis.taps * columnAxis.taps
        const outputAt = rowAxis.outStart * outputSteps.row + columnAxis.outStart * outputSteps.column
        const sourceAt = taps === 0 ? 0 : (rowAxis.b - rows.lowest) * row + (columnAxis.b - columns.lowest) * plan.pixel
        const weightAt =
          (rowAxis.weightStart * filterTaps(columns.axes) + columnAxis.weightStart) * channels * width * 4
        const count = i32.min(strip, i32.sub(rowAxis.outCount, firstRow))
        const outRow = rowAxis.outStep * outputSteps.row
        const place = (base: Value<'i32'>): Value<'i32'> => i32.add(i32.add(base, i32.mul(firstRow, outRow)), outputAt)
        const line = (count: number | Value<'i32'>): Statement =>
          call(
            tile,
            source,
            i32.add(weights, weightAt),
            target,
            count,
            ...walkOf(plan, width, rowAxis, columnAxis),
            ...moving,
          )
        const loop = isColumn(plan)
          ? line(rowsLeft)
          : repeat(rowsLeft, [
              line(columnAxis.outCount),
              source.advance(rows.step * row),
              target.advance(outRow),
              ...advanceOperands(walking, moving, outRow),
            ])
        return [
          source.set(i32.add(packed, sourceAt)),
          target.set(place(output)),
          ...walking.map(({ along }, k) => moving[k].set(along === 'elements' ? place(operands[k]) : operands[k])),
          rowsLeft.set(count),
          // The last strip may hold no row of a shorter axis.
          ifThen(i32.gtS(rowsLeft, 0), [loop]),
        ]
      }),
    )
  }
  const tilesOf = (width: number, count: number): Statement[] =>
    count === 0
      ? []
      : [
          repeat(count, [
            ...positions(width),
            weights.advance(width * weightBytes),
            output.advance(width * outputSteps.channel),
            ...nextChannels(problem, walking, operands, width),
          ]),
        ]

  return [
    packed.set(context.workspace),
    firstRow.set(i32.mul(context.from, strip)),
    ...clearMargins(plan, packed),
    repeat(i32.sub(context.to, context.from), [
      ...packStrip(plan, context, packed, firstRow, packedRows),
      weights.set(context.address(problem.weights)),
      output.set(context.address(problem.output)),
      ...walking.map(({ buffer }, k) => operands[k].set(context.address(buffer))),
      ...tilesOf(size + 1, wide),
      ...tilesOf(size, tiles - wide),
      firstRow.advance(strip),
    ]),
  ]
}

/** Where the columns of the image begin and end among the packed ones. */
function imageColumns({ columns: { axes, lowest, sampled }, packedColumns }: Plan) {
  const [{ sourceSize }] = axes
  const from = Math.min(packedColumns, Math.max(0, Math.ceil(-lowest / sampled)))
  const to = Math.max(from, Math.min(packedColumns, Math.floor((sourceSize - 1 - lowest) / sampled) + 1))
  return { from, to }
}

/** Zeros left and right of the image, in all rows of the workspace: no strip overwrites them. */
function clearMargins(plan: Plan, packed: Local<'i32'>): Statement[] {
  const { from, to } = imageColumns(plan)
  const margins = [
    [0, from],
    [to, plan.packedColumns],
  ].filter(([first, end]) => end > first)
  if (margins.length === 0) return []
  const target = new Local('i32')
  return [
    target.set(packed),
    repeat(plan.packedRows, [
      ...margins.map(([first, end]) => memoryFill(i32.add(target, first * plan.pixel), 0, (end - first) * plan.pixel)),
      target.advance(plan.row),
    ]),
  ]
}

/** Copies the rows that a strip reads; those outside the image are 0. */
function packStrip(
  plan: Plan,
  context: KernelContext,
  packed: Local<'i32'>,
  firstRow: Local<'i32'>,
  packedRows: number,
): Statement[] {
  const { problem, rows, columns, pixel, row } = plan
  const { channels, sourceSteps } = problem
  const { from, to } = imageColumns(plan)
  const [target, sourceRow, source] = locals('i32')
  const sourceStep = columns.sampled * sourceSteps.column
  const columnAt = (from * columns.sampled + columns.lowest) * sourceSteps.column

  /** So many channels of all pixels of a row. */
  const copy = (first: number, count: number, turns: number): Statement[] =>
    turns === 0
      ? []
      : nest(
          [turns, to - from],
          [
            { start: i32.add(target, from * pixel + first * laneBytes), strides: [count * laneBytes, pixel] },
            {
              start: i32.add(source, columnAt + first * sourceSteps.channel),
              strides: [count * sourceSteps.channel, sourceStep],
            },
          ],
          ([into, of]) =>
            range(count).flatMap((c) =>
              [0, 16].map((half) =>
                v128.store(into, v128.load(of, c * sourceSteps.channel + half), c * laneBytes + half),
              ),
            ),
        )
  const whole = Math.floor(channels / together)
  const copyRow = [
    source.set(i32.add(context.address(problem.source), i32.mul(sourceRow, sourceSteps.row))),
    ...copy(0, together, whole),
    ...copy(whole * together, 1, channels % together),
  ]
  const clearRow = memoryFill(i32.add(target, from * pixel), 0, (to - from) * pixel)
  const inside = i32.ltU(sourceRow, rows.axes[0].sourceSize)
  return [
    target.set(packed),
    sourceRow.set(i32.add(i32.mul(firstRow, rows.sampled * rows.step), rows.lowest)),
    repeat(packedRows, [ifThen(inside, copyRow, [clearRow]), sourceRow.advance(rows.sampled), target.advance(row)]),
  ]
}

/** Whether a row of output is one position: then lines of positions go down the rows. */
const isColumn = ({ columns }: Plan): boolean => columns.count === 1

/** How a tile walks over its source and weights: what tells it the numbers of its problem. Bytes, where nothing else is said. */
const walk = {
  /** Turns of the loop over channels. */
  turns: 'i32',
  rowTaps: 'i32',
  columnTaps: 'i32',
  /** From one position to the next. */
  sourceStep: 'i32',
  /** From behind a tap to the next of its row. */
  sourceColumn: 'i32',
  weightColumn: 'i32',
  /** From behind a row of taps to the next row. */
  sourceRow: 'i32',
  weightRow: 'i32',
  /** From one output channel to the next. */
  channelStep: 'i32',
} as const

/** The arguments for `walk`. */
function walkOf(plan: Plan, width: number, rowAxis: SlidingAxis, columnAxis: SlidingAxis): number[] {
  const { problem, rows, columns, pixel, row } = plan
  const { channels, outputSteps } = problem
  const tapBytes = channels * width * 4
  const walked: Readonly<Record<keyof typeof walk, number>> = {
    turns: channels / unrollOf(channels),
    rowTaps: rowAxis.taps,
    columnTaps: columnAxis.taps,
    sourceStep: isColumn(plan) ? rows.step * row : columns.step * pixel,
    sourceColumn: (columnAxis.c - 1) * pixel,
    weightColumn: (columnAxis.weightStep - 1) * tapBytes,
    sourceRow: rowAxis.c * row - columnAxis.taps * columnAxis.c * pixel,
    weightRow: (rowAxis.weightStep * filterTaps(columns.axes) - columnAxis.taps * columnAxis.weightStep) * tapBytes,
    channelStep: outputSteps.channel,
  }
  return (Object.keys(walk) as (keyof typeof walk)[]).map((name) => walked[name])
}

/** Channels whose products a turn of the loop adds. */
const unrollOf = (channels: number): number => [8, 4, 3, 2].find((count) => channels % count === 0) ?? 1

/**
 * A function (source, weights, output, count, walk, operands) that computes a line of output positions of `width` channels. Kernels share it, whatever their sizes, where no operand of the epilogue is in its code.
 */
function tileOf(
  plan: Plan,
  context: KernelContext,
  walking: readonly EpilogueOperand[],
  width: number,
): FunctionHandle {
  const { rows, columns, problem } = plan
  const { channels, epilogue, outputSteps } = problem
  // All axes of a direction have the same step.
  const outputStep = isColumn(plan)
    ? rows.axes[0].outStep * outputSteps.row
    : columns.axes[0].outStep * outputSteps.column
  const make = (): FunctionHandle => emitTile(problem, context, walking, width, outputStep)
  if (walking.length < operandBuffers(epilogue).length) return make()
  return context.shared(exactJson(['packed tile', width, unrollOf(channels), outputStep, epilogueKey(epilogue)]), make)
}

function emitTile(
  problem: TileProblem,
  context: KernelContext,
  walking: readonly EpilogueOperand[],
  width: number,
  outputStep: number,
): FunctionHandle {
  const parameters: Record<'source' | 'weights' | 'output' | 'count' | keyof typeof walk | `operand${number}`, 'i32'> =
    {
      source: 'i32',
      weights: 'i32',
      output: 'i32',
      count: 'i32',
      ...walk,
      ...operandParameters(walking),
    }
  return context.module.function(`packed tile ${width}`, parameters, undefined, (p) => {
    const [weight, output] = locals('i32')
    const moving = walking.map((_, k) => p[`operand${k}`])
    const placed = walking.map(() => new Local('i32'))
    const unroll = unrollOf(problem.channels)

    /** The sums of this many neighbouring positions. */
    const tile = (positions: number): Statement[] => {
      const { sums, clear, step } = registerTile(context, width, 2 * positions)
      const sources = range(positions).map(() => new Local('i32'))
      const advance = (source: Operand<'i32'>, weights: Operand<'i32'>): Statement[] => [
        ...sources.map((each) => each.advance(source)),
        weight.advance(weights),
      ]
      const turn = range(unroll).flatMap((channel) =>
        step(
          (row) => v128.load32Splat(weight, (channel * width + row) * 4),
          (vector) => v128.load(sources[vector >> 1], channel * laneBytes + vectorAt(vector & 1, 0)),
        ),
      )
      return [
        ...clear,
        weight.set(p.weights),
        ...sources.map((each, position) => each.set(i32.add(p.source, i32.mul(p.sourceStep, position)))),
        repeat(p.rowTaps, [
          repeat(p.columnTaps, [
            repeat(p.turns, [...turn, ...advance(unroll * laneBytes, unroll * width * 4)]),
            ...advance(p.sourceColumn, p.weightColumn),
          ]),
          ...advance(p.sourceRow, p.weightRow),
        ]),
        output.set(p.output),
        ...placed.map((each, k) => each.set(moving[k])),
        ...sums.flatMap((ofChannel) => [
          ...storeSums(
            { ...problem, outputSteps: { channel: 0 } },
            walking,
            placed,
            context,
            output,
            [ofChannel],
            outputStep,
          ),
          output.advance(p.channelStep),
          ...placed.map((each, k) => each.advance(walking[k].along === 'elements' ? p.channelStep : 4)),
        ]),
        p.source.advance(i32.mul(p.sourceStep, positions)),
        p.output.advance(positions * outputStep),
        ...advanceOperands(walking, moving, positions * outputStep),
      ]
    }
    return eachPosition(context, p.count, tile)
  })
}
