/** Pools of ONNX. Those over several axes are taken one pair of axes after the other: the largest value and the sum both allow that. */
import type { Tensor } from '../../../graph/tensor.ts'
import { constant } from '../../../graph/tensor.ts'
import { add, div, maximum, mul } from '../../../ops/elementwise.ts'
import { avgPool2d, maxPool2d } from '../../../ops/pool2d.ts'
import { max, mean } from '../../../ops/reduce.ts'
import { pad, reshape, slice } from '../../../ops/structure.ts'
import type { OnnxCall } from '../call.ts'
import { spatialAxes } from './convolution.ts'
import { like } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'
import { reachOf, type Window, windowsOf } from './windows.ts'

/** A window along an axis of this size, and how often it fits. */
interface Pooled extends Window {
  readonly length: number
  readonly count: number
}

function pooledWindows(call: OnnxCall, x: Tensor): Pooled[] {
  const kernel = call.list('kernel_shape') ?? call.fail('has no kernel_shape')
  const sizes = x.shape.slice(2)
  const ceil = call.flag('ceil_mode')
  return windowsOf(call, sizes, kernel).map((window, axis) => {
    const { before, after, stride } = window
    const steps = (sizes[axis] + before + after - reachOf(window)) / stride
    let count = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1
    // A window that would begin in what is added behind is left out.
    if (ceil && (count - 1) * stride >= sizes[axis] + before) count--
    if (count < 1) call.fail(`has a window of ${window.size} on ${sizes[axis]} elements`)
    return { ...window, length: sizes[axis], count }
  })
}

/** Pools the last two axes but `behind`: `of` pools images, whose padding is `value`. */
type PoolImages = (images: Tensor, rows: Pooled, columns: Pooled) => Tensor

/** Pools [N, C, ...] over all axes behind the second. */
function pooled(x: Tensor, windows: readonly Pooled[], of: PoolImages): Tensor {
  const [n, c, ...sizes] = x.shape
  if (windows.length === 1)
    return reshape(of(reshape(x, [n, c, 1, sizes[0]]), single, windows[0]), [n, c, windows[0].count])
  if (windows.length === 2) return of(x, windows[0], windows[1])
  const [depth, rows, columns] = windows
  const planes = of(reshape(x, [n, c * sizes[0], sizes[1], sizes[2]]), rows, columns)
  const columnsOfDepth = reshape(planes, [n, c, sizes[0], rows.count * columns.count])
  return reshape(
    of(columnsOfDepth, depth, { ...single, length: rows.count * columns.count, count: rows.count * columns.count }),
    [n, c, ...windows.map(({ count }) => count)],
  )
}

const single: Pooled = { size: 1, stride: 1, dilation: 1, before: 0, after: 0, length: 1, count: 1 }

/** Whether the engine's own padding, as much before as behind, gives the same windows. */
const isNative = ({ size, stride, dilation, before, length, count }: Pooled): boolean =>
  dilation === 1 && 2 * before <= size && Math.floor((length + 2 * before - size) / stride) + 1 === count

/** Images with the elements beyond them that windows reach. */
function surrounded(x: Tensor, windows: readonly [Pooled, Pooled], value: number): Tensor {
  const behind = windows.map((window) =>
    Math.max(0, (window.count - 1) * window.stride + reachOf(window) - window.length - window.before),
  )
  return pad(x, [0, 0, ...windows.map(({ before }) => before)], [0, 0, ...behind], value)
}

const largest: PoolImages = (x, rows, columns) => {
  const [size, stride] = [[rows.size, columns.size] as const, [rows.stride, columns.stride] as const]
  if (isNative(rows) && isNative(columns))
    return maxPool2d(x, [...size], { stride: [...stride], padding: [rows.before, columns.before] })
  const wide = surrounded(x, [rows, columns], Number.NEGATIVE_INFINITY)
  if (rows.dilation === 1 && columns.dilation === 1) return maxPool2d(wide, [...size], { stride: [...stride] })
  // The elements at one place of all windows at a time.
  const [n, c] = x.shape
  const places = Array.from({ length: rows.size * columns.size }, (_, i) => [
    Math.floor(i / columns.size) * rows.dilation,
    (i % columns.size) * columns.dilation,
  ])
  return places
    .map(([row, column]) =>
      slice(wide, [0, 0, row, column], [n, c, rows.count, columns.count], { strides: [1, 1, ...stride] }),
    )
    .reduce(maximum)
}

