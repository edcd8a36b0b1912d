/**
 * The register tile of convolutions of packed integers: up to 6 output pixels of 16 channels, or of 8, of 32-bit sums.
 *
 * For every tap and four source channels, a load for each four output channels brings 4 x 4 weights, and a broadcast load for each pixel its four bytes, and one
 * instruction adds four products to each of four sums: four times what a multiply-add of floats does. Neighbouring vectors of sums are
 * joined to 256 bits where the engine does so. Sums are stored before they become results, because an engine looks for pairs from what is stored beside each other;
 * their thread's workspace stays in the first-level cache.
 *
 * Bytes of images from 0 to 127 are the operand of the instruction that has 7 bits. Bytes from -128 to 127 are the other one, and weights, which have a sign, are that of 7
 * bits in two turns: first the magnitudes of those below 0, whose sums change their sign, then the others.
 */
import { range } from '../../../../core/range.ts'
import { sizeOf } from '../../../../core/shape.ts'
import type { IntegerConv2dAttributes } from '../../../../ops/integers/convolution.ts'
import {
  call,
  type FunctionHandle,
  i32,
  i32x4,
  Local,
  locals,
  repeat,
  type Statement,
  type Value,
  v128,
} from '../../assembler/index.ts'
import type { Buffer } from '../../buffer.ts'
import type { CustomKernel } from '../../custom-kernels.ts'
import type { KernelContext } from '../../kernel.ts'
import { forEachItem } from '../nest.ts'
import { type SumLoop, sumLoops } from '../sum-loops.ts'
import { dotBytes } from './dot.ts'
import { type Finish, finishTile, operandsOf, packedPixelBytes, resultPixelBytes } from './finish.ts'
import { linesOf } from './lines.ts'

/** Bytes of the weights of 8 output channels for four channels of a tap. */
const stepBytes = 32

/** Source bytes of a strip of lines, which stay in the second-level cache while all output channels pass over it. */
const stripBytes = 256 * 1024

/** Most steps of a tile's sum that are written one after the other. */
const mostUnrolled = 8

/** A part of the sum: loops, outermost first, around steps of four channels at these distances in source and weights. */
interface SumPart {
  readonly start: number
  readonly weightStart: number
  readonly loops: readonly SumLoop[]
  readonly steps: readonly { readonly source: number; readonly weights: number }[]
  readonly weightBytes: number
}

/** The sum over channels and taps of packed images with planes and rows of these bytes. */
function sumParts(attributes: IntegerConv2dAttributes, plane: number, row: number): SumPart[] {
  const { channels, kernel, dilation } = attributes
  const taps = kernel[0] * kernel[1]
  const column = dilation[1] * packedPixelBytes
  // The last block has one half where it has four channels or fewer.
  const whole = Math.floor((channels + 3) / 8)
  const rest = channels - 8 * whole
  const part = (blocks: number, first: number, halves: number): SumPart => {
    const perTap = 2 * stepBytes
    const together = kernel[1] * halves >= mostUnrolled || taps > 1 ? 1 : largestDivisor(blocks, mostUnrolled / halves)
    const steps = range(together).flatMap((block) =>
      range(kernel[1]).flatMap((tap) =>
        range(halves).map((half) => ({
          source: block * plane + tap * column + 4 * half,
          weights: (block * kernel[1] + tap) * perTap + stepBytes * half,
        })),
      ),
    )
    return {
      start: first * plane,
      weightStart: first * taps * perTap,
      loops: [
        { count: blocks / together, step: together * plane },
        { count: kernel[0], step: dilation[0] * row },
      ],
      steps,
      weightBytes: together * kernel[1] * perTap,
    }
  }
  return [...(whole > 0 ? [part(whole, 0, 2)] : []), ...(rest > 0 ? [part(1, whole, 1)] : [])]
}

const largestDivisor = (n: number, most: number): number =>
  range(most)
    .map((i) => most - i)
    .find((divisor) => n % divisor === 0) ?? 1

/** How the sums of `pixels` of some blocks are computed. */
interface TileShape {
  readonly pixels: readonly number[]
  readonly pixelStep: number
  readonly parts: readonly SumPart[]
  readonly blocks: 1 | 2
  readonly weightStep: number
  readonly outputStep: number
  readonly blockStep: number
  readonly sevenBits: boolean
  readonly finish: Finish
}

/** Bytes that a tile's sums take, of 12 pixels of a block or 6 of two. */
const sumsBytes = 12 * stepBytes

