/**
 * Pooling to a given size, whatever the image's: part i of n along an axis of length L is from floor(i L / n) to ceil((i + 1) L / n), so
 * that parts overlap where n does not divide L.
 */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { avgPool2d, maxPool2d } from './pool2d.ts'
import { max, mean } from './reduce.ts'
import { partOf, resample2d } from './resample2d.ts'
import { concat, slice } from './structure.ts'
import { type Both, type Pair, toPair } from './window.ts'

/** Neighbouring parts of one length and at one distance, `stride`: what a window visits that slides from `begin` to `end`. */
interface Run {
  readonly begin: number
  readonly end: number
  readonly size: number
  readonly stride: number
}

/**
 * All parts of an axis as one run, where they are one. Of L = q n + r pixels part i begins at i q + floor(i r / n), so that neither distances nor lengths differ
 * where r is 0 or 1.
 */
function runOf(length: number, count: number): Run | undefined {
  const [stride, rest] = [Math.floor(length / count), length % count]
  return stride > 0 && rest < 2 ? { begin: 0, end: length, size: stride + rest, stride } : undefined
}

/** Parts along an axis that are not one run: each run is a node of its own. */
const mostParts = 4096

/** Cuts the parts of an axis into runs. @throws ArgumentError for more parts than the graph has room for. */
function runsOf(length: number, count: number, where: string): Run[] {
  const whole = runOf(length, count)
  if (whole !== undefined) return [whole]
  if (count > mostParts)
    throw new ArgumentError(
      `${where}: ${count} parts of ${length} pixels; where they are not alike, expected at most ${mostParts} along an axis`,
    )
  const runs: (Run & { count: number })[] = []
  for (let i = 0; i < count; i++) {
    const { begin, end } = partOf(i, length, count)
    const size = end - begin
    const last = runs.at(-1)
    const step = last && begin - (last.begin + (last.count - 1) * last.stride)
    if (last && step && size === last.size && (last.count === 1 || step === last.stride))
      runs[runs.length - 1] = { ...last, end, stride: step, count: last.count + 1 }
    else runs.push({ begin, end, size, stride: size, count: 1 })
  }
  return runs
}

function adaptiveSize(x: Tensor, size: Pair, where: string): Both {
  if (x.shape.length !== 4)
    throw new ShapeError(`${where}: images have shape ${formatShape(x.shape)}; expected [N, C, H, W]`)
  return toPair(size, 1, `${where}: size`)
}

/** Larger windows are pooled along one axis at a time, since the kernels of pooling visit each pixel of a window without a loop. */
const largestWindow = 32

/** The one window and stride that make all parts, if there is one. */
function windowOf(rows: Run | undefined, columns: Run | undefined): { size: Both; stride: Both } | undefined {
  if (rows === undefined || columns === undefined || rows.size * columns.size > largestWindow) return undefined
  return { size: [rows.size, columns.size], stride: [rows.stride, columns.stride] }
}

/**
 * The mean of each of `size` parts, one number or [rows, columns], that images are cut into: [N, C, H, W] becomes [N, C, ...size], as
 * PyTorch's `adaptive_avg_pool2d`.
 * @throws ShapeError for a tensor of another rank; ArgumentError for sizes below 1.
 */
export function adaptiveAvgPool2d(x: Tensor, size: Pair): Tensor {
  const [rows, columns] = adaptiveSize(x, size, 'adaptiveAvgPool2d')
  const [, , height, width] = x.shape
  if (rows === height && columns === width) return x
  if (rows === 1 && columns === 1) return mean(x, [2, 3], { keepDims: true })
  const window = windowOf(runOf(height, rows), runOf(width, columns))
  return window ? avgPool2d(x, window.size, window) : resample2d(x, 'average', [rows, columns])
}

/**
 * The largest pixel of each of the parts that `adaptiveAvgPool2d` averages, as PyTorch's `adaptive_max_pool2d`; where the part is the whole
 * image, equal winners share the gradient.
 * @throws ShapeError for a tensor of another rank; ArgumentError for sizes below 1, and for more than 4,096 parts along an axis that are not alike.
 */
export function adaptiveMaxPool2d(x: Tensor, size: Pair): Tensor {
  const where = 'adaptiveMaxPool2d'
  const [rows, columns] = adaptiveSize(x, size, where)
  const [, , height, width] = x.shape
  if (rows === height && columns === width) return x
  if (rows === 1 && columns === 1) return max(x, [2, 3], { keepDims: true })
  const window = windowOf(runOf(height, rows), runOf(width, columns))
  // Along rows first: the first of a part's equal winners is then the first row's first one, as in one window.
  if (window) return maxPool2d(x, window.size, window)
  const [vertical, horizontal] = [runsOf(height, rows, where), runsOf(width, columns, where)]
  return maxOfRuns(maxOfRuns(x, 3, horizontal), 2, vertical)
}

/** The largest pixel of each part along one axis. */
function maxOfRuns(x: Tensor, axis: 2 | 3, runs: readonly Run[]): Tensor {
  const along = <T>(value: T, other: T): readonly [T, T] => (axis === 2 ? [value, other] : [other, value])
  const parts = runs.map(({ begin, end, size, stride }) => {
    const starts = [0, 0, ...along(begin, 0)]
    const sizes = [...x.shape.slice(0, 2), ...along(end - begin, x.shape[5 - axis])]
    return maxPool2d(slice(x, starts, sizes), along(size, 1), { stride: along(stride, 1) })
  })
  return parts.length === 1 ? parts[0] : concat(parts, axis)
}
