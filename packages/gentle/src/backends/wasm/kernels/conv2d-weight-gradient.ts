/**
 * The gradient of a convolution to its filters, on a batch in lanes.
 *
 * One tile is up to 6 output channels times two taps, a tap being a filter row, column and input channel. It walks all output
 * positions of a block: two loads of the image and 6 of the gradient feed 12 multiply-adds whose sums stay apart for each lane;
 * when the positions are done, the lanes are added up and the 12 numbers go to memory. The two taps are neighbouring input channels,
 * which see the padding alike; with one channel they are neighbouring filter rows, and output rows that only one of them
 * sees are walked for it alone.
 *
 * What is walked again and again should stay in the second-level cache: all tiles and taps walk a strip of output rows of one block before
 * they go on to the next strip, and within it all output channels take some input channels before they go on to the next ones.
 *
 * Small filters are summed block by block into rows of their own, which a second kernel adds in order; large ones are split by
 * channels among threads, each walking the blocks in order. Both give the same bits for any number of threads.
 */

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
  type Local,
  memoryFill,
  type Statement,
  shuffle32,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Buffer, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { balancedTiles, tileRows } from './tile.ts'

/** Sums per block are kept apart up to this many bytes in all. */
const largestPartials = 512 * 1024

/** Whether the gradient is summed block by block: then the kernel's output is [blocks, ...w]. */
export const sumsByBlock = (x: Buffer, weightShape: readonly number[]): boolean =>
  x.blocks * sizeOf(weightShape) * 4 <= largestPartials

/** Bytes of image and gradient that are walked again and again: they should stay in the second-level cache. */
const walkedBytes = 192 * 1024

interface Plan {
  readonly sizes: Conv2dSizes
  readonly attributes: Conv2dAttributes
  readonly inPerGroup: number
  readonly tiles: ReturnType<typeof balancedTiles>
  /** Pairs of input channels, and one more unit for a channel left over. */
  readonly channelUnits: number
  /** Units that all tiles take before they go on to the next ones. */
  readonly unitsTogether: number
  /** Output rows that everything walks before it goes on to the next ones. */
  readonly strip: number
  readonly weightShape: readonly number[]
}

/** Bytes of one plane of the image that go with an output row. */
const imageRowBytes = ({ kernel, width }: Conv2dSizes, { stride }: Conv2dAttributes): number =>
  Math.min(stride[0], kernel[0]) * width * laneBytes

/** Positions that a tile walks at least before its sums go to memory, which takes about as long as ten of them. */
const leastPositions = 112

/** Output rows of a strip: those that stay in the cache for all taps; of a filter of one tap, as few as the adding up of sums allows. */
function stripOf(sizes: Conv2dSizes, attributes: Conv2dAttributes): number {
  const { kernel, outHeight, outWidth } = sizes
  const rowBytes = tileRows * outWidth * laneBytes + 2 * imageRowBytes(sizes, attributes)
  const rows = sizeOf(kernel) === 1 ? leastPositions / outWidth : walkedBytes / rowBytes
  return Math.min(outHeight, Math.max(1, Math.round(rows)))
}

/** Output positions of one direction whose tap lies in the image. */
function validRange(size: number, outSize: number, tap: number, stride: number, padding: number, dilation: number) {
  const shift = tap * dilation - padding
  const from = Math.max(0, Math.ceil(-shift / stride))
  const to = Math.min(outSize, Math.floor((size - 1 - shift) / stride) + 1)
  return { from, to: Math.max(from, to) }
}

