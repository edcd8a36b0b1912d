/**
 * The register tile behind convolutions and dense layers on a batch in lanes.
 *
 * One tile is one output position of up to 6 channels of 8 images: 12 vectors of sums, which with two vectors of source values and
 * one of weights fill 15 of the 16 vector registers. For every tap and source channel, two loads of the source and 6 broadcast
 * loads of weights feed 12 multiply-adds. Activations are read where they lie: the 8 images of a position are neighbours, so there is
 * no im2col, and weights are read row-major: six rows are six streams at fixed distances. Padding costs nothing: positions
 * near an edge run code that was emitted without the taps outside.
 */
import { range } from '../../../core/range.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import {
  call,
  type FunctionHandle,
  i32,
  ifThen,
  Local,
  locals,
  repeat,
  type Statement,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { emitExpression, expressionKey, storeTogether } from './expression.ts'
import { registerTile, vectorAt } from './register-tile.ts'
import { type Segment, type SlidingAxis, segmentsOf } from './sliding-axis.ts'

/** Channels of one tile. */
export const tileRows = 6

/** Bytes from one channel, row and column of an operand to the next. */
export interface Steps {
  readonly channel: number
  readonly row: number
  readonly column: number
}

export interface TileProblem {
  readonly name: string
  readonly source: Buffer
  readonly weights: Buffer
  readonly output: Buffer
  readonly groups: number
  /** Source channels that are summed over, and output channels, of one group. */
  readonly channels: number
  readonly outChannels: number
  readonly sourceSteps: Steps
  readonly outputSteps: Steps
  /** Bytes between weights: of one output channel, source channel, filter row, filter column and group to the next. */
  readonly weightSteps: Steps & { readonly outChannel: number; readonly group: number }
  readonly rowAxes: readonly SlidingAxis[]
  readonly columnAxes: readonly SlidingAxis[]
  readonly multiplyAdds: number
  readonly epilogue?: Epilogue
}

/** Elementwise nodes computed on the sums before they are stored. */
export interface Epilogue {
  readonly nodes: readonly Tensor[]
  /** The node whose values the sums are. */
  readonly producer: Tensor
  readonly operands: readonly EpilogueOperand[]
}

/** How an epilogue's operand goes with the output: element by element, one number a channel, or one number. */
export interface EpilogueOperand {
  readonly leaf: Tensor
  readonly buffer: Buffer
  readonly along: 'elements' | 'channels' | 'nothing'
}

/** Splits channels into tiles whose sizes differ by at most one: `wide` tiles of `size + 1`, then the rest of `size`. */
export function balancedTiles(channels: number, largest = tileRows): { tiles: number; size: number; wide: number } {
  const tiles = Math.ceil(channels / largest)
  const size = Math.floor(channels / tiles)
  return { tiles, size, wide: channels - tiles * size }
}

/** What a kernel with an epilogue computes, for profiles and listings. */
export const nameWith = (epilogue: Epilogue | undefined, name: string): string =>
  [name, ...(epilogue?.nodes ?? []).map((node) => node.op.name)].join(' + ')

/** What an epilogue computes, whatever tensors it is computed on. */
export const epilogueKey = (epilogue: Epilogue | undefined): unknown =>
  epilogue &&
  expressionKey(epilogue.nodes, (leaf) => {
    if (leaf === epilogue.producer) return 'sum'
    const k = epilogue.operands.findIndex((operand) => operand.leaf === leaf)
    return [k, epilogue.operands[k].along]
  })

/** The key of a kernel of some kind for a problem. None where functions of tiles read a number of the epilogue where it is, which no parameter tells them. */
export const tileKey = (kind: string, { epilogue, ...problem }: TileProblem): unknown =>
  epilogue?.operands.some(({ along }) => along === 'nothing')
    ? undefined
    : [kind, problem, epilogueKey(epilogue), operandBuffers(epilogue)]

/** What it reads besides the operands of its producer. */
export const operandBuffers = (epilogue: Epilogue | undefined): Buffer[] =>
  (epilogue?.operands ?? []).map(({ buffer }) => buffer)

/** Operands of the epilogue that pointers walk along: all but single numbers. */
export const walkingOperands = ({ epilogue }: Pick<TileProblem, 'epilogue'>): EpilogueOperand[] =>
  (epilogue?.operands ?? []).filter(({ along }) => along !== 'nothing')

/** A parameter for each walking operand of a function that computes tiles. */
export const operandParameters = (walking: readonly EpilogueOperand[]): Record<string, 'i32'> =>
  Object.fromEntries(walking.map((_, k) => [`operand${k}`, 'i32' as const]))

/** Moves those operands that go along the output's elements. */
export const advanceOperands = (
  walking: readonly EpilogueOperand[],
  pointers: readonly Local<'i32'>[],
  bytes: number,
): Statement[] => walking.flatMap(({ along }, k) => (along === 'elements' ? [pointers[k].advance(bytes)] : []))

