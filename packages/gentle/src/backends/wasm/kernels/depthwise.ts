/**
 * Convolutions that filter each channel alone, of images in channels.
 *
 * A tile is some neighbouring output pixels of 8 channels. For each row of taps its weights and the source pixels of the row are loaded once, and each source pixel is
 * multiplied by all taps of the row that meet it: for 3 x 3 and stride 1 half a load for each multiply-add, where the general tile takes one and more. Images are read where
 * they lie, without zeros around them: rows of taps outside of an image are left out when a row begins, columns of taps outside by tiles at both ends with code of their own.
 *
 * With wide vectors a tile has all 8 channels, otherwise the lower and then the upper four.
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
import { balancedTiles, type Epilogue, epilogueKey, nameWith, operandBuffers } from './tile.ts'

/** Taps of a row whose weights are in registers at a time. */
const mostTaps = 7

/** Registers that a tile has for sums and weights: one of 15 has the source pixel. */
const registers = 14

/** Pixels of a tile, at most. */
const mostPixels = 8

/** Items that let many threads work where images have few blocks of channels. */
const enoughItems = 16

export interface DepthwiseProblem {
  /** Images [N, C, H, W], in channels. */
  readonly source: Buffer
  /** Weights [C / 8][KH][KW][8], as `packFiltersKernel` orders those for a plain source. */
  readonly weights: Buffer
  /** In channels. */
  readonly output: Buffer
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly padding: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly multiplyAdds: number
  readonly epilogue?: Epilogue
}

/** Tiles of one shape side by side. */
interface Run {
  /** The first pixel of the first tile, and how many tiles follow each other. */
  readonly start: number
  readonly count: number
  /** For each pixel of a tile, its first tap that is in the image, and how many are. */
  readonly taps: readonly { readonly from: number; readonly count: number }[]
}

/** Cuts a row of output pixels into tiles; those whose taps are outside alike are one run. */
function runsOf({ source, output, kernel, stride, padding, dilation }: DepthwiseProblem): readonly Run[] {
  const [inside, width] = [source.shape[3], output.shape[3]]
  const { tiles, size, wide } = balancedTiles(width, Math.min(mostPixels, registers - Math.min(kernel[1], mostTaps)))
  const runs: { start: number; count: number; taps: Run['taps'] }[] = []
  let start = 0
  for (let tile = 0; tile < tiles; tile++) {
    const taps = range(tile < wide ? size + 1 : size).map((i) => {
      const columns = range(kernel[1]).map((tap) => (start + i) * stride[1] - padding[1] + tap * dilation[1])
      const within = columns.flatMap((column, tap) => (column >= 0 && column < inside ? [tap] : []))
      return { from: within[0] ?? 0, count: within.length }
    })
    const last = runs.at(-1)
    if (last !== undefined && exactJson(last.taps) === exactJson(taps)) last.count++
    else runs.push({ start, count: 1, taps })
    start += taps.length
  }
  return runs
}

export function depthwiseKernel(problem: DepthwiseProblem): Kernel {
  const { source, weights, output, epilogue } = problem
  const planes = output.shape[0] * channelBlocks(output.shape)
  const rows = output.shape[2]
  const stripRows = Math.ceil(rows / Math.ceil(enoughItems / planes))
  const strips = Math.ceil(rows / stripRows)
  return {
    name: nameWith(epilogue, 'conv2d depthwise'),
    split: { by: 'items', count: planes * strips },
    reads: [source, weights, ...operandBuffers(epilogue)],
    writes: [output],
    multiplyAdds: problem.multiplyAdds,
    emit: (context) => emitItems(problem, stripRows, strips, context),
  }
}

