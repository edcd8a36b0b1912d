/** Operators of ONNX that sample images at places of a grid, and make such grids. */
import { sizeOf } from '../../../core/shape.ts'
import { constant, type Tensor } from '../../../graph/tensor.ts'
import { clip } from '../../../ops/activations.ts'
import { abs, add, cast, div, greaterEqual, lessEqual, mul, sub, where } from '../../../ops/elementwise.ts'
import { gather } from '../../../ops/indexing.ts'
import { matmul } from '../../../ops/matmul.ts'
import { floor, round } from '../../../ops/rounding.ts'
import { reshape, slice, transpose } from '../../../ops/structure.ts'
import type { OnnxCall } from '../call.ts'
import { like } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'

type Beyond = 'zeros' | 'border' | 'reflection'

/** Places from -1 to 1 as places of pixels, of which those beyond the edges are moved within where the image goes on there. */
function pixelPlaces(grid: Tensor, size: number, corners: boolean, beyond: Beyond): Tensor {
  const place = corners ? mul(add(grid, 1), (size - 1) / 2) : div(sub(mul(add(grid, 1), size), 1), 2)
  if (beyond === 'zeros') return place
  if (beyond === 'border') return clip(place, 0, size - 1)
  const [min, span] = corners ? [0, size - 1] : [-0.5, size]
  if (span === 0) return mul(place, 0)
  const distance = abs(sub(place, min))
  const turns = floor(div(distance, span))
  const rest = sub(distance, mul(turns, span))
  const backward = greaterEqual(sub(turns, mul(floor(div(turns, 2)), 2)), 1)
  return clip(add(where(backward, sub(span, rest), rest), min), 0, size - 1)
}

const gridSample: Compute = (call) => {
  const [x, grid] = [call.tensor(0), call.tensor(1)]
  if (x.shape.length !== 4) call.fail(`samples an operand of shape [${x.shape}]; expected images [N, C, H, W]`)
  const modes = ['bilinear', 'linear', 'nearest', 'bicubic', 'cubic'] as const
  const mode = call.choice('mode', modes, call.opset < 20 ? 'bilinear' : 'linear')
  if (mode === 'bicubic' || mode === 'cubic')
    call.fail(`has mode ${mode}, which is not read; expected linear or nearest`)
  const beyond = call.choice('padding_mode', ['zeros', 'border', 'reflection'], 'zeros')
  const corners = call.flag('align_corners')
  const [examples, channels, height, width] = x.shape
  const [, rows, columns] = grid.shape
  const of = (axis: number, size: number): Tensor => {
    const part = slice(grid, [0, 0, 0, axis], [examples, rows, columns, 1])
    return pixelPlaces(reshape(part, [examples, rows, columns]), size, corners, beyond)
  }
  const [across, down] = [of(0, width), of(1, height)]
  const pixels = reshape(transpose(x, [0, 2, 3, 1]), [examples * height * width, channels])
  const starts = Array.from({ length: examples }, (_, i) => i * height * width)
  const first = constant(starts, [examples, 1, 1], 'int32')
  /** Pixels [N, rows, columns, C], 0 outside of the image. */
  const at = (row: Tensor, column: Tensor): Tensor => {
    const [i, j] = [clip(row, 0, height - 1), clip(column, 0, width - 1)]
    const place = add(cast(add(mul(i, width), j), 'int32'), first)
    const found = gather(pixels, place, 0)
    if (beyond !== 'zeros') return found
    const inside = [
      greaterEqual(row, 0),
      lessEqual(row, height - 1),
      greaterEqual(column, 0),
      lessEqual(column, width - 1),
    ]
    return where(reshape(inside.reduce(mul), [examples, rows, columns, 1]), found, 0)
  }
  const sampled = (): Tensor => {
    if (mode === 'nearest') return at(round(down), round(across))
    const [top, left] = [floor(down), floor(across)]
    const [byRow, byColumn] = [sub(down, top), sub(across, left)].map((t) => reshape(t, [examples, rows, columns, 1]))
    const row = (i: Tensor): Tensor => add(mul(at(i, left), sub(1, byColumn)), mul(at(i, add(left, 1)), byColumn))
    return add(mul(row(top), sub(1, byRow)), mul(row(add(top, 1)), byRow))
  }
  if (height * width > 2 ** 24) call.fail('samples images of more than 2^24 pixels, which float32 does not count')
  return [like(call, 0, transpose(sampled(), [0, 3, 1, 2]))]
}

/** Places from -1 to 1, of the corners' pixels or of the edges. */
function evenPlaces(call: OnnxCall, size: number): number[] {
  const corners = call.flag('align_corners')
  if (corners && size === 1) call.fail('aligns the corners of an axis of one element')
  return Array.from({ length: size }, (_, i) => (corners ? (2 * i) / (size - 1) - 1 : (2 * i + 1) / size - 1))
}

const affineGrid: Compute = (call) => {
  const theta = call.tensor(0)
  const [examples, , ...sizes] = call.numbers(1)
  const axes = sizes.map((size) => evenPlaces(call, size))
  // Each place with its last axis first, and a 1 for what is added.
  const places = axes.reduce<number[][]>((all, own) => all.flatMap((place) => own.map((at) => [at, ...place])), [[]])
  const base = constant(
    places.flatMap((place) => [...place, 1]),
    [places.length, sizes.length + 1],
  )
  const grid = matmul(base, theta, { transposeB: true })
  if (sizeOf(sizes) > 2 ** 28) call.fail(`makes a grid of [${sizes}], which is more than is computed`)
  return [like(call, 0, reshape(grid, [examples, ...sizes, sizes.length]))]
}

const sampleAttributes = 'align_corners mode padding_mode'

export const samplingOperators = {
  AffineGrid: operator(affineGrid, [20, 'align_corners']),
  GridSample: operator(gridSample, [16, sampleAttributes], [20, sampleAttributes], [22, sampleAttributes]),
} satisfies Record<string, Operator>
