/** Pools of ONNX. */
import { sizeOf, stridesOf } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { constant } from '../../../graph/tensor.ts'
import { abs, add, cast, greater, mul, pow, where } from '../../../ops/elementwise.ts'
import { scatterAdd } from '../../../ops/indexing.ts'
import { type AvgPool2dOptions, avgPool2d, maxPool2d } from '../../../ops/pool2d.ts'
import { avgPool3d, maxPool3d } from '../../../ops/pool3d.ts'
import { max, mean, sum } from '../../../ops/reduce.ts'
import { pad, reshape, slice } from '../../../ops/structure.ts'
import type { OnnxCall } from '../call.ts'
import { isInteger } from '../element-types.ts'
import { offsetsOf } from '../values.ts'
import { spatialAxes } from './convolution.ts'
import { computed, like } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'
import { perAxis, reachOf, type Window, windowsOf } from './windows.ts'

function pooledWindows(call: OnnxCall, x: Tensor): Window[] {
  spatialAxes(call, x, 3)
  const sizes = x.shape.slice(2)
  const windows = windowsOf(call, sizes, kernelOf(call))
  windows.forEach((window, axis) => {
    if (reachOf(window) > sizes[axis] + window.before + window.after)
      call.fail(`has a window of ${window.size} on ${sizes[axis]} elements`)
  })
  const auto = call.text('auto_pad', 'NOTSET')
  if (auto.startsWith('SAME') && windows.some(({ dilation }) => dilation !== 1))
    call.fail(`has dilations with auto_pad ${auto}, which is not the same to all runtimes; give pads instead`)
  return windows
}

const kernelOf = (call: OnnxCall): readonly number[] => call.list('kernel_shape') ?? call.fail('has no kernel_shape')

const single: Window = { size: 1, stride: 1, dilation: 1, before: 0, after: 0 }

/** Pools [N, C, ...] over all axes behind the second: signals are images of one row. */
function pooled(
  call: OnnxCall,
  x: Tensor,
  windows: readonly Window[],
  images: typeof avgPool2d,
  volumes: typeof avgPool3d,
  countIncludePad = true,
): Tensor {
  const ceilMode = call.flag('ceil_mode')
  if (windows.length === 3) {
    const [depth, rows, columns] = windows
    const each = <T>(of: (window: Window) => T): [T, T, T] => [of(depth), of(rows), of(columns)]
    return volumes(
      x,
      each(({ size }) => size),
      {
        stride: each(({ stride }) => stride),
        padding: each(({ before, after }): [number, number] => [before, after]),
        dilation: each(({ dilation }) => dilation),
        ceilMode,
        countIncludePad,
      },
    )
  }
  const [rows, columns] = windows.length === 1 ? [single, windows[0]] : windows
  const each = <T>(of: (window: Window) => T): [T, T] => [of(rows), of(columns)]
  const options: AvgPool2dOptions = {
    stride: each(({ stride }) => stride),
    padding: each(({ before, after }): [number, number] => [before, after]),
    dilation: each(({ dilation }) => dilation),
    ceilMode,
    countIncludePad,
  }
  const [n, c, ...sizes] = x.shape
  const size = each((window) => window.size)
  if (windows.length === 2) return images(x, size, options)
  const y = images(reshape(x, [n, c, 1, sizes[0]]), size, options)
  return reshape(y, [n, c, y.shape[3]])
}

const averagePool: Compute = (call) => {
  const x = call.tensor(0)
  return [like(call, 0, pooled(call, x, pooledWindows(call, x), avgPool2d, avgPool3d, call.flag('count_include_pad')))]
}

const maxPool: Compute = (call) => {
  const x = call.value(0)
  const tensor = call.tensorOf(x)
  const windows = pooledWindows(call, tensor)
  const largest = pooled(call, cast(tensor, 'float32'), windows, maxPool2d, maxPool3d)
  const y = computed(x.type, isInteger(x.type) ? cast(largest, 'int32') : largest)
  if (!call.gives(1)) return [y]
  return [y, computed('int64', placesOfLargest(call, cast(tensor, 'float32'), windows, largest.shape.slice(2)))]
}