/** Each item is a strip of rows of a plane: of 8 channels of an image. */
function emitItems(problem: DepthwiseProblem, stripRows: number, strips: number, context: KernelContext): Statement[] {
  const { source, weights, output, kernel, epilogue } = problem
  const [, , height, width] = source.shape
  const [, , outHeight, outWidth] = output.shape
  const planeBytes = outHeight * outWidth * laneBytes
  const operands = epilogue?.operands ?? []
  const first = i32.const(0)
  const [item, plane, block, row, x, w, y] = locals('i32')
  const pointers = operands.map(() => new Local('i32'))
  const rowsOf = rowsFunction(problem, context)
  // The other half of 8 channels: numbers that all channels share are where they are.
  const otherHalf = [x, w, y, ...pointers.filter((_, k) => operands[k].along !== 'nothing')]
  const compute = call(rowsOf, x, w, y, row, i32.min(i32.add(row, stripRows), outHeight), ...pointers)
  return [
    forEachItem(context, item, [
      plane.set(i32.divU(item, strips)),
      row.set(i32.mul(i32.remU(item, strips), stripRows)),
      block.set(i32.remU(plane, channelBlocks(output.shape))),
      x.set(i32.add(context.address(source, first), i32.mul(plane, height * width * laneBytes))),
      w.set(i32.add(context.address(weights), i32.mul(block, kernel[0] * kernel[1] * laneBytes))),
      y.set(i32.add(context.address(output, first), i32.mul(plane, planeBytes))),
      ...operands.map(({ buffer, along }, k) => {
        const base = context.address(buffer, first)
        if (along === 'nothing') return pointers[k].set(base)
        return pointers[k].set(
          i32.add(base, along === 'channels' ? i32.mul(block, laneBytes) : i32.mul(plane, planeBytes)),
        )
      }),
      compute,
      ...(context.wide ? [] : [...otherHalf.map((pointer) => pointer.advance(16)), compute]),
    ]),
  ]
}

