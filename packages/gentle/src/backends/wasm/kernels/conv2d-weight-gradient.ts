/**
 * The gradient of a convolution to its filters, on a batch in lanes.
 *
 * One tile is up to 6 output channels times two taps, a tap being a filter row, column and input channel. It walks output positions of a
 * block: two loads of the image and 6 of the gradient feed 12 multiply-adds whose sums stay apart for each lane. A block's halves take turns;
 * where the engine joins vectors, both are taken at once, and each sum is of 8 lanes. The two taps are neighbouring input channels, which see
 * the padding alike; with one channel they are neighbouring filter rows, and output rows that only one of them sees are walked for it alone.
 *
 * What is walked again and again should stay in the caches. All tiles and taps walk a strip of output rows of one block before they go on to the
 * next strip, and within it all output channels take some input channels before they go on to the next ones: that much is for the
 * second-level cache. For the first, all taps of one tile walk a few rows of the strip before the next few; their sums wait in the
 * workspace, and when the strip is done, the lanes are added up and the numbers go to the gradient.
 *
 * Small filters are summed block by block into rows of their own, which a second kernel adds in order; large ones are split by
 * channels among threads, each walking the blocks in order. Both give the same bits for any number of threads.
 */

import { range } from '../../../core/range.ts'
import { sizeOf } from '../../../core/shape.ts'
import { type Conv2dAttributes, type Conv2dSizes, conv2dMultiplyAdds, conv2dSizes } from '../../../ops/conv2d.ts'
import {
  call,
  countedLoop,
  type FunctionHandle,
  f32,
  f32x4,
  i32,
  ifThen,
  Local,
  locals,
  memoryFill,
  repeat,
  type Statement,
  shuffle32,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { balancedTiles, tileRows } from './tile.ts'

/** Bytes of image and gradient that are walked again and again: they should stay in the second-level cache. */
const walkedBytes = 192 * 1024

/** Bytes of image and gradient that all taps of an item walk one after the other: they should stay in the first-level cache. */
const nearBytes = 24 * 1024

interface Plan {
  readonly sizes: Conv2dSizes
  readonly attributes: Conv2dAttributes
  readonly inPerGroup: number
  readonly tiles: ReturnType<typeof balancedTiles>
  /** Pairs of input channels, and one more unit for a channel left over. */
  readonly channelUnits: number
  /** Units that all tiles take before they go on to the next ones. */
  readonly unitsTogether: number
  /** Output rows that everything walks before it goes on to the next ones, and how many of them all taps of an item do. */
  readonly strip: number
  readonly nearRows: number
  readonly weightShape: readonly number[]
}

/** Bytes of one plane of the image that go with an output row. */
const imageRowBytes = ({ kernel, width }: Conv2dSizes, { stride }: Conv2dAttributes): number =>
  Math.min(stride[0], kernel[0]) * width * laneBytes

/** Positions that a tile walks at least before its sums go to memory, which takes about as long as ten of them. */
const minPositions = 112

/** Output rows that stay in the caches for all items and for all taps of one; of a filter of one tap, as few as the adding up of sums allows. */
function rowsTogether(sizes: Conv2dSizes, attributes: Conv2dAttributes): Pick<Plan, 'strip' | 'nearRows'> {
  const { kernel, outHeight, outWidth } = sizes
  const rowBytes = tileRows * outWidth * laneBytes + 2 * imageRowBytes(sizes, attributes)
  const upToAll = (rows: number): number => Math.min(outHeight, Math.max(1, Math.round(rows)))
  if (sizeOf(kernel) === 1) {
    const rows = upToAll(minPositions / outWidth)
    return { strip: rows, nearRows: rows }
  }
  const nearRows = upToAll(nearBytes / rowBytes)
  return { strip: nearRows * Math.ceil(upToAll(walkedBytes / rowBytes) / nearRows), nearRows }
}

/** Output positions of one direction whose tap lies in the image. */
function validRange(size: number, outSize: number, tap: number, stride: number, padding: number, dilation: number) {
  const shift = tap * dilation - padding
  const from = Math.max(0, Math.ceil(-shift / stride))
  const to = Math.min(outSize, Math.floor((size - 1 - shift) / stride) + 1)
  return { from, to: Math.max(from, to) }
}

/** The gradient of filters, dw, or, `byBlock`, that of each block of 8 images, [blocks, ...w]. */
export function conv2dWeightGradientKernel(
  x: Buffer,
  dy: Buffer,
  dw: Buffer,
  attributes: Conv2dAttributes & { weightShape: readonly number[] },
  byBlock: boolean,
): Kernel {
  const sizes = conv2dSizes(x.shape, attributes.weightShape, attributes)
  const inPerGroup = sizes.inChannels / attributes.groups
  const tiles = balancedTiles(sizes.outChannels / attributes.groups)
  const channelUnits = Math.ceil(inPerGroup / 2)
  const { strip, nearRows } = rowsTogether(sizes, attributes)
  const plan: Plan = {
    sizes,
    attributes,
    inPerGroup,
    tiles,
    channelUnits,
    unitsTogether: Math.min(
      channelUnits,
      Math.max(1, Math.floor(walkedBytes / (2 * strip * imageRowBytes(sizes, attributes)))),
    ),
    strip,
    nearRows,
    weightShape: attributes.weightShape,
  }
  const items = attributes.groups * tiles.tiles * plan.channelUnits
  const weightBytes = sizeOf(attributes.weightShape) * 4
  const workspaceBytes = sizeOf(sizes.kernel) * 2 * tileRows * laneBytes
  return {
    name: 'conv2dWeightGradient',
    split: byBlock ? { by: 'blocks', count: x.blocks, parts: items } : { by: 'items', count: items },
    reads: [x, dy],
    writes: [dw],
    workspaceBytes,
    multiplyAdds: conv2dMultiplyAdds(sizes, attributes),
    key: [attributes, byBlock],
    emit(context) {
      const unit = emitUnit(plan, context)
      const [item, strip] = locals('i32')
      const clear = memoryFill(context.workspace, 0, workspaceBytes)
      /** All strips of a block, and all items of each: they overwrite the target where nothing comes `before` the block. */
      const walk = (
        block: Value<'i32'>,
        target: Value<'i32'>,
        [from, to]: readonly Value<'i32'>[],
        before: Value<'i32'>,
      ): Statement[] => [
        countedLoop(
          strip,
          Math.ceil(sizes.outHeight / plan.strip),
          [
            countedLoop(
              item,
              i32.sub(to, from),
              [
                call(
                  unit,
                  context.address(x, block),
                  context.address(dy, block),
                  target,
                  item,
                  strip,
                  i32.or(before, strip),
                  context.workspace,
                ) as Statement,
              ],
              { from },
            ),
          ],
          { step: plan.strip },
        ),
      ]
      if (byBlock) {
        const target = new Local('i32')
        return [
          clear,
          target.set(i32.add(context.address(dw), i32.mul(context.block, weightBytes))),
          ...walk(context.block, target, [context.from, context.to], i32.const(0)),
        ]
      }
      const block = new Local('i32')
      return [clear, countedLoop(block, x.blocks, walk(block, context.address(dw), [context.from, context.to], block))]
    },
  }
}

/** Where an item's tile begins: its first output channel, how many, and its first input channel within the group. */
function locateItem(plan: Plan, item: Value<'i32'>) {
  const { channelUnits, unitsTogether } = plan
  const { tiles, wide, size } = plan.tiles
  const [channelUnit, rest, chunk, units, tile, group, channel] = locals('i32')
  const statements = [
    group.set(i32.divU(item, tiles * channelUnits)),
    rest.set(i32.remU(item, tiles * channelUnits)),
    chunk.set(i32.divU(rest, tiles * unitsTogether)),
    rest.set(i32.remU(rest, tiles * unitsTogether)),
    // The last units may be fewer.
    units.set(i32.min(unitsTogether, i32.sub(channelUnits, i32.mul(chunk, unitsTogether)))),
    tile.set(i32.divU(rest, units)),
    channelUnit.set(i32.add(i32.mul(chunk, unitsTogether), i32.remU(rest, units))),
    // The first `wide` tiles have one channel more.
    channel.set(
      i32.add(
        i32.mul(group, plan.sizes.outChannels / plan.attributes.groups),
        i32.add(i32.mul(tile, size), i32.min(tile, wide)),
      ),
    ),
  ]
  return { statements, channelUnit, tile, group, channel }
}

/**
 * A function (image block, gradient block, dw, item, first row of the strip, whether there are sums before, workspace) that adds a strip's
 * sums of all taps of one item to those before, or writes them if there are none. It finds the workspace zero and leaves it so.
 */
function emitUnit(plan: Plan, outer: KernelContext): FunctionHandle {
  const { sizes, inPerGroup, tiles } = plan
  const widths = [
    ...new Set([...(tiles.wide > 0 ? [tiles.size + 1] : []), ...(tiles.wide < tiles.tiles ? [tiles.size] : [])]),
  ]
  // Emitted first, since a function must exist before it is called.
  const functions = new Map(
    widths.map((rows) => [
      rows,
      ([1, 2] as const).map((count) => ({
        tile: emitTile(plan, outer, rows, count),
        write: emitAddLanes(plan, outer, rows, count, false),
        add: emitAddLanes(plan, outer, rows, count, true),
      })),
    ]),
  )
  const parameters = {
    x: 'i32',
    dy: 'i32',
    dw: 'i32',
    item: 'i32',
    strip: 'i32',
    before: 'i32',
    workspace: 'i32',
  } as const
  return outer.module.function('conv2dWeightGradient item', parameters, undefined, (p) => {
    const { statements, channelUnit, tile, group, channel } = locateItem(plan, p.item)
    const [image, gradient, target] = locals('i32')
    const planeBytes = sizes.height * sizes.width * laneBytes
    const outPlaneBytes = sizes.outHeight * sizes.outWidth * laneBytes
    const tapBytes = sizeOf(sizes.kernel) * 4
    const inputChannel = i32.add(i32.mul(group, inPerGroup), i32.mul(channelUnit, 2))
    const inStrips = plan.nearRows < sizes.outHeight
    const strip = inStrips ? { from: p.strip, to: i32.add(p.strip, plan.nearRows) } : undefined
    const taps = (rows: number): Statement[] => {
      const [one, two] = functions.get(rows)!
      const item = (channels: 1 | 2): Statement[] => {
        const sumsOf = (tap: number, input: 0 | 1): Value<'i32'> =>
          i32.add(p.workspace, (tap * channels + input) * rows * sumBytes(outer))
        const { add, write } = channels === 2 ? two : one
        const walk: Walk = { plan, image, gradient, sumsOf, strip }
        const walked =
          channels === 2 ? tapsOfChannels(walk, two.tile, planeBytes) : tapsOfOneChannel(walk, one.tile, two.tile)
        return [
          ...(inStrips ? [repeat(plan.strip / plan.nearRows, [...walked, p.strip.advance(plan.nearRows)])] : walked),
          ifThen(
            p.before,
            [call(add, p.workspace, target) as Statement],
            [call(write, p.workspace, target) as Statement],
          ),
        ]
      }
      if (inPerGroup === 1) return item(1)
      if (inPerGroup % 2 === 0) return item(2)
      return [ifThen(i32.eq(channelUnit, plan.channelUnits - 1), item(1), item(2))]
    }
    const choose =
      widths.length === 1 ? taps(widths[0]) : [ifThen(i32.ltU(tile, tiles.wide), taps(widths[0]), taps(widths[1]))]
    return [
      ...statements,
      image.set(i32.add(p.x, i32.mul(inputChannel, planeBytes))),
      gradient.set(i32.add(p.dy, i32.mul(channel, outPlaneBytes))),
      target.set(i32.add(p.dw, i32.mul(i32.add(i32.mul(channel, inPerGroup), i32.mul(channelUnit, 2)), tapBytes))),
      ...choose,
    ]
  })
}

/** One tap's reading: the positions where it lies in the image, and the image offset at output position 0, 0. */
function tapReading({ sizes, attributes: { stride, padding, dilation } }: Plan, row: number, column: number) {
  return {
    rows: validRange(sizes.height, sizes.outHeight, row, stride[0], padding[0], dilation[0]),
    columns: validRange(sizes.width, sizes.outWidth, column, stride[1], padding[1], dilation[1]),
    offset: ((row * dilation[0] - padding[0]) * sizes.width + column * dilation[1] - padding[1]) * laneBytes,
  }
}

type Range = { from: number; to: number }

/** What the taps of one item walk. */
interface Walk {
  readonly plan: Plan
  readonly image: Value<'i32'>
  readonly gradient: Value<'i32'>
  /** Where the sums of a tap of the item's first or second input channel are kept. */
  sumsOf(tap: number, input: 0 | 1): Value<'i32'>
  /** The output rows of the present strip; all rows unless given. */
  readonly strip?: { readonly from: Value<'i32'>; readonly to: Value<'i32'> }
}

/** The call of a tile function over a rectangle of output positions, as far as it lies in the present strip. */
function tileCall(
  { plan, image, gradient, strip }: Walk,
  tile: FunctionHandle,
  rows: Range,
  columns: Range,
  offsets: readonly number[],
  sums: readonly Value<'i32'>[],
): Statement[] {
  if (rows.to <= rows.from || columns.to <= columns.from) return []
  const {
    sizes,
    attributes: { stride },
  } = plan
  const imageRow = stride[0] * sizes.width * laneBytes
  const gradientRow = sizes.outWidth * laneBytes
  const column = columns.from * stride[1] * laneBytes
  const over = (first: Value<'i32'>, count: Value<'i32'>): Statement =>
    call(
      tile,
      ...offsets.map((offset) => i32.add(i32.add(image, offset + column), i32.mul(first, imageRow))),
      i32.add(i32.add(gradient, columns.from * laneBytes), i32.mul(first, gradientRow)),
      count,
      columns.to - columns.from,
      ...sums,
    ) as Statement
  if (strip === undefined) return [over(i32.const(rows.from), i32.const(rows.to - rows.from))]
  const [from, count] = locals('i32')
  return [
    from.set(i32.max(strip.from, rows.from)),
    count.set(i32.sub(i32.min(strip.to, rows.to), from)),
    ifThen(i32.gtS(count, 0), [over(from, count)]),
  ]
}

/** Every tap of a pair of input channels. */
function tapsOfChannels(walk: Walk, tile: FunctionHandle, planeBytes: number): Statement[] {
  const { plan, sumsOf } = walk
  const [kernelHeight, kernelWidth] = plan.sizes.kernel
  return positions(kernelHeight, kernelWidth).flatMap(([row, column], tap) => {
    const { rows, columns, offset } = tapReading(plan, row, column)
    return tileCall(walk, tile, rows, columns, [offset, offset + planeBytes], [sumsOf(tap, 0), sumsOf(tap, 1)])
  })
}

/** Every tap of one input channel: filter rows in pairs, with the output rows that one of a pair sees alone. */
function tapsOfOneChannel(walk: Walk, single: FunctionHandle, pair: FunctionHandle): Statement[] {
  const { plan } = walk
  const [kernelHeight, kernelWidth] = plan.sizes.kernel
  const at = (row: number, column: number): Value<'i32'> => walk.sumsOf(row * kernelWidth + column, 0)
  return positions(Math.ceil(kernelHeight / 2), kernelWidth).flatMap(([half, column]) => {
    const row = 2 * half
    const first = tapReading(plan, row, column)
    const alone = (rows: Range, reading: typeof first, tapRow: number): Statement[] =>
      tileCall(walk, single, rows, reading.columns, [reading.offset], [at(tapRow, column)])
    if (row + 1 === kernelHeight) return alone(first.rows, first, row)
    const second = tapReading(plan, row + 1, column)
    const from = Math.max(first.rows.from, second.rows.from)
    const both = { from, to: Math.max(from, Math.min(first.rows.to, second.rows.to)) }
    const rests = ([reading, tapRow]: [typeof first, number]): Statement[] => [
      ...alone({ from: reading.rows.from, to: Math.min(both.from, reading.rows.to) }, reading, tapRow),
      ...alone({ from: Math.max(both.to, reading.rows.from), to: reading.rows.to }, reading, tapRow),
    ]
    return [
      ...tileCall(
        walk,
        pair,
        both,
        first.columns,
        [first.offset, second.offset],
        [at(row, column), at(row + 1, column)],
      ),
      ...rests([first, row]),
      ...rests([second, row + 1]),
    ]
  })
}

const positions = (height: number, width: number): [number, number][] =>
  range(height * width).map((i) => [Math.floor(i / width), i % width])

/** Bytes of a sum whose lanes stay apart: those of a block where the engine joins its halves, else those of half a block. */
const sumBytes = ({ wide }: KernelContext): number => (wide ? laneBytes : laneBytes / 2)

/**
 * A function (image pointers, gradient, rows, columns, where sums are) that walks a rectangle of output positions and adds to `channels` x
 * `taps` sums in memory.
 */
function emitTile({ sizes, attributes: { stride } }: Plan, outer: KernelContext, channels: number, taps: 1 | 2) {
  const parameters: Record<string, 'i32'> = {}
  for (let t = 0; t < taps; t++) parameters[`x${t}`] = 'i32'
  for (const name of ['dy', 'rows', 'columns']) parameters[name] = 'i32'
  for (let t = 0; t < taps; t++) parameters[`sums${t}`] = 'i32'
  const outPlaneBytes = sizes.outHeight * sizes.outWidth * laneBytes
  /** The halves of a block, by those that are taken together. */
  const halves = outer.wide ? [[0, 16]] : [[0], [16]]
  return outer.module.function(`conv2dWeightGradient ${channels} ${taps}`, parameters, undefined, (p) => {
    const vectors = () => halves[0].map(() => new Local('v128'))
    const x = range(taps).map((t) => p[`x${t}`])
    const sums = range(channels).map(() => x.map(vectors))
    const values = x.map(vectors)
    const gradient = vectors()
    const [xNext, dyNext] = locals('i32')
    const position = halves.flatMap((offsets) => [
      ...values.flatMap((value, t) => offsets.map((offset, h) => value[h].set(v128.load(x[t], offset)))),
      ...sums.flatMap((row, r) => [
        ...offsets.map((offset, h) => gradient[h].set(v128.load(p.dy, r * outPlaneBytes + offset))),
        ...row.flatMap((sum, t) =>
          sum.map((part, h) => part.set(outer.math.multiplyAdd(gradient[h], values[t][h], part))),
        ),
      ]),
    ])
    const parts = sums.flatMap((row, r) =>
      row.flatMap((sum, t) =>
        sum.map((part, h) => ({ part, at: p[`sums${t}`], offset: r * sumBytes(outer) + 16 * h })),
      ),
    )
    return [
      ...parts.map(({ part, at, offset }) => part.set(v128.load(at, offset))),
      xNext.set(i32.sub(stride[0] * sizes.width * laneBytes, i32.mul(p.columns, stride[1] * laneBytes))),
      dyNext.set(i32.sub(sizes.outWidth * laneBytes, i32.mul(p.columns, laneBytes))),
      repeat(p.rows, [
        repeat(p.columns, [
          ...position,
          ...x.map((pointer) => pointer.advance(stride[1] * laneBytes)),
          p.dy.advance(laneBytes),
        ]),
        ...x.map((pointer) => pointer.advance(xNext)),
        p.dy.advance(dyNext),
      ]),
      ...parts.map(({ part, at, offset }) => v128.store(at, part, offset)),
    ]
  })
}

/**
 * A function (sums, target) that adds up the lanes of each sum of all taps of an item, four sums at a time, writes the numbers to the
 * gradient or adds them to what is there, and sets the sums to 0.
 */
function emitAddLanes(
  { sizes, inPerGroup }: Plan,
  outer: KernelContext,
  rows: number,
  channels: 1 | 2,
  adds: boolean,
): FunctionHandle {
  const taps = sizeOf(sizes.kernel)
  const bytes = sumBytes(outer)
  const name = `conv2dWeightGradient ${adds ? 'add' : 'write'} ${rows} ${channels}`
  return outer.module.function(name, { sums: 'i32', target: 'i32' } as const, undefined, (p) => {
    const zero = v128.constF32x4(0, 0, 0, 0)
    const [first, second, total] = locals('v128')
    const four = [0, 1, 2, 3].map(() => new Local('v128'))
    const load = (i: number): Value<'v128'> => {
      const low = v128.load(p.sums, i * bytes)
      return outer.wide ? f32x4.add(low, v128.load(p.sums, i * bytes + 16)) : low
    }
    // (a, b) to (a0+a2, b0+b2, a1+a3, b1+b3), twice, then pairs are added across.
    const pairwise = (a: Value<'v128'>, b: Value<'v128'>): Value<'v128'> =>
      f32x4.add(shuffle32([0, 4, 1, 5], a, b), shuffle32([2, 6, 3, 7], a, b))
    const count = channels * rows
    const addFour = (from: number): Statement[] => [
      ...four.map((vector, i) => vector.set(from + i < count ? load(from + i) : zero)),
      first.set(pairwise(four[0], four[1])),
      second.set(pairwise(four[2], four[3])),
      total.set(f32x4.add(shuffle32([0, 1, 4, 5], first, second), shuffle32([2, 3, 6, 7], first, second))),
      ...([0, 1, 2, 3] as const)
        .filter((lane) => from + lane < count)
        .map((lane) => {
          const [input, row] = [Math.floor((from + lane) / rows), (from + lane) % rows]
          const offset = (row * inPerGroup + input) * taps * 4
          const number = f32x4.extractLane(total, lane)
          return f32.store(p.target, adds ? f32.add(f32.load(p.target, offset), number) : number, offset)
        }),
    ]
    return [
      repeat(taps, [
        ...range(Math.ceil(count / 4)).flatMap((i) => addFour(4 * i)),
        ...range((count * bytes) / 16).map((i) => v128.store(p.sums, zero, 16 * i)),
        p.sums.advance(count * bytes),
        p.target.advance(4),
      ]),
    ]
  })
}