/** Moves all of them to the next channels. */
export const nextChannels = (
  { outputSteps }: TileProblem,
  walking: readonly EpilogueOperand[],
  pointers: readonly Local<'i32'>[],
  channels: number,
): Statement[] =>
  walking.map(({ along }, k) => pointers[k].advance(channels * (along === 'elements' ? outputSteps.channel : 4)))

/** Stores a tile's sums after what the epilogue makes of them: of each channel those of some positions `step` bytes apart, two vectors a position. */
export function storeSums(
  { epilogue, outputSteps }: Pick<TileProblem, 'epilogue'> & { readonly outputSteps: Pick<Steps, 'channel'> },
  walking: readonly EpilogueOperand[],
  pointers: readonly Local<'i32'>[],
  context: KernelContext,
  output: Local<'i32'>,
  sums: readonly (readonly Local<'v128'>[])[],
  step: number,
): Statement[] {
  const places = range(sums[0].length / 2).flatMap((position) =>
    sums.map((ofChannel, r) => ({ position, r, halves: ofChannel.slice(2 * position, 2 * position + 2) })),
  )
  return places.flatMap(({ position, r, halves }) => {
    const at = (half: number) => position * step + r * outputSteps.channel + 16 * half
    if (epilogue === undefined) return halves.map((sum, half) => v128.store(output, sum, at(half)))
    const results = halves.map((sum, half) => {
      const load = (leaf: Tensor): Value<'v128'> => {
        if (leaf === epilogue.producer) return sum
        const operand = epilogue.operands.find((candidate) => candidate.leaf === leaf)!
        if (operand.along === 'nothing') return v128.load32Splat(context.address(operand.buffer))
        const pointer = pointers[walking.indexOf(operand)]
        return operand.along === 'elements' ? v128.load(pointer, at(half)) : v128.load32Splat(pointer, 4 * r)
      }
      return emitExpression(epilogue.nodes, load, context)
    })
    return storeTogether(output, results, at(0))
  })
}

export function tileKernel(problem: TileProblem): Kernel {
  const { name, source, weights, output, epilogue } = problem
  return {
    name: nameWith(epilogue, name),
    split: { by: 'blocks', count: output.blocks, parts: partsOf(problem).count },
    reads: [source, weights, ...operandBuffers(epilogue)],
    writes: [output],
    multiplyAdds: problem.multiplyAdds,
    key: tileKey('tile', problem),
    emit: (context) => emitTiles(problem, context),
  }
}

/** Into what threads that share a block divide it: groups, or the finer of rows of the output and tiles of channels. */
function partsOf({ groups, outChannels, rowAxes }: TileProblem): {
  readonly of: 'groups' | 'rows' | 'tiles'
  readonly count: number
} {
  if (groups > 1) return { of: 'groups', count: groups }
  const { tiles } = balancedTiles(outChannels)
  const [{ outCount }, ...others] = rowAxes
  return others.length === 0 && outCount > tiles ? { of: 'rows', count: outCount } : { of: 'tiles', count: tiles }
}

/** Pointers that move together from tile to tile. */
interface TilePointers {
  readonly source: Local<'i32'>
  readonly weights: Local<'i32'>
  readonly output: Local<'i32'>
  /** One for each operand of the epilogue that goes along elements or channels. */
  readonly operands: readonly Local<'i32'>[]
}

