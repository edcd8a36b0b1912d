/** Convolutions of ONNX. */
import { formatShape } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { convTranspose2d } from '../../../ops/conv-transpose2d.ts'
import { convTranspose3d } from '../../../ops/conv-transpose3d.ts'
import { conv2d } from '../../../ops/conv2d.ts'
import { conv3d } from '../../../ops/conv3d.ts'
import { add } from '../../../ops/elementwise.ts'
import { pad, reshape, slice } from '../../../ops/structure.ts'
import type { OnnxCall } from '../call.ts'
import { like } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'
import { perAxis, reachOf, type Window, windowsOf } from './windows.ts'

type Pair = [number, number]

/** Signals [N, C, L] as images of one row. */
const asImages = (x: Tensor): Tensor => (x.shape.length === 3 ? reshape(x, [...x.shape.slice(0, 2), 1, x.shape[2]]) : x)
const asBefore = (y: Tensor, axes: number): Tensor =>
  axes === 1 ? reshape(y, [...y.shape.slice(0, 2), y.shape[3]]) : y

const oneRow: Window = { size: 1, stride: 1, dilation: 1, before: 0, after: 0 }
const asTwo = (windows: readonly Window[]): readonly [Window, Window] =>
  windows.length === 1 ? [oneRow, windows[0]] : [windows[0], windows[1]]

const pairOf = (windows: readonly [Window, Window], key: keyof Window): Pair => [windows[0][key], windows[1][key]]

export function spatialAxes(call: OnnxCall, x: Tensor, max: number): number {
  const axes = x.shape.length - 2
  if (axes < 1 || axes > max)
    call.fail(`has an operand of shape ${formatShape(x.shape)}; expected [N, C, ...] with 1 to ${max} more axes`)
  return axes
}

const withBias = (call: OnnxCall, y: Tensor): Tensor => {
  const bias = call.optionalTensor(2)
  return bias ? add(y, reshape(bias, [bias.shape[0], ...y.shape.slice(2).map(() => 1)])) : y
}

const convolution: Compute = (call) => {
  const [x, w] = [call.tensor(0), call.tensor(1)]
  return [like(call, 0, withBias(call, convolved(call, x, w)))]
}

/** x under the filters, without a bias. */
export function convolved(call: OnnxCall, x: Tensor, w: Tensor): Tensor {
  const axes = spatialAxes(call, x, 3)
  const own = windowsOf(call, x.shape.slice(2), w.shape.slice(2))
  const groups = call.number('group', 1)
  if (axes === 3) {
    const [depth, rows, columns] = own
    const each = <T>(of: (window: Window) => T): [T, T, T] => [of(depth), of(rows), of(columns)]
    return conv3d(x, w, {
      stride: each(({ stride }) => stride),
      padding: each(({ before, after }): [number, number] => [before, after]),
      dilation: each(({ dilation }) => dilation),
      groups,
    })
  }
  const windows = asTwo(own)
  const even = windows.every(({ before, after }) => before === after)
  const images = asImages(x)
  const [before, after] = [pairOf(windows, 'before'), pairOf(windows, 'after')]
  const y = conv2d(even ? images : pad(images, [0, 0, ...before], [0, 0, ...after], 0), asImages(w), {
    stride: pairOf(windows, 'stride'),
    padding: even ? before : [0, 0],
    dilation: pairOf(windows, 'dilation'),
    groups,
  })
  return asBefore(y, axes)
}

/** The sizes that come out, and how much is cut off before them. */
function transposedPlaces(call: OnnxCall, sizes: readonly number[], kernel: readonly number[]) {
  const axes = sizes.length
  const extra = perAxis(call, 'output_padding', axes, 0)
  const asked = call.list('output_shape')?.slice(-axes)
  const auto = call.choice('auto_pad', ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'], 'NOTSET')
  const [strides, dilations] = [perAxis(call, 'strides', axes, 1), perAxis(call, 'dilations', axes, 1)]
  const pads = call.list('pads') ?? new Array<number>(2 * axes).fill(0)
  return sizes.map((size, axis) => {
    const [stride, dilation] = [strides[axis], dilations[axis]]
    const full = stride * (size - 1) + reachOf({ size: kernel[axis], dilation }) + extra[axis]
    const same = auto === 'SAME_UPPER' || auto === 'SAME_LOWER'
    if (asked === undefined && !same) {
      const [before, after] = auto === 'VALID' ? [0, 0] : [pads[axis], pads[axes + axis]]
      return { stride, dilation, start: before, count: full - before - after }
    }
    const count = asked?.[axis] ?? size * stride
    const missing = Math.max(0, full - count)
    if (same && asked === undefined && full < count)
      call.fail(`makes ${full} elements ${count} by auto_pad ${auto}, which runtimes do not; give output_shape instead`)
    const before = auto === 'SAME_UPPER' ? Math.floor(missing / 2) : missing - Math.floor(missing / 2)
    return { stride, dilation, start: before, count }
  })
}

const transposed: Compute = (call) => {
  const [x, w] = [call.tensor(0), call.tensor(1)]
  const axes = spatialAxes(call, x, 3)
  const places = transposedPlaces(call, x.shape.slice(2), w.shape.slice(2))
  if (axes === 3) {
    const [depth, rows, columns] = places
    const volumes = convTranspose3d(x, w, {
      stride: [depth.stride, rows.stride, columns.stride],
      dilation: [depth.dilation, rows.dilation, columns.dilation],
      groups: call.number('group', 1),
    })
    return [like(call, 0, withBias(call, cropped(volumes, places)))]
  }
  const two = axes === 1 ? [{ stride: 1, dilation: 1, start: 0, count: 1 }, places[0]] : places
  const y = convTranspose2d(asImages(x), asImages(w), {
    stride: [two[0].stride, two[1].stride],
    dilation: [two[0].dilation, two[1].dilation],
    groups: call.number('group', 1),
  })
  const cut = asBefore(cropped(y, two), axes)
  return [like(call, 0, withBias(call, cut))]
}

/** The part of images or volumes that begins at `start` and has `count` elements along each axis; beyond them it is 0. */
function cropped(y: Tensor, places: readonly { start: number; count: number }[]): Tensor {
  const front = places.map(({ start }) => Math.max(0, -start))
  const back = places.map(({ start, count }, axis) => Math.max(0, start + count - y.shape[2 + axis]))
  const wide = [...front, ...back].every((n) => n === 0) ? y : pad(y, [0, 0, ...front], [0, 0, ...back], 0)
  const shape = [...y.shape.slice(0, 2), ...places.map(({ count }) => count)]
  if (shape.every((n, axis) => n === wide.shape[axis])) return wide
  return slice(wide, [0, 0, ...places.map(({ start }) => Math.max(0, start))], shape)
}

const window = 'auto_pad dilations group kernel_shape pads strides'

export const convolutionOperators = {
  Conv: operator(convolution, [1, window], [11, window], [22, window]),
  ConvTranspose: operator(
    transposed,
    [1, `${window} output_padding output_shape`],
    [11, `${window} output_padding output_shape`],
    [22, `${window} output_padding output_shape`],
  ),
} satisfies Record<string, Operator>