export function conv2dWeightGradientKernel(
  x: Buffer,
  dy: Buffer,
  dw: Buffer,
  attributes: Conv2dAttributes & { weightShape: readonly number[] },
): Kernel {
  const sizes = conv2dSizes(x.shape, attributes.weightShape, attributes)
  const inPerGroup = sizes.inChannels / attributes.groups
  const tiles = balancedTiles(sizes.outChannels / attributes.groups)
  const channelUnits = Math.ceil(inPerGroup / 2)
  const strip = stripOf(sizes, attributes)
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
    weightShape: attributes.weightShape,
  }
  const byBlock = sumsByBlock(x, attributes.weightShape)
  const items = attributes.groups * tiles.tiles * plan.channelUnits
  const weightBytes = sizeOf(attributes.weightShape) * 4
  return {
    name: 'conv2dWeightGradient',
    split: byBlock ? { by: 'blocks', count: x.blocks } : { by: 'items', count: items },
    reads: [x, dy],
    writes: [dw],
    multiplyAdds: conv2dMultiplyAdds(sizes, attributes),
    emit(context) {
      const unit = emitUnit(plan, context)
      const [item, strip] = [context.local('i32'), context.local('i32')]
      /** All strips of a block, and all items of each. */
      const walk = (block: Value<'i32'>, target: Value<'i32'>, from: Value<'i32'>, to: Value<'i32'>): Statement[] => [
        strip.set(i32.const(0)),
        countedLoop(context.local('i32'), Math.ceil(sizes.outHeight / plan.strip), [
          item.set(from),
          countedLoop(context.local('i32'), i32.sub(to, from), [
            call(unit, context.address(x, block), context.address(dy, block), target, item, strip) as Statement,
            item.set(i32.add(item, 1)),
          ]),
          strip.set(i32.add(strip, plan.strip)),
        ]),
      ]
      if (byBlock) {
        const target = context.local('i32')
        return [
          target.set(i32.add(context.address(dw), i32.mul(context.block, weightBytes))),
          memoryFill(target, i32.const(0), i32.const(weightBytes)),
          ...walk(context.block, target, i32.const(0), i32.const(items)),
        ]
      }
      const block = context.local('i32')
      return [
        item.set(context.from),
        countedLoop(context.local('i32'), i32.sub(context.to, context.from), [
          ...clearItem(plan, context, context.address(dw), item),
          item.set(i32.add(item, 1)),
        ]),
        countedLoop(block, x.blocks, walk(block, context.address(dw), context.from, context.to)),
      ]
    },
  }
}