function emitTiles(problem: TileProblem, context: KernelContext): Statement[] {
  const { channels, outChannels, sourceSteps, outputSteps, weightSteps } = problem
  const walking = walkingOperands(problem)
  const pointers: TilePointers = {
    source: new Local('i32'),
    weights: new Local('i32'),
    output: new Local('i32'),
    operands: walking.map(() => new Local('i32')),
  }
  const { tiles, size, wide } = balancedTiles(outChannels)
  const functions = new SegmentFunctions(problem, walking, context)
  const { from, to } = context
  const parts = partsOf(problem)
  const rowsFrom = parts.of === 'rows' ? { from, to } : undefined

  const tilesOf = (rows: number, count: number | Value<'i32'>): Statement[] =>
    count === 0
      ? []
      : [
          repeat(count, [
            ...emitPositions(problem, pointers, walking, rows, functions, rowsFrom),
            pointers.weights.advance(rows * weightSteps.outChannel),
            pointers.output.advance(rows * outputSteps.channel),
            ...nextChannels(problem, walking, pointers.operands, rows),
          ]),
        ]
  /** Where a buffer begins for the thread that begins with so many groups, and so many channels, after the first. */
  const begin = (groups: Value<'i32'>, channel: Value<'i32'>): Statement[] => {
    const outChannel = i32.add(i32.mul(groups, outChannels), channel)
    const at = (buffer: Buffer, steps: Value<'i32'>): Value<'i32'> => i32.add(context.address(buffer), steps)
    return [
      pointers.source.set(at(problem.source, i32.mul(groups, channels * sourceSteps.channel))),
      pointers.weights.set(
        at(problem.weights, i32.add(i32.mul(groups, weightSteps.group), i32.mul(channel, weightSteps.outChannel))),
      ),
      pointers.output.set(at(problem.output, i32.mul(outChannel, outputSteps.channel))),
      ...walking.map(({ buffer, along }, k) =>
        pointers.operands[k].set(at(buffer, i32.mul(outChannel, along === 'elements' ? outputSteps.channel : 4))),
      ),
    ]
  }
  const none = i32.const(0)
  if (parts.of === 'tiles') {
    // The first `wide` tiles have one channel more.
    const wideTiles = i32.sub(i32.min(to, wide), i32.min(from, wide))
    return [
      ...begin(none, i32.add(i32.mul(from, size), i32.min(from, wide))),
      ...tilesOf(size + 1, wide === 0 ? 0 : wideTiles),
      ...tilesOf(size, wide === tiles ? 0 : i32.sub(i32.sub(to, from), wideTiles)),
    ]
  }
  const [ofGroups, count] = parts.of === 'groups' ? [from, i32.sub(to, from)] : [none, i32.const(1)]
  return [
    ...begin(ofGroups, none),
    repeat(count, [
      ...tilesOf(size + 1, wide),
      ...tilesOf(size, tiles - wide),
      pointers.source.advance(channels * sourceSteps.channel),
      pointers.weights.advance(weightSteps.group - outChannels * weightSteps.outChannel),
    ]),
  ]
}

/** All output positions of one tile of channels, or those of some rows. */
function emitPositions(
  problem: TileProblem,
  pointers: TilePointers,
  walking: readonly EpilogueOperand[],
  rows: number,
  functions: SegmentFunctions,
  ofRows?: { readonly from: Value<'i32'>; readonly to: Value<'i32'> },
): Statement[] {
  const { rowAxes, columnAxes, sourceSteps, outputSteps, weightSteps } = problem
  return rowAxes.flatMap((rowAxis) =>
    segmentsOf(rowAxis).flatMap((rowSegment) => {
      const [sourceRow, outputRow] = locals('i32')
      const { from, count } = rowSegment
      const within = (row: Value<'i32'>): Value<'i32'> => i32.min(i32.max(row, from), from + count)
      const first = ofRows === undefined ? i32.const(from) : within(ofRows.from)
      const calls = columnAxes.flatMap((columnAxis) =>
        segmentsOf(columnAxis).map((columnSegment) => {
          const sourceAt =
            (columnAxis.a * columnSegment.from + columnAxis.b + columnAxis.c * columnSegment.firstTap) *
            sourceSteps.column
          const outputAt = (columnAxis.outStart + columnSegment.from * columnAxis.outStep) * outputSteps.column
          const weightAt =
            (rowAxis.weightStart + rowAxis.weightStep * rowSegment.firstTap) * weightSteps.row +
            (columnAxis.weightStart + columnAxis.weightStep * columnSegment.firstTap) * weightSteps.column
          return call(
            functions.of(rows, rowAxis, columnAxis, columnSegment, columnSegment.taps === 0 ? 0 : rowSegment.taps),
            i32.add(i32.add(pointers.source, sourceRow), sourceAt),
            i32.add(pointers.weights, weightAt),
            i32.add(i32.add(pointers.output, outputRow), outputAt),
            columnSegment.count,
            rowSegment.taps,
            ...walking.map(({ along }, k) =>
              along === 'elements' ? i32.add(i32.add(pointers.operands[k], outputRow), outputAt) : pointers.operands[k],
            ),
          ) as Statement
        }),
      )
      return [
        sourceRow.set(
          i32.mul(i32.add(i32.mul(first, rowAxis.a), rowAxis.b + rowAxis.c * rowSegment.firstTap), sourceSteps.row),
        ),
        outputRow.set(i32.mul(i32.add(i32.mul(first, rowAxis.outStep), rowAxis.outStart), outputSteps.row)),
        repeat(ofRows === undefined ? count : i32.sub(within(ofRows.to), first), [
          ...calls,
          sourceRow.advance(rowAxis.a * sourceSteps.row),
          outputRow.advance(rowAxis.outStep * outputSteps.row),
        ]),
      ]
    }),
  )
}

/** The functions that compute a segment of a row of output; segments that differ in place alone share one. */
class SegmentFunctions {
  readonly #functions = new Map<string, FunctionHandle>()
  readonly #problem: TileProblem
  readonly #walking: readonly EpilogueOperand[]
  readonly #context: KernelContext