/** Of each window the place of its first largest element, in the whole operand. */
function placesOfLargest(call: OnnxCall, x: Tensor, windows: readonly Window[], counts: readonly number[]): Tensor {
  const sizes = x.shape.slice(2)
  if (sizeOf(x.shape) > 2 ** 31) call.fail('gives places of more elements than 32 bits count')
  const byColumns = call.flag('storage_order')
  if (byColumns && sizes.length !== 2) call.fail('has storage_order 1, which is for images; expected two axes of space')
  const strides = byColumns ? [1, sizes[0]] : stridesOf(sizes)
  const behind = windows.map((window, axis) =>
    Math.max(0, (counts[axis] - 1) * window.stride + reachOf(window) - sizes[axis] - window.before),
  )
  const around = pad(x, [0, 0, ...windows.map(({ before }) => before)], [0, 0, ...behind], Number.NEGATIVE_INFINITY)
  const steps = windows.map(({ stride }, axis) => stride * strides[axis])
  const taps = windows.reduce<number[][]>(
    (all, { size }) => all.flatMap((tap) => Array.from({ length: size }, (_, k) => [...tap, k])),
    [[]],
  )
  const each = taps.map((tap) => {
    const at = windows.map(({ dilation }, axis) => tap[axis] * dilation)
    const start = windows.reduce((total, { before }, axis) => total + (at[axis] - before) * strides[axis], 0)
    const own: { value: Tensor; place: Tensor } = {
      value: slice(around, [0, 0, ...at], [...x.shape.slice(0, 2), ...counts], {
        strides: [1, 1, ...windows.map(({ stride }) => stride)],
      }),
      place: constant(offsetsOf(counts, steps, start), counts, 'int32'),
    }
    return own
  })
  const found = each.reduce((best, { value, place }) => {
    const larger = greater(value, best.value)
    return { value: where(larger, value, best.value), place: where(larger, place, best.place) }
  })
  const planes = Array.from({ length: x.shape[0] * x.shape[1] }, (_, i) => i * sizeOf(sizes))
  return add(constant(planes, [...x.shape.slice(0, 2), ...sizes.map(() => 1)], 'int32'), found.place)
}

/** Puts elements at the places that MaxPool found them at, among zeros. */
const unpool: Compute = (call) => {
  const x = call.tensor(0)
  const kernel = kernelOf(call)
  const axes = kernel.length
  const [strides, pads] = [perAxis(call, 'strides', axes, 1), call.list('pads') ?? new Array<number>(2 * axes).fill(0)]
  const [n, c, ...sizes] = x.shape
  const own = sizes.map((size, axis) => (size - 1) * strides[axis] + kernel[axis] - pads[axis] - pads[axes + axis])
  const shape = call.has(2) ? call.numbers(2) : [n, c, ...own]
  if (shape.length !== axes + 2 || shape.some((size, axis) => axis >= 2 && size !== own[axis - 2]))
    call.fail(`makes [${shape}] of what was [${[n, c, ...own]}], in which places are not the same to all runtimes`)
  const count = sizeOf(shape)
  const places = reshape(cast(call.tensor(1), 'int32'), [sizeOf(x.shape)])
  call.refuseWhere(greater(places, count - 1), `puts an element outside of [${shape}]`)
  call.refuseWhere(greater(0, places), `puts an element outside of [${shape}]`)
  const put = (values: Tensor): Tensor => scatterAdd(values, places, { axis: 0, size: count })
  call.refuseWhere(
    greater(put(constant(new Float32Array(sizeOf(x.shape)).fill(1), [sizeOf(x.shape)])), 1),
    'puts two elements at one place',
  )
  return [like(call, 0, reshape(put(reshape(x, [sizeOf(x.shape)])), shape))]
}

const root = (x: Tensor, p: number): Tensor => pow(x, 1 / p)
const power = (x: Tensor, p: number): Tensor => (p === 1 ? abs(x) : p === 2 ? mul(x, x) : pow(abs(x), p))

/** The p-norm of each window. */
const normPool: Compute = (call) => {
  const x = call.tensor(0)
  const p = call.number('p', 2)
  const windows = pooledWindows(call, x)
  const means = pooled(call, power(x, p), windows, avgPool2d, avgPool3d)
  const full = windows.reduce((product, { size }) => product * size, 1)
  if (call.flag('ceil_mode')) call.fail('has windows that may end outside (ceil_mode 1); expected whole ones')
  return [like(call, 0, root(mul(means, full), p))]
}

const overAll =
  (of: (x: Tensor, axes: number[], call: OnnxCall) => Tensor): Compute =>
  (call) => {
    const x = call.tensor(0)
    const axes = x.shape.map((_, axis) => axis).slice(2)
    return [like(call, 0, axes.length === 0 ? x : of(x, axes, call))]
  }

const keepDims = { keepDims: true }
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
  GlobalAveragePool: operator(
    overAll((x, axes) => mean(x, axes, keepDims)),
    [1, ''],
    [22, ''],
  ),
  GlobalLpPool: operator(
    overAll((x, axes, call) => {
      const p = call.number('p', 2)
      return root(sum(power(x, p), axes, keepDims), p)
    }),
    [1, 'p'],
    [2, 'p'],
    [22, 'p'],
  ),
  GlobalMaxPool: operator(
    overAll((x, axes) => max(x, axes, keepDims)),
    [1, ''],
    [22, ''],
  ),
  LpPool: operator(
    normPool,
    [1, `${window} p`],
    [2, `${window} p`],
    [11, `${window} p`],
    [18, `${window} p ceil_mode dilations`],
    [22, `${window} p ceil_mode dilations`],
  ),
  MaxPool: operator(
    maxPool,
    [1, window],
    [8, `${window} storage_order`],
    [10, `${window} storage_order ceil_mode dilations`],
    [11, `${window} storage_order ceil_mode dilations`],
    [12, `${window} storage_order ceil_mode dilations`],
    [22, `${window} storage_order ceil_mode dilations`],
  ),
  MaxUnpool: operator(
    unpool,
    [9, 'kernel_shape pads strides'],
    [11, 'kernel_shape pads strides'],
    [22, 'kernel_shape pads strides'],
  ),
} satisfies Record<string, Operator>