/** Where an item's tile begins: its first output channel, how many, and its first input channel within the group. */
function locateItem(plan: Plan, context: KernelContext, item: Value<'i32'>) {
  const { channelUnits, unitsTogether } = plan
  const { tiles, wide, size } = plan.tiles
  const [channelUnit, rest, chunk, units, tile, group, channel] = Array.from({ length: 7 }, () => context.local('i32'))
  const statements = [
    group.set(i32.divU(item, tiles * channelUnits)),
    rest.set(i32.remU(item, tiles * channelUnits)),
    chunk.set(i32.divU(rest, tiles * unitsTogether)),
    rest.set(i32.remU(rest, tiles * unitsTogether)),
    // The last units may be fewer.
    units.set(i32.min(i32.const(unitsTogether), i32.sub(channelUnits, i32.mul(chunk, unitsTogether)))),
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

function clearItem(plan: Plan, context: KernelContext, dw: Value<'i32'>, item: Local<'i32'>): Statement[] {
  const { statements, channelUnit, tile, channel } = locateItem(plan, context, item)
  const tapBytes = plan.sizes.kernel[0] * plan.sizes.kernel[1] * 4
  const target = context.local('i32')
  const rows = i32.add(i32.ltU(tile, plan.tiles.wide), plan.tiles.size)
  const inputs = i32.min(i32.const(2), i32.sub(plan.inPerGroup, i32.mul(channelUnit, 2)))
  return [
    ...statements,
    target.set(i32.add(dw, i32.mul(i32.add(i32.mul(channel, plan.inPerGroup), i32.mul(channelUnit, 2)), tapBytes))),
    countedLoop(context.local('i32'), rows, [
      memoryFill(target, i32.const(0), i32.mul(inputs, tapBytes)),
      target.set(i32.add(target, plan.inPerGroup * tapBytes)),
    ]),
  ]
}

/** A function (image block, gradient block, dw, item, first row of the strip) that adds a strip's sums of all taps of one item. */
function emitUnit(plan: Plan, outer: KernelContext): FunctionHandle {
  const { sizes, inPerGroup, tiles } = plan
  const tileFunctions = new Map<string, FunctionHandle>()
  const tileOf = (rows: number, taps: 1 | 2): FunctionHandle => {
    const key = `${rows} ${taps}`
    const handle = tileFunctions.get(key) ?? emitTile(plan, outer, rows, taps)
    tileFunctions.set(key, handle)
    return handle
  }
  // Emitted first, since a function must exist before it is called.
  const widths = [
    ...new Set([...(tiles.wide > 0 ? [tiles.size + 1] : []), ...(tiles.wide < tiles.tiles ? [tiles.size] : [])]),
  ]
  for (const rows of widths) for (const taps of [1, 2] as const) tileOf(rows, taps)

  const parameters = { x: 'i32', dy: 'i32', dw: 'i32', item: 'i32', strip: 'i32' } as const
  return outer.module.function('conv2dWeightGradient item', parameters, undefined, (p, builder) => {
    const context: KernelContext = { ...outer, builder, local: (type) => builder.local(type) }
    const { statements, channelUnit, tile, group, channel } = locateItem(plan, context, p.item)
    const [image, gradient, target] = [builder.local('i32'), builder.local('i32'), builder.local('i32')]
    const planeBytes = sizes.height * sizes.width * laneBytes
    const outPlaneBytes = sizes.outHeight * sizes.outWidth * laneBytes
    const tapBytes = sizes.kernel[0] * sizes.kernel[1] * 4
    const inputChannel = i32.add(i32.mul(group, inPerGroup), i32.mul(channelUnit, 2))
    const strip = plan.strip < sizes.outHeight ? { from: p.strip, to: i32.add(p.strip, plan.strip) } : undefined
    const walk: Walk = { plan, image, gradient, target, strip, context }
    const taps = (rows: number): Statement[] => {
      const pairs = tapsOfChannels(walk, tileOf(rows, 2), planeBytes, tapBytes)
      const single = tapsOfOneChannel(walk, tileOf(rows, 1), tileOf(rows, 2))
      if (inPerGroup === 1) return single
      if (inPerGroup % 2 === 0) return pairs
      return [ifThen(i32.eq(channelUnit, plan.channelUnits - 1), single, pairs)]
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
  readonly context: KernelContext
  readonly image: Value<'i32'>
  readonly gradient: Value<'i32'>
  readonly target: Value<'i32'>
  /** The output rows of the present strip; all rows unless given. */
  readonly strip?: { readonly from: Value<'i32'>; readonly to: Value<'i32'> }
}

/** The call of a tile function over a rectangle of output positions, as far as it lies in the present strip. */
function tileCall(
  { plan, context, image, gradient, strip }: Walk,
  tile: FunctionHandle,
  rows: Range,
  columns: Range,
  offsets: readonly number[],
  targets: readonly Value<'i32'>[],
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
      i32.const(columns.to - columns.from),
      ...targets,
    ) as Statement
  if (strip === undefined) return [over(i32.const(rows.from), i32.const(rows.to - rows.from))]
  const [from, count] = [context.local('i32'), context.local('i32')]
  return [
    from.set(i32.max(strip.from, rows.from)),
    count.set(i32.sub(i32.min(strip.to, rows.to), from)),
    ifThen(i32.gtS(count, 0), [over(from, count)]),
  ]
}

/** Every tap of a pair of input channels. */
function tapsOfChannels(walk: Walk, tile: FunctionHandle, planeBytes: number, tapBytes: number): Statement[] {
  const { plan, target } = walk
  const [kernelHeight, kernelWidth] = plan.sizes.kernel
  return positions(kernelHeight, kernelWidth).flatMap(([row, column]) => {
    const { rows, columns, offset } = tapReading(plan, row, column)
    const at = i32.add(target, (row * kernelWidth + column) * 4)
    return tileCall(walk, tile, rows, columns, [offset, offset + planeBytes], [at, i32.add(at, tapBytes)])
  })
}

/** Every tap of one input channel: filter rows in pairs, with the output rows that one of a pair sees alone. */
function tapsOfOneChannel(walk: Walk, single: FunctionHandle, pair: FunctionHandle): Statement[] {
  const { plan, target } = walk
  const [kernelHeight, kernelWidth] = plan.sizes.kernel
  const at = (row: number, column: number): Value<'i32'> => i32.add(target, (row * kernelWidth + column) * 4)
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
  Array.from({ length: height * width }, (_, i) => [Math.floor(i / width), i % width])

/**
 * A function (image pointers, gradient, rows, columns, targets) that walks a rectangle of output positions and adds `rows` x
 * `taps` sums to memory.
 */
function emitTile(
  { sizes, attributes: { stride }, inPerGroup }: Plan,
  outer: KernelContext,
  channels: number,
  taps: 1 | 2,
) {
  const parameters: Record<string, 'i32'> = {}
  for (let t = 0; t < taps; t++) parameters[`x${t}`] = 'i32'
  for (const name of ['dy', 'rows', 'columns']) parameters[name] = 'i32'
  for (let t = 0; t < taps; t++) parameters[`target${t}`] = 'i32'
  const outPlaneBytes = sizes.outHeight * sizes.outWidth * laneBytes
  const rowBytes = inPerGroup * sizes.kernel[0] * sizes.kernel[1] * 4
  return outer.module.function(`conv2dWeightGradient ${channels} ${taps}`, parameters, undefined, (p, builder) => {
    const x = Array.from({ length: taps }, (_, t) => p[`x${t}`])
    const sums = Array.from({ length: channels }, () => x.map(() => builder.local('v128')))
    const values = x.map(() => builder.local('v128'))
    const gradient = builder.local('v128')
    const [xNext, dyNext] = [builder.local('i32'), builder.local('i32')]
    const position = [0, 16].flatMap((half) => [
      ...values.map((value, t) => value.set(v128.load(x[t], half))),
      ...sums.flatMap((row, r) => [
        gradient.set(v128.load(p.dy, r * outPlaneBytes + half)),
        ...row.map((sum, t) => sum.set(outer.math.multiplyAdd(gradient, values[t], sum))),
      ]),
    ])
    const context: KernelContext = { ...outer, builder, local: (type) => builder.local(type) }
    const flat = sums.flatMap((row, r) => row.map((sum, t) => ({ sum, at: p[`target${t}`], offset: r * rowBytes })))
    return [
      ...flat.map(({ sum }) => sum.set(v128.constF32x4(0, 0, 0, 0))),
      xNext.set(i32.sub(stride[0] * sizes.width * laneBytes, i32.mul(p.columns, stride[1] * laneBytes))),
      dyNext.set(i32.sub(sizes.outWidth * laneBytes, i32.mul(p.columns, laneBytes))),
      countedLoop(builder.local('i32'), p.rows, [
        countedLoop(builder.local('i32'), p.columns, [
          ...position,
          ...x.map((pointer) => pointer.set(i32.add(pointer, stride[1] * laneBytes))),
          p.dy.set(i32.add(p.dy, laneBytes)),
        ]),
        ...x.map((pointer) => pointer.set(i32.add(pointer, xNext))),
        p.dy.set(i32.add(p.dy, dyNext)),
      ]),
      ...addSums(context, flat),
    ]
  })
}

/** Adds up the lanes of each sum, four sums at a time, and adds the numbers to memory. */
function addSums(
  context: KernelContext,
  sums: readonly { sum: Local<'v128'>; at: Local<'i32'>; offset: number }[],
): Statement[] {
  const zero = v128.constF32x4(0, 0, 0, 0)
  return Array.from({ length: Math.ceil(sums.length / 4) }, (_, i) => sums.slice(4 * i, 4 * i + 4)).flatMap((four) => {
    const vector = (i: number): Value<'v128'> => four[i]?.sum ?? zero
    const [first, second, total] = [context.local('v128'), context.local('v128'), context.local('v128')]
    // (a, b) to (a0+a2, b0+b2, a1+a3, b1+b3), twice, then pairs are added across.
    const pairwise = (a: Value<'v128'>, b: Value<'v128'>): Value<'v128'> =>
      f32x4.add(shuffle32([0, 4, 1, 5], a, b), shuffle32([2, 6, 3, 7], a, b))
    return [
      first.set(pairwise(vector(0), vector(1))),
      second.set(pairwise(vector(2), vector(3))),
      total.set(f32x4.add(shuffle32([0, 1, 4, 5], first, second), shuffle32([2, 3, 6, 7], first, second))),
      ...four.map(({ at, offset }, lane) =>
        f32.store(at, f32.add(f32.load(at, offset), f32x4.extractLane(total, lane as 0 | 1 | 2 | 3)), offset),
      ),
    ]
  })
}
