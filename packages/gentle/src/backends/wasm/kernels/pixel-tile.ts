/**
 * The register tile behind convolutions whose output is in channels: a single image, or a batch of them.
 *
 * One tile is up to 6 neighbouring output pixels of 8 channels: 12 vectors of sums, which with two vectors of weights and one of source
 * values fill 15 of the 16 vector registers. For every tap and source channel, two loads of weights, packed so that the 8 output
 * channels are neighbours, and 6 broadcast loads of the source feed 12 multiply-adds. The source may be in channels or, as images come,
 * plain: only the distances between its values differ. It has its padding around it, so no pixel is special. Convolutions that
 * filter each channel alone have a tile of their own (`depthwise.ts`).
 *
 * Pixels that are neighbours in the output are taken in one line over several short rows, so that rows of 7 or 14 leave few tiles unfilled:
 * a tile that goes on in the next row has other distances in the source, and so a function of its own.
 *
 * With wide vectors two vectors take one register: there is room for 24 sums, which are 6 pixels of 16 channels, or 12 pixels of 8 where
 * channels do not go in pairs of blocks.
 *
 * Work is cut into strips of output rows whose source stays in the second-level cache while all output channels pass over it.
 */
import { exactJson } from '../../../core/exact-json.ts'
import { range } from '../../../core/range.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import {
  call,
  type FunctionHandle,
  i32,
  Local,
  locals,
  repeat,
  type Statement,
  type Value,
  v128,
} from '../assembler/index.ts'
import { type Buffer, channelBlocks, laneBytes } from '../buffer.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { emitExpression, storeTogether } from './expression.ts'
import { forEachItem } from './nest.ts'
import { type PixelRun, rowsTogether, runsOf } from './pixel-runs.ts'
import { type SumLoop, sumLoops } from './sum-loops.ts'
import { type Epilogue, epilogueKey, nameWith } from './tile.ts'

/** Pixels of one tile of 8 channels, and of 16. */
export const tilePixels = 6

/** Blocks of 8 output channels that a tile takes, and its pixels at most, for this many blocks in a group. */
export function tileExtent(blocks: number, wide: boolean): { blocks: 1 | 2; pixels: number } {
  if (!wide) return { blocks: 1, pixels: tilePixels }
  return blocks % 2 === 0 ? { blocks: 2, pixels: tilePixels } : { blocks: 1, pixels: 2 * tilePixels }
}

/** Source bytes of a strip: what a second-level cache keeps beside the weights that stream through it. */
const stripBytes = 384 * 1024

/** Threads that are to have equally many items. */
const defaultThreads = 4

export interface PixelProblem {
  readonly name: string
  /** Images with their padding, [N, C, H, W], plain or in channels. */
  readonly source: Buffer
  /** Weights as `packFiltersKernel` orders them for this source. */
  readonly weights: Buffer
  /** In channels. */
  readonly output: Buffer
  readonly groups: number
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly multiplyAdds: number
  /** Whether the engine joins neighbouring vectors. */
  readonly wide: boolean
  readonly epilogue?: Epilogue
}

/** A part of the sum over source channels and taps: loops, outermost first, around values at fixed distances. */
export interface SumPart {
  readonly start: number
  readonly loops: readonly SumLoop[]
  readonly offsets: readonly number[]
}

/** What a tile computes, in bytes. */
export interface TileShape {
  /** Where the source of each pixel lies, counted from the first one's. */
  readonly pixels: readonly number[]
  /** From one pixel's source to the next one's in a row: tiles side by side are as far apart as their pixels. */
  readonly pixelStep: number
  readonly parts: readonly SumPart[]
  readonly blocks: 1 | 2
  /** From one block of output channels to the next, in the weights and the output. */
  readonly weightStep: number
  readonly outputStep: number
}

/** The problem in bytes and loops. */
interface Plan {
  readonly blocks: 1 | 2
  readonly pixelStep: number
  /** Bytes of the source from one output row, image or group of channels to the next. */
  readonly rowStep: number
  readonly imageStep: number
  readonly groupStep: number
  /** Output rows of an image as the kernel sees them: several short rows can be one. */
  readonly rows: number
  readonly columns: number
  readonly runs: readonly PixelRun[]
  readonly parts: readonly SumPart[]
  /** Bytes of the packed weights of 8 output channels. */
  readonly weightBytes: number
  /** Rows of a strip, over all images, and number of strips. */
  readonly stripRows: number
  readonly strips: number
}

const upTo = (count: number, step: number): number[] => Array.from({ length: count }, (_, i) => i * step)

