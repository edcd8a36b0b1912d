/**
 * Winograd's convolution for filters of 3 x 3 or 5 x 5 and stride 1, on images in channels (Lavin and Gray, "Fast Algorithms for Convolutional Neural
 * Networks", 2015, section 4).
 *
 * An output tile of m x m pixels comes from an input tile of n x n, n = m + r - 1 for filters of r x r, by n² products a channel instead of r² m²: with
 * Y = Aᵀ [(G g Gᵀ) ∘ (Bᵀ d B)] A, F(2 x 2) takes 4 products a pixel and F(4 x 4) 2.25 for 3 x 3 taps, and F(2 x 2) 9 for 5 x 5. Summed over channels, each of the n² places is a
 * matrix product of its own, done by the pixel tile with tiles for pixels. Filters are transformed once, when weights change.
 *
 * A thread takes a strip of tiles at a time and transforms their input into its workspace. Then it computes the n² products of a few blocks of
 * 8 output channels, whose sums stay in the second-level cache, and transforms them to pixels. At each place all of these blocks pass over
 * what the place has of the input, a few KB: input and filters both stream in order. Filters come from memory where there are many, so a
 * strip has tiles enough to be worth reading them, and what it has transformed serves all items of it that the thread takes.
 *
 * With wide vectors a tile of the products takes two blocks of output channels, and tiles are transformed whole.
 */