  constructor(problem: TileProblem, walking: readonly EpilogueOperand[], context: KernelContext) {
    this.#problem = problem
    this.#walking = walking
    this.#context = context
  }

  of(rows: number, rowAxis: SlidingAxis, columnAxis: SlidingAxis, { taps }: Segment, rowTaps: number): FunctionHandle {
    const single = rowTaps === 1
    const none = rowTaps === 0
    const key = [
      rows,
      rowAxis.c,
      rowAxis.weightStep,
      columnAxis.a,
      columnAxis.c,
      columnAxis.weightStep,
      columnAxis.outStep,
      taps,
      single,
      none,
    ].join()
    let handle = this.#functions.get(key)
    if (handle === undefined) {
      handle = this.#emit(rows, rowAxis, columnAxis, none ? 0 : taps, single)
      this.#functions.set(key, handle)
    }
    return handle
  }

  #emit(rows: number, rowAxis: SlidingAxis, columnAxis: SlidingAxis, taps: number, singleRow: boolean): FunctionHandle {
    const { name, channels, sourceSteps, outputSteps, weightSteps } = this.#problem
    const walking = this.#walking
    const parameters: Record<string, 'i32'> = {
      source: 'i32',
      weights: 'i32',
      output: 'i32',
      count: 'i32',
      rowTaps: 'i32',
      ...operandParameters(walking),
    }
    return this.#context.module.function(`${name} ${rows} ${taps}`, parameters, undefined, (p) => {
      const [x, w, xNext, wNext] = locals('i32')

      // Offsets in instructions cannot be negative: where taps walk backwards, pointers stand at the last tap.
      const columnStep = columnAxis.c * sourceSteps.column
      const lowest = Math.min(0, columnStep * (taps - 1))
      const rowStep = rowAxis.c * sourceSteps.row
      const weightRowStep = rowAxis.weightStep * weightSteps.row
      const unroll = singleRow ? ([4, 3, 2].find((n) => channels % n === 0 && n * taps <= 8) ?? 1) : 1
      const operands = walking.map((_, k) => p[`operand${k}`])
      const sourceStep = columnAxis.a * sourceSteps.column
      const outputStep = columnAxis.outStep * outputSteps.column

      /** The sums of this many neighbouring positions. */
      const tile = (positions: number): Statement[] => {
        const { sums, clear, step } = registerTile(this.#context, rows, 2 * positions)
        const tapsAt = (sourceOffset: number, weightOffset: number): Statement[] =>
          range(taps).flatMap((t) => {
            const sourceAt = sourceOffset + columnStep * t - lowest
            const weightAt = weightOffset + t * columnAxis.weightStep * weightSteps.column
            return step(
              (row) => v128.load32Splat(w, weightAt + row * weightSteps.outChannel),
              (vector) => v128.load(x, sourceAt + vectorAt(vector, sourceStep)),
            )
          })
        const channelBody = singleRow
          ? [
              ...range(unroll).flatMap((u) => tapsAt(u * sourceSteps.channel, u * weightSteps.channel)),
              x.advance(unroll * sourceSteps.channel),
              w.advance(unroll * weightSteps.channel),
            ]
          : [
              repeat(p.rowTaps, [...tapsAt(0, 0), x.advance(rowStep), w.advance(weightRowStep)]),
              x.advance(xNext),
              w.advance(wNext),
            ]
        return [
          ...clear,
          ...(taps === 0
            ? []
            : [x.set(i32.add(p.source, lowest)), w.set(p.weights), repeat(channels / unroll, channelBody)]),
          ...storeSums(this.#problem, walking, operands, this.#context, p.output, sums, outputStep),
          p.source.advance(positions * sourceStep),
          p.output.advance(positions * outputStep),
          ...advanceOperands(walking, operands, positions * outputStep),
        ]
      }

      return [
        ...(singleRow || taps === 0
          ? []
          : [
              xNext.set(i32.sub(sourceSteps.channel, i32.mul(p.rowTaps, rowStep))),
              wNext.set(i32.sub(weightSteps.channel, i32.mul(p.rowTaps, weightRowStep))),
            ]),
        ...eachPosition(this.#context, p.count, tile),
      ]
    })
  }
}

/** Loops over so many positions, as many at a time as have their sums in registers: `tile` computes some and moves on. */
export function eachPosition(
  { wide }: KernelContext,
  count: Value<'i32'>,
  tile: (positions: number) => Statement[],
): Statement[] {
  if (!wide) return [repeat(count, tile(1))]
  return [repeat(i32.divU(count, 2), tile(2)), ifThen(i32.remU(count, 2), tile(1))]
}

/** Steps of a tensor in lanes whose last three axes are channels, rows and columns. */
export const laneSteps = (height: number, width: number): Steps => ({
  channel: height * width * laneBytes,
  row: width * laneBytes,
  column: laneBytes,
})