/** Sums of windows, whose surroundings are 0, divided by the windows' size. */
const evenMean: PoolImages = (x, rows, columns) => {
  const [size, stride] = [[rows.size, columns.size] as const, [rows.stride, columns.stride] as const]
  if (isNative(rows) && isNative(columns))
    return avgPool2d(x, [...size], { stride: [...stride], padding: [rows.before, columns.before] })
  const wide = surrounded(x, [rows, columns], 0)
  if (rows.dilation === 1 && columns.dilation === 1) return avgPool2d(wide, [...size], { stride: [...stride] })
  const [n, c] = x.shape
  const places = Array.from({ length: rows.size * columns.size }, (_, i) => [
    Math.floor(i / columns.size) * rows.dilation,
    (i % columns.size) * columns.dilation,
  ])
  const total = places
    .map(([row, column]) =>
      slice(wide, [0, 0, row, column], [n, c, rows.count, columns.count], { strides: [1, 1, ...stride] }),
    )
    .reduce(add)
  return div(total, rows.size * columns.size)
}

/** How many elements of each window are counted: those of the operand, and with `padding` those that are added, but none beyond them. */
function countedOf({ size, stride, dilation, before, after, length, count }: Pooled, padding: boolean): number[] {
  const [least, most] = padding ? [-before, length + after] : [0, length]
  return Array.from({ length: count }, (_, i) => {
    const places = Array.from({ length: size }, (_, k) => i * stride - before + k * dilation)
    return places.filter((place) => place >= least && place < most).length
  })
}

const averagePool: Compute = (call) => {
  const x = call.tensor(0)
  spatialAxes(call, x, 3)
  const windows = pooledWindows(call, x)
  const counted = windows.map((window) => countedOf(window, call.flag('count_include_pad')))
  const y = pooled(x, windows, evenMean)
  const area = windows.reduce((product, { size }) => product * size, 1)
  const factors = counted
    .reduce<number[]>((all, own) => all.flatMap((n) => own.map((m) => n * m)), [1])
    .map((n) => area / n)
  if (factors.every((factor) => factor === 1)) return [like(call, 0, y)]
  return [
    like(
      call,
      0,
      mul(
        y,
        constant(
          factors,
          windows.map(({ count }) => count),
        ),
      ),
    ),
  ]
}

const maxPool: Compute = (call) => {
  const x = call.tensor(0)
  spatialAxes(call, x, 3)
  if (call.gives(1)) call.fail('gives the places of the largest values, which are not computed')
  return [like(call, 0, pooled(x, pooledWindows(call, x), largest))]
}

const overAll =
  (of: (x: Tensor, axes: number[], options: { keepDims: boolean }) => Tensor): Compute =>
  (call) => {
    const x = call.tensor(0)
    const axes = x.shape.map((_, axis) => axis).slice(2)
    return [like(call, 0, axes.length === 0 ? x : of(x, axes, { keepDims: true }))]
  }

const window = 'auto_pad kernel_shape pads strides'

export const poolingOperators = {
  AveragePool: operator(
    averagePool,
    [1, window],
    [7, `${window} count_include_pad`],
    [10, `${window} count_include_pad ceil_mode`],
    [11, `${window} count_include_pad ceil_mode`],
    [19, `${window} count_include_pad ceil_mode dilations`],
    [22, `${window} count_include_pad ceil_mode dilations`],
  ),
  GlobalAveragePool: operator(overAll(mean), [1, ''], [22, '']),
  GlobalMaxPool: operator(overAll(max), [1, ''], [22, '']),
  MaxPool: operator(
    maxPool,
    [1, window],
    [8, `${window} storage_order`],
    [10, `${window} storage_order ceil_mode dilations`],
    [11, `${window} storage_order ceil_mode dilations`],
    [12, `${window} storage_order ceil_mode dilations`],
    [22, `${window} storage_order ceil_mode dilations`],
  ),
} satisfies Record<string, Operator>