function planOf({ source, output, groups, kernel, stride, dilation, wide }: PixelProblem): Plan {
  const [batch, channels, height, width] = source.shape
  const [, , outHeight, outWidth] = output.shape
  const perGroup = channels / groups
  const inChannels = source.layout === 'channels'
  const column = inChannels ? laneBytes : 4
  const row = width * column
  const plane = height * row
  const tapRows = { count: kernel[0], step: dilation[0] * row }
  const tapColumns = { count: kernel[1], step: dilation[1] * column }

  let parts: SumPart[]
  if (!inChannels) {
    const planes = { count: perGroup, step: plane }
    parts = [{ start: 0, loops: [planes, tapRows], offsets: upTo(kernel[1], tapColumns.step) }]
  } else {
    const whole = Math.floor(perGroup / 8)
    const rest = perGroup % 8
    parts = [
      { start: 0, loops: [{ count: whole, step: plane }, tapRows, tapColumns], offsets: upTo(8, 4) },
      { start: whole * plane, loops: [tapRows, tapColumns], offsets: upTo(rest, 4) },
    ].filter(({ loops, offsets }) => offsets.length > 0 && loops.every(({ count }) => count > 0))
  }

  const extent = tileExtent(channelBlocks(output.shape) / groups, wide)
  const pixelStep = stride[1] * column
  const contiguous = outWidth * pixelStep === stride[0] * row
  const merged = rowsTogether(outHeight, outWidth, extent.pixels, contiguous)
  const rows = outHeight / merged
  const rowStep = stride[0] * row * merged
  const bytesPerRow = rowStep * (inChannels ? Math.ceil(perGroup / 8) : perGroup)
  const fewestStrips = Math.ceil((batch * rows) / Math.max(1, Math.floor(stripBytes / bytesPerRow)))
  const itemsPerStrip = channelBlocks(output.shape) / extent.blocks
  // Some more strips where threads could not share them evenly.
  const even = range(Math.min(defaultThreads, batch * rows - fewestStrips + 1)).find(
    (more) => ((fewestStrips + more) * itemsPerStrip) % defaultThreads === 0,
  )
  const strips = fewestStrips + (even ?? 0)
  const sourceOf = (pixel: number): number =>
    Math.floor(pixel / outWidth) * stride[0] * row + (pixel % outWidth) * pixelStep
  return {
    blocks: extent.blocks,
    pixelStep,
    runs: runsOf(outWidth * merged, extent.pixels, pixelStep, sourceOf),
    rowStep,
    imageStep: plane * (inChannels ? channelBlocks(source.shape) : channels),
    groupStep: plane * (inChannels ? Math.ceil(perGroup / 8) : perGroup),
    rows,
    columns: outWidth * merged,
    parts,
    weightBytes: perGroup * kernel[0] * kernel[1] * laneBytes,
    stripRows: Math.ceil((batch * rows) / strips),
    strips,
  }
}

export function pixelTileKernel(problem: PixelProblem): Kernel {
  const { name, source, weights, output, epilogue } = problem
  const plan = planOf(problem)
  return {
    name: nameWith(epilogue, name),
    split: { by: 'items', count: (plan.strips * channelBlocks(output.shape)) / plan.blocks },
    reads: [source, weights, ...(epilogue?.operands ?? []).map(({ buffer }) => buffer)],
    writes: [output],
    multiplyAdds: problem.multiplyAdds,
    emit: (context) => emitItems(problem, plan, context),
  }
}

/** Each item is a tile's blocks of output channels of a strip; neighbouring items share the strip. */
function emitItems(problem: PixelProblem, plan: Plan, context: KernelContext): Statement[] {
  const { source, weights, output, groups, epilogue } = problem
  const [batch] = output.shape
  const blocks = channelBlocks(output.shape)
  const { rows, columns, stripRows, weightBytes, rowStep, imageStep, groupStep } = plan
  const rowBytes = columns * laneBytes
  const operands = epilogue?.operands ?? []
  const [item, block, row, image, imageRow, x, w, y] = locals('i32')
  const operandPointers = operands.map(() => new Local('i32'))
  const first = i32.const(0)

  const { pixelStep, parts } = plan
  const shape = {
    pixelStep,
    parts,
    blocks: plan.blocks,
    weightStep: weightBytes,
    outputStep: rows * rowBytes,
  }
  const tilesOf = ({ pixels, count, start }: PixelRun, next: number): Statement[] => {
    const bytes = count * pixels.length * laneBytes
    return [
      call(tileFunction({ ...shape, pixels }, epilogue, context), x, w, y, i32.const(count), ...operandPointers),
      x.advance(next - start),
      y.advance(bytes),
      ...operands.flatMap(({ along }, k) => (along === 'elements' ? [operandPointers[k].advance(bytes)] : [])),
    ]
  }

  const group = i32.divU(block, blocks / groups)
  const groupOffset = groups === 1 ? i32.const(0) : i32.mul(group, groupStep)
  const outputOffset = (): Value<'i32'> =>
    i32.add(i32.mul(i32.add(i32.mul(image, blocks), block), rows * rowBytes), i32.mul(imageRow, rowBytes))
  return [
    forEachItem(context, item, [
      block.set(i32.mul(i32.remU(item, blocks / plan.blocks), plan.blocks)),
      row.set(i32.mul(i32.divU(item, blocks / plan.blocks), stripRows)),
      w.set(i32.add(context.address(weights), i32.mul(block, weightBytes))),
      repeat(i32.sub(i32.min(i32.add(row, stripRows), batch * rows), row), [
        image.set(i32.divU(row, rows)),
        imageRow.set(i32.remU(row, rows)),
        x.set(
          i32.add(
            i32.add(context.address(source, first), groupOffset),
            i32.add(i32.mul(image, imageStep), i32.mul(imageRow, rowStep)),
          ),
        ),
        y.set(i32.add(context.address(output, first), outputOffset())),
        ...operands.map(({ buffer, along }, k) => {
          const base = context.address(buffer, first)
          if (along === 'nothing') return operandPointers[k].set(base)
          const offset = along === 'channels' ? i32.mul(block, laneBytes) : outputOffset()
          return operandPointers[k].set(i32.add(base, offset))
        }),
        ...plan.runs.flatMap((run, i) => tilesOf(run, plan.runs[i + 1]?.start ?? 0)),
        row.advance(1),
      ]),
    ]),
  ]
}