export function integerTiles(
  operands: readonly Buffer[],
  output: Buffer,
  attributes: IntegerConv2dAttributes,
): CustomKernel {
  const { source, filters, start, factor, offset, addend } = operandsOf(operands)
  const { kernel, stride } = attributes
  const [batch, sourceBlocks, height, width] = source.shape
  const [, blocks, outHeight, outWidth] = output.shape
  const row = width * packedPixelBytes
  const plane = height * row
  const image = sourceBlocks * plane
  const lines = linesOf({
    batch,
    blocks,
    outHeight,
    outWidth,
    pixelStep: stride[1] * packedPixelBytes,
    rowStep: stride[0] * row,
    image,
  })
  const lineCount = lines.images * lines.count
  const bytesOfLine = sourceBlocks * Math.max(lines.step, kernel[1] * packedPixelBytes)
  // As many lines each, so that threads that share them have as much to do.
  const perStrip = Math.ceil(lineCount / Math.ceil(lineCount / Math.max(1, Math.floor(stripBytes / bytesOfLine))))
  const strips = Math.ceil(lineCount / perStrip)
  const together = blocks % 2 === 0 ? 2 : 1
  const resultBytes = resultPixelBytes(attributes)
  const { sevenBits, rounded, addend: added } = attributes
  const shape = {
    parts: sumParts(attributes, plane, row),
    pixelStep: lines.pixelStep,
    weightStep: (sizeOf(filters.shape) * 4) / blocks,
    outputStep: lines.outputStep,
    blockStep: lines.blockStep,
    sevenBits,
    finish: { rounded, addend: added },
  }
  return {
    items: strips * (blocks / together),
    workspaceBytes: sumsBytes,
    emit(context) {
      const [item, block, line, x, at, channel] = locals('i32')
      const tileBlocks = context.wide && together === 2 ? 2 : 1
      const runs = lines.runs(context.wide && tileBlocks === 1 ? 12 : 6)
      const lineImage = i32.divU(line, lines.count)
      const lineOfImage = i32.remU(line, lines.count)
      const tiles = (first: number): Statement[] => [
        x.set(i32.add(context.address(source), i32.add(i32.mul(lineImage, image), i32.mul(lineOfImage, lines.step)))),
        channel.set(i32.mul(i32.add(block, first), stepBytes)),
        at.set(
          i32.add(
            i32.mul(i32.add(i32.mul(lineImage, blocks), i32.add(block, first)), lines.blockStep),
            i32.mul(lineOfImage, lines.pixels),
          ),
        ),
        ...runs.flatMap((run, i) => [
          call(
            tileFunction({ ...shape, blocks: tileBlocks, pixels: run.pixels }, context),
            x,
            i32.add(context.address(filters), i32.mul(i32.add(block, first), shape.weightStep)),
            i32.add(context.address(output), i32.mul(at, resultBytes)),
            addend === undefined ? i32.const(0) : i32.add(context.address(addend), i32.mul(at, packedPixelBytes)),
            i32.add(context.address(start), channel),
            i32.add(context.address(factor), channel),
            i32.add(context.address(offset), channel),
            i32.const(run.count),
            context.workspace,
          ),
          x.advance((runs[i + 1]?.start ?? 0) - run.start),
          at.advance(run.count * run.pixels.length * lines.outputStep),
        ]),
      ]
      return [
        forEachItem(context, item, [
          block.set(i32.mul(i32.remU(item, blocks / together), together)),
          line.set(i32.mul(i32.divU(item, blocks / together), perStrip)),
          repeat(i32.sub(i32.min(i32.add(line, perStrip), lineCount), line), [
            ...range(together / tileBlocks).flatMap(tiles),
            line.advance(1),
          ]),
        ]),
      ]
    },
  }
}

/** The function that computes `count` tiles side by side. Layers of one geometry share it. */
function tileFunction(shape: TileShape, context: KernelContext): FunctionHandle {
  const { pixels, pixelStep, parts, blocks, weightStep, outputStep, blockStep, sevenBits, finish } = shape
  const dot = dotBytes()
  const parameters = {
    source: 'i32',
    weights: 'i32',
    output: 'i32',
    addend: 'i32',
    start: 'i32',
    factor: 'i32',
    offset: 'i32',
    count: 'i32',
    sums: 'i32',
  } as const
  return context.shared(JSON.stringify(['integer tile', shape]), () =>
    context.module.function(`integer tile ${pixels.length} x ${8 * blocks}`, parameters, undefined, (p) => {
      const [x, w] = locals('i32')
      const [value] = locals('v128')
      const vectors = range(2 * blocks).map(() => ({
        weights: new Local('v128'),
        sums: pixels.map(() => new Local('v128')),
      }))
      const step = (source: number, at: number): Statement[] => [
        ...vectors.map(({ weights }, k) => weights.set(v128.load(w, at + (k >> 1) * weightStep + 16 * (k & 1)))),
        ...pixels.flatMap((pixel, i) => [
          value.set(v128.load32Splat(x, source + pixel)),
          ...vectors.map(({ weights, sums }) =>
            sums[i].set(sevenBits ? dot(weights, value, sums[i]) : dot(value, weights, sums[i])),
          ),
        ]),
      ]
      const sumOf = ({ start, weightStart, loops, steps, weightBytes }: SumPart, first: number): Statement[] => {
        const body = [...steps.flatMap(({ source, weights }) => step(source, weights)), w.advance(weightBytes)]
        return [
          x.set(i32.add(p.source, start)),
          w.set(i32.add(p.weights, first + weightStart)),
          ...sumLoops(loops, x, body),
        ]
      }
      const all = (change: (sum: Local<'v128'>, k: number) => Statement): Statement[] =>
        pixels.flatMap((_, i) => vectors.map(({ sums }, k) => change(sums[i], k)))
      const starts = (k: number): Value<'v128'> => v128.load(p.start, 16 * k)
      const negative = [
        ...all((sum) => sum.set(v128.constI32x4(0, 0, 0, 0))),
        ...parts.flatMap((part) => sumOf(part, 0)),
        ...all((sum, k) => sum.set(i32x4.sub(starts(k), sum))),
      ]
      const cells = pixels.flatMap((_, i) =>
        range(blocks).map((block) => ({ block, at: i * outputStep + block * blockStep })),
      )
      const advance = pixels.length * outputStep
      return [
        repeat(p.count, [
          ...(sevenBits ? all((sum, k) => sum.set(starts(k))) : negative),
          ...parts.flatMap((part) => sumOf(part, sevenBits ? 0 : weightStep / 2)),
          ...pixels.flatMap((_, i) =>
            vectors.map(({ sums }, k) => v128.store(p.sums, sums[i], 16 * (i * 2 * blocks + k))),
          ),
          ...finishTile(finish, cells, p),
          p.source.advance(pixels.length * pixelStep),
          p.output.advance(advance * resultPixelBytes(finish)),
          p.addend.advance(advance * packedPixelBytes),
        ]),
      ]
    }),
  )
}