/** The function that computes rows `from` to `to` of a plane, `to` excluded. Layers of one geometry and epilogue share it. */
function rowsFunction(problem: DepthwiseProblem, context: KernelContext): FunctionHandle {
  const { source, output, kernel, stride, padding, dilation, epilogue } = problem
  const [, , height, width] = source.shape
  const [, , , outWidth] = output.shape
  const operands = epilogue?.operands ?? []
  const parameters: Record<string, 'i32'> = { source: 'i32', weights: 'i32', output: 'i32', from: 'i32', to: 'i32' }
  operands.forEach((_, k) => {
    parameters[`operand${k}`] = 'i32'
  })
  const geometry = [source.shape.slice(2), output.shape.slice(2), kernel, stride, padding, dilation]
  return context.shared(exactJson(['depthwise', geometry, epilogueKey(epilogue)]), () =>
    context.module.function('depthwise rows', parameters, undefined, (p) => {
      const [row, above, tap, tapRows, x, w, y] = locals('i32')
      const walking = operands.map(() => new Local('i32'))
      const rowBytes = width * laneBytes

      const tilesOf = ({ start, count, taps }: Run): Statement[] => {
        // The first column that the first tile reads; what it does not read may be outside of the image.
        const columns = taps.flatMap(({ from, count: n }, i) =>
          range(n).map((k) => (start + i) * stride[1] - padding[1] + (from + k) * dilation[1]),
        )
        const firstColumn = columns.length === 0 ? 0 : Math.min(...columns)
        const [tileX, at, weight] = locals('i32')
        const body = tileOf(taps, start * stride[1] - padding[1] - firstColumn, at, weight)
        return [
          tileX.set(i32.add(x, firstColumn * laneBytes)),
          repeat(count, [
            ...body.clear,
            at.set(tileX),
            weight.set(w),
            repeat(tapRows, [
              ...body.addRow,
              at.advance(dilation[0] * rowBytes),
              weight.advance(kernel[1] * laneBytes),
            ]),
            ...body.store,
            tileX.advance(taps.length * stride[1] * laneBytes),
            y.advance(taps.length * laneBytes),
            ...operands.flatMap(({ along }, k) =>
              along === 'elements' ? [walking[k].advance(taps.length * laneBytes)] : [],
            ),
          ]),
        ]
      }

      /** What a tile does before its rows of taps, for one of them, and after: its first tap is at column `left` of what it reads. */
      const tileOf = (taps: Run['taps'], left: number, at: Local<'i32'>, weight: Local<'i32'>) => {
        const vectors = range(context.wide ? 2 : 1)
        const registersOf = () => vectors.map(() => new Local('v128'))
        const sums = taps.map(registersOf)
        const weights = range(Math.min(kernel[1], mostTaps)).map(registersOf)
        const value = registersOf()

        /** Taps of a row from `first` on, as many as have registers. */
        const addTaps = (first: number): Statement[] => {
          const group = range(Math.min(weights.length, kernel[1] - first)).map((k) => first + k)
          const uses = group.flatMap((tap) =>
            taps.flatMap(({ from, count }, pixel) =>
              tap >= from && tap < from + count ? [{ tap, pixel, column: pixel * stride[1] + tap * dilation[1] }] : [],
            ),
          )
          const needed = [...new Set(uses.map(({ column }) => column))].sort((a, b) => a - b)
          return [
            ...group.flatMap((tap) =>
              vectors.map((v) => weights[tap - first][v].set(v128.load(weight, tap * laneBytes + 16 * v))),
            ),
            ...needed.flatMap((column) => [
              ...vectors.map((v) => value[v].set(v128.load(at, (left + column) * laneBytes + 16 * v))),
              ...uses
                .filter((use) => use.column === column)
                .flatMap(({ tap, pixel }) =>
                  vectors.map((v) =>
                    sums[pixel][v].set(context.math.multiplyAdd(value[v], weights[tap - first][v], sums[pixel][v])),
                  ),
                ),
            ]),
          ]
        }

        const storePixel = (pixel: number): Statement[] => {
          const to = pixel * laneBytes
          if (epilogue === undefined) return sums[pixel].map((sum, v) => v128.store(y, sum, to + 16 * v))
          const finished = sums[pixel].map((sum, v) => {
            const load = (leaf: Tensor): Value<'v128'> => {
              if (leaf === epilogue.producer) return sum
              const k = operands.findIndex((operand) => operand.leaf === leaf)
              if (operands[k].along === 'nothing') return v128.load32Splat(walking[k])
              return v128.load(walking[k], (operands[k].along === 'elements' ? to : 0) + 16 * v)
            }
            return emitExpression(epilogue.nodes, load, context)
          })
          return storeTogether(y, finished, to)
        }

        return {
          clear: sums.flat().map((sum) => sum.set(v128.constF32x4(0, 0, 0, 0))),
          addRow: range(Math.ceil(kernel[1] / weights.length)).flatMap((i) => addTaps(i * weights.length)),
          store: taps.flatMap((_, pixel) => storePixel(pixel)),
        }
      }

      return [
        row.set(p.from),
        y.set(i32.add(p.output, i32.mul(row, outWidth * laneBytes))),
        ...operands.map(({ along }, k) =>
          walking[k].set(
            along === 'elements' ? i32.add(p[`operand${k}`], i32.mul(row, outWidth * laneBytes)) : p[`operand${k}`],
          ),
        ),
        repeat(i32.sub(p.to, p.from), [
          // Rows of the first tap above the image, if any; then the taps from the first one in the image to the last.
          above.set(i32.sub(padding[0], i32.mul(row, stride[0]))),
          tap.set(ceilDivided(i32.max(above, 0), dilation[0])),
          tapRows.set(i32.sub(i32.min(ceilDivided(i32.max(i32.add(above, height), 0), dilation[0]), kernel[0]), tap)),
          x.set(i32.add(p.source, i32.mul(i32.sub(i32.mul(tap, dilation[0]), above), rowBytes))),
          w.set(i32.add(p.weights, i32.mul(tap, kernel[1] * laneBytes))),
          ...runsOf(problem).flatMap(tilesOf),
          row.advance(1),
        ]),
      ]
    }),
  )
}

/** n / d of a number of at least 0, rounded up. */
const ceilDivided = (n: Value<'i32'>, d: number): Value<'i32'> => (d === 1 ? n : i32.divU(i32.add(n, d - 1), d))