/** The function that computes `count` tiles side by side. Layers of one geometry and epilogue share it. */
export function tileFunction(shape: TileShape, epilogue: Epilogue | undefined, context: KernelContext): FunctionHandle {
  const { pixels, pixelStep, parts, weightStep, outputStep } = shape
  const operands = epilogue?.operands ?? []
  const parameters: Record<string, 'i32'> = { source: 'i32', weights: 'i32', output: 'i32', count: 'i32' }
  operands.forEach((_, k) => {
    parameters[`operand${k}`] = 'i32'
  })
  return context.shared(exactJson(['pixel tile', shape, epilogueKey(epilogue)]), () =>
    context.module.function(`pixel tile ${pixels.length} x ${8 * shape.blocks}`, parameters, undefined, (p) => {
      const [x, w] = locals('i32')
      const halves = () => [new Local('v128'), new Local('v128')]
      const blocks = Array.from({ length: shape.blocks }, (_, index) => ({
        index,
        weights: halves(),
        sums: pixels.map(halves),
      }))
      const [value] = locals('v128')

      const step = (offset: number, at: number): Statement[] => [
        ...blocks.flatMap(({ index, weights }) =>
          weights.map((weight, half) => weight.set(v128.load(w, at + index * weightStep + 16 * half))),
        ),
        ...pixels.flatMap((pixel, i) => [
          value.set(v128.load32Splat(x, offset + pixel)),
          ...blocks.flatMap(({ weights, sums }) =>
            sums[i].map((sum, half) => sum.set(context.math.multiplyAdd(value, weights[half], sum))),
          ),
        ]),
      ]

      const sumOf = ({ loops, offsets }: SumPart): readonly Statement[] => {
        const body = [
          ...offsets.flatMap((offset, i) => step(offset, i * laneBytes)),
          w.advance(offsets.length * laneBytes),
        ]
        return sumLoops(loops, x, body)
      }

      const store = (sums: readonly Local<'v128'>[], block: number, pixel: number): Statement[] => {
        const at = block * outputStep + pixel * laneBytes
        if (epilogue === undefined) return sums.map((sum, half) => v128.store(p.output, sum, at + 16 * half))
        const finished = sums.map((sum, half) => {
          const load = (leaf: Tensor): Value<'v128'> => {
            if (leaf === epilogue.producer) return sum
            const k = operands.findIndex((operand) => operand.leaf === leaf)
            const pointer = p[`operand${k}`]
            if (operands[k].along === 'nothing') return v128.load32Splat(pointer)
            return v128.load(pointer, (operands[k].along === 'elements' ? at : block * laneBytes) + 16 * half)
          }
          return emitExpression(epilogue.nodes, load, context)
        })
        return storeTogether(p.output, finished, at)
      }

      return [
        repeat(p.count, [
          ...blocks.flatMap(({ sums }) => sums.flat().map((sum) => sum.set(v128.constF32x4(0, 0, 0, 0)))),
          w.set(p.weights),
          ...parts.flatMap((part) => [x.set(i32.add(p.source, part.start)), ...sumOf(part)]),
          ...blocks.flatMap(({ index, sums }) => sums.flatMap((halves, pixel) => store(halves, index, pixel))),
          p.source.advance(pixels.length * pixelStep),
          p.output.advance(pixels.length * laneBytes),
          ...operands.flatMap(({ along }, k) =>
            along === 'elements' ? [p[`operand${k}`].advance(pixels.length * laneBytes)] : [],
          ),
        ]),
      ]
    }),
  )
}