import { range } from '../../../core/range.ts'
import type { Conv2dSizes } from '../../../ops/conv2d.ts'
import {
  call,
  countedLoop,
  i32,
  ifThen,
  Local,
  locals,
  repeat,
  type Statement,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Buffer, channelBlocks, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { forEachItem } from './nest.ts'
import { type SumPart, tileExtent, tileFunction, tilePixels } from './pixel-tile.ts'
import { balancedTiles, type Epilogue, nameWith, operandBuffers } from './tile.ts'
import {
  filterSide,
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
  /** Blocks of output channels whose products are computed before they are transformed. */
  readonly together: number
}

/** Bytes of transformed input that a strip may have: what a second-level cache keeps beside the filters that stream through it. */
const stripBytes = 640 * 1024

/** Tiles that a strip may have in any case, so that filters are not read too often. */
const fewTiles = 8 * tilePixels

/** Bytes of sums that wait for their transform. */
const sumsBytes = 256 * 1024

/** Items that let many threads work, and whose number some can share evenly. */
const defaultItems = 8
const defaultThreads = 4

export function planWinograd(
  transforms: WinogradTransforms,
  { batch, inChannels, outChannels, outHeight, outWidth }: Conv2dSizes,
  wide: boolean,
): WinogradPlan {
  const { m, input } = transforms
  const [tileRows, tileColumns] = [Math.ceil(outHeight / m), Math.ceil(outWidth / m)]
  const tiles = batch * tileRows * tileColumns
  const tileBytes = input.length ** 2 * inChannels * 4
  const max = Math.max(fewTiles, Math.floor(stripBytes / tileBytes / tilePixels) * tilePixels)
  const stripTiles = Math.ceil(tiles / Math.max(1, Math.round(tiles / max)))
  const strips = Math.ceil(tiles / stripTiles)
  const outBlocks = outChannels / 8
  const atOnce = tileExtent(outBlocks, wide).blocks
  const divides = (n: number): boolean => outBlocks % (n * atOnce) === 0
  const suffice = (items: number): boolean => items >= defaultItems && items % defaultThreads === 0
  const shares = [1, 2, 4, 8].find((n) => suffice(strips * n) || !divides(2 * n)) ?? 8
  const fits = (n: number): boolean => n * atOnce * input.length ** 2 * stripTiles * laneBytes <= sumsBytes
  const together = atOnce * ([8, 4, 2].find((n) => divides(n * shares) && fits(n)) ?? 1)
  return {
    transforms,
    tileRows,
    tileColumns,
    stripTiles,
    strips,
    shares,
    channels: inChannels,
    outBlocks,
    together,
  }
}

/** Height and width of the zero-padded source that the tiles read. */
export function winogradFrame({ transforms, tileRows, tileColumns }: WinogradPlan): [number, number] {
  const beside = filterSide(transforms) - 1
  return [tileRows * transforms.m + beside, tileColumns * transforms.m + beside]
}

/** Floats of the transformed filters: `[O / 8][n²][C][8]`. */
export const winogradFilterCount = ({ transforms, channels, outBlocks }: WinogradPlan): number =>
  outBlocks * transforms.input.length ** 2 * channels * 8

/** G g Gᵀ of each filter of [O, C, r, r]. */
export function winogradFiltersKernel(filters: Buffer, transformed: Buffer, plan: WinogradPlan): Kernel {
  const { transforms, channels, outBlocks } = plan
  const n = transforms.input.length
  const place = channels * laneBytes
  const side = filterSide(transforms)
  const tapBytes = side * side * 4
  const outBytes = channels * tapBytes
  return {
    name: 'winogradFilters',
    split: { by: 'items', count: outBlocks },
    reads: [filters],
    writes: [transformed],
    workspaceBytes: side * n * 16,
    emit(context) {
      const [block, source, target, middle] = locals('i32')
      /** One tap of the filters of four neighbouring output channels. */
      const tap = (row: number, column: number): Vector => {
        const at = (row * side + column) * 4
        return gatherFour(source, at, outBytes)
      }
      return [
        middle.set(context.workspace),
        forEachItem(context, block, [
          source.set(i32.add(context.address(filters), i32.mul(block, 8 * outBytes))),
          target.set(i32.add(context.address(transformed), i32.mul(block, n * n * place))),
          repeat(channels, [
            repeat(2, [
              ...transformBothSides(
                transforms.filter,
                tap,
                middle,
                ([value], row, column) => [v128.store(target, value, (row * n + column) * place)],
                context,
              ),
              source.advance(4 * outBytes),
              target.advance(16),
            ]),
            source.advance(tapBytes - 8 * outBytes),
          ]),
        ]),
      ]
    },
  }
}

/** Bytes from one of the n² places to the next, in the sums of a block of output channels and in a strip's transformed input. */
const workspacePlaces = ({ stripTiles, channels }: WinogradPlan) => ({
  sumsPlace: placeBytes(stripTiles * laneBytes),
  inputPlace: placeBytes(stripTiles * channels * 4),
})

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
  const { sumsPlace, inputPlace } = workspacePlaces(plan)
  return {
    name: nameWith(
      epilogue,
      `conv2d winograd${plan.transforms.m}${filterSide(plan.transforms) === 3 ? '' : ' of 5 x 5'}`,
    ),
    split: { by: 'items', count: plan.strips * plan.shares },
    reads: [source, filters, ...operandBuffers(epilogue)],
    writes: [output],
    workspaceBytes: middleBytes(n) + n * n * (plan.together * sumsPlace + inputPlace),
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
  const { transforms, tileRows, tileColumns, stripTiles, shares, channels, outBlocks, together } = plan
  const { m } = transforms
  const n = transforms.input.length
  const [batch, , height, width] = output.shape
  const tilesInAll = batch * tileRows * tileColumns
  const first = i32.const(0)

  // Workspace: what lies between the two halves of a transform, the sums of the blocks computed together, the transformed input.
  const [middle, sums, blockSums, transformed] = locals('i32')
  const { sumsPlace, inputPlace } = workspacePlaces(plan)

  const [item, strip, present, tile, inStrip, count, image, tileRow, tileColumn] = locals('i32')
  const locate = [
    image.set(i32.divU(tile, tileRows * tileColumns)),
    tileRow.set(i32.remU(i32.divU(tile, tileColumns), tileRows)),
    tileColumn.set(i32.remU(tile, tileColumns)),
  ]
  const forEachTile = (body: Statement[]): Statement[] => [
    tile.set(i32.mul(strip, stripTiles)),
    count.set(i32.sub(i32.min(i32.add(tile, stripTiles), tilesInAll), tile)),
    countedLoop(inStrip, count, [...locate, ...body, tile.advance(1)]),
  ]

  const [frameHeight, frameWidth] = source.shape.slice(2)
  const plane = frameHeight * frameWidth * laneBytes
  const [x, v] = locals('i32')
  const transformTile = tileTransform(transforms.input, frameWidth * laneBytes, inputPlace, context)
  const transformInput = forEachTile([
    x.set(
      i32.add(
        i32.add(context.address(source, first), i32.mul(image, plane * channelBlocks(source.shape))),
        i32.add(i32.mul(tileRow, m * frameWidth * laneBytes), i32.mul(tileColumn, m * laneBytes)),
      ),
    ),
    v.set(i32.add(transformed, i32.mul(inStrip, laneBytes))),
    repeat(channels / 8, [call(transformTile, x, v, middle), x.advance(plane), v.advance(stripTiles * laneBytes)]),
  ])

  // The products of all tiles of a strip, missing ones too: their sums are not used.
  const parts: SumPart[] = [
    {
      start: 0,
      loops: [{ count: channels / 8, step: stripTiles * laneBytes }],
      offsets: range(8).map((channel) => channel * 4),
    },
  ]
  const extent = tileExtent(outBlocks, context.wide)
  const { tiles, size, wide } = balancedTiles(stripTiles, extent.pixels)
  const shape = {
    pixelStep: laneBytes,
    parts,
    blocks: extent.blocks,
    weightStep: n * n * channels * laneBytes,
    outputStep: n * n * sumsPlace,
  }
  const [block, w, xp, sp] = locals('i32')
  const multiply = (pixels: number, turns: number): Statement[] =>
    turns === 0
      ? []
      : [
          call(
            tileFunction({ ...shape, pixels: range(pixels).map((pixel) => pixel * laneBytes) }, undefined, context),
            xp,
            w,
            sp,
            turns,
          ),
          xp.advance(turns * pixels * laneBytes),
          sp.advance(turns * pixels * laneBytes),
        ]
  const rewind = stripTiles * laneBytes
  const turns = together / extent.blocks
  const [weightWalk, sumWalk] = [extent.blocks * shape.weightStep, extent.blocks * shape.outputStep]
  const products = [
    xp.set(transformed),
    sp.set(sums),
    repeat(n * n, [
      repeat(turns, [
        ...multiply(size + 1, wide),
        ...multiply(size, tiles - wide),
        xp.set(i32.sub(xp, rewind)),
        sp.advance(sumWalk - rewind),
        w.advance(weightWalk),
      ]),
      xp.advance(inputPlace),
      sp.advance(sumsPlace - turns * sumWalk),
      w.advance(channels * laneBytes - turns * weightWalk),
    ]),
  ]

  const operands = epilogue?.operands ?? []
  const [y, offset] = locals('i32')
  const pointers = operands.map(() => new Local('i32'))
  const tileOut = tileOutput(
    {
      transforms,
      sums: { start: v, place: sumsPlace },
      middle,
      target: y,
      tile: [tileRow, tileColumn],
      size: [height, width],
      epilogue,
      pointers,
      perChannel: (pointer, vector) => v128.load(pointer, 16 * vector),
    },
    context,
  )
  const step = 16 * vectorsTogether(context)
  const transformOutput = forEachTile([
    v.set(i32.add(blockSums, i32.mul(inStrip, laneBytes))),
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
    repeat(laneBytes / step, [
      ...tileOut,
      v.advance(step),
      y.advance(step),
      ...operands.flatMap(({ along }, k) => (along === 'nothing' ? [] : [pointers[k].advance(step)])),
    ]),
  ])

  const perShare = outBlocks / together / shares
  return [
    middle.set(context.workspace),
    sums.set(i32.add(middle, middleBytes(n))),
    transformed.set(i32.add(sums, together * shape.outputStep)),
    present.set(-1),
    forEachItem(context, item, [
      strip.set(i32.divU(item, shares)),
      ifThen(i32.ne(strip, present), [...transformInput, present.set(strip)]),
      block.set(i32.mul(i32.remU(item, shares), perShare * together)),
      w.set(i32.add(context.address(filters), i32.mul(block, shape.weightStep))),
      repeat(perShare, [
        ...products,
        w.advance((together - 1) * shape.weightStep),
        blockSums.set(sums),
        repeat(together, [...transformOutput, block.advance(1), blockSums.advance(shape.outputStep)]),
      ]),
    ]),
  ]
}
