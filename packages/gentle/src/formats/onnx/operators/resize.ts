/** Resize of ONNX, and Upsample, which it replaced. */
import { sizeOf } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { constant } from '../../../graph/tensor.ts'
import { add, mul } from '../../../ops/elementwise.ts'
import { gather } from '../../../ops/indexing.ts'
import { resizeByWeights } from '../../../ops/resize.ts'
import { upsample2d } from '../../../ops/upsample2d.ts'
import type { OnnxCall } from '../call.ts'
import { isInteger } from '../element-types.ts'
import { isKnown, type Value } from '../values.ts'
import { computed, like } from './elements.ts'
import { type Compute, type Operator, operator } from './operator.ts'
import {
  type FilterRule,
  type NearestRule,
  nearestTo,
  type PlaceRule,
  placeAt,
  type ResizedAxis,
  weightsOf,
} from './resize-weights.ts'
import { axesOf } from './structure.ts'

const placeRules = [
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
  'tf_half_pixel_for_nn',
  'tf_crop_and_resize',
] as const satisfies readonly PlaceRule[]
const nearestRules = [
  'round_prefer_floor',
  'round_prefer_ceil',
  'floor',
  'ceil',
] as const satisfies readonly NearestRule[]

const { fround } = Math

/** An operand that is there and has elements: an empty one says nothing. */
function numbersAt(call: OnnxCall, index: number): readonly number[] | undefined {
  if (!call.has(index)) return undefined
  const numbers = call.numbers(index)
  return numbers.length === 0 ? undefined : numbers
}

/** How each axis is resized. */
function resizedAxes(call: OnnxCall, shape: readonly number[], place: PlaceRule): ResizedAxis[] {
  const rank = shape.length
  const axes = axesOf(call, call.list('axes') ?? shape.map((_, axis) => axis), rank)
  const [scalesAt, sizesAt, regionAt] = call.opset < 11 ? [1, -1, -1] : [2, 3, 1]
  const scales = call.list('scales') ?? (scalesAt < call.count ? numbersAt(call, scalesAt) : undefined)
  const sizes = sizesAt < 0 ? undefined : numbersAt(call, sizesAt)
  if ((scales === undefined) === (sizes === undefined)) call.fail('has to have either scales or sizes')
  const given = (scales ?? sizes)!
  if (given.length !== axes.length) call.fail(`has ${given.length} scales or sizes for ${axes.length} axes`)
  const region = place === 'tf_crop_and_resize' ? (numbersAt(call, regionAt) ?? []) : []
  const policy = call.choice('keep_aspect_ratio_policy', ['stretch', 'not_larger', 'not_smaller'], 'stretch')
  const ratios = axes.map((axis, i) => (sizes ? sizes[i] / shape[axis] : 1))
  const common = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios)
  const resized = shape.map((from, axis): ResizedAxis => {
    const i = axes.indexOf(axis)
    if (i < 0) return { from, to: from, scale: 1, place, region: [0, 1] }
    const [start, end] = [region[i] ?? 0, region[axes.length + i] ?? 1]
    const scale = scales ? fround(scales[i]) : policy === 'stretch' ? fround(given[i] / from) : fround(common)
    if (!(scale > 0)) call.fail(`has a scale of ${scale}`)
    const kept = policy === 'stretch' ? given[i] : Math.floor(common * from + 0.5)
    const to = sizes ? kept : Math.floor(fround(fround(from * fround(end - start)) * scale))
    // The standard's own reference counts fractions of pixels there, and runtimes do not.
    if (scales && place === 'align_corners' && Math.abs(scale * from - to) > 1e-3)
      call.fail(
        `aligns the corners of ${scale * from} elements, which is not the same to all runtimes; give sizes instead`,
      )
    // Runtimes take the whole operand's size there, and the standard that of the region.
    if (scales && end - start !== 1)
      call.fail(`resizes a region by scales, which is not the same to all runtimes; give sizes instead`)
    if (to < 1) call.fail(`makes axis ${axis} of ${from} elements one of ${to}`)
    return { from, to, scale, place, region: [start, end] }
  })
  // Before the weights of each element are computed.
  const sizesGiven = resized.map(({ to }) => to)
  if (sizeOf(sizesGiven) > maxElements || Math.max(...sizesGiven) > maxPositions)
    call.fail(`makes [${sizesGiven}] of [${shape}], which is more than is computed`)
  return resized
}

/** Of float32 in the 4 GiB that WebAssembly addresses. */
const maxElements = 2 ** 30
/** Of one axis, as for all resizing. */
const maxPositions = 2 ** 22
/** Of the weights of an axis, [from, to]: enough for pictures of 2,160 lines at 3,840. */
const maxWeights = 2 ** 23

const isSame = ({ from, to, scale, place }: ResizedAxis): boolean =>
  from === to && (scale === 1 || place === 'align_corners') && place !== 'tf_crop_and_resize'

const onLastAxes = (axes: readonly ResizedAxis[]): boolean => axes.length === 4 && isSame(axes[0]) && isSame(axes[1])

function nearest(
  x: Tensor,
  axes: readonly ResizedAxis[],
  rule: NearestRule | ((axis: ResizedAxis) => NearestRule),
): Tensor {
  const places = axes.map((axis) => {
    if (isSame(axis)) return Int32Array.from({ length: axis.to }, (_, i) => i)
    const ruleOf = typeof rule === 'string' ? rule : rule(axis)
    return Int32Array.from({ length: axis.to }, (_, i) => nearestTo(placeAt(i, axis), axis.from, ruleOf))
  })
  const plain = places.every((list, axis) =>
    list.every((at, i) => at === Math.floor((i * axes[axis].from) / axes[axis].to)),
  )
  if (plain && onLastAxes(axes) && x.dtype === 'float32')
    return upsample2d(x, { size: [axes[2].to, axes[3].to] }, { method: 'nearest' })
  return places.reduce((y, list, axis) => {
    if (list.length === axes[axis].from && list.every((at, i) => at === i)) return y
    return gather(y, constant(list, [list.length], 'int32'), axis)
  }, x)
}

/** Whether the engine's own enlarging does it. */
function nativeMethod(axes: readonly ResizedAxis[], rule: FilterRule): { alignCorners: boolean } | undefined {
  if (!onLastAxes(axes) || rule.mode !== 'linear' || rule.antialias) return undefined
  const [, , rows, columns] = axes
  const exact = [rows, columns].every(({ from, to, scale }) => Math.abs(scale * from - to) < 1e-3 * Math.min(1, scale))
  const { place } = rows
  if (place === 'align_corners') return { alignCorners: true }
  const centred = place === 'half_pixel' || (place === 'pytorch_half_pixel' && rows.to > 1 && columns.to > 1)
  return centred && exact && !rule.excludeOutside ? { alignCorners: false } : undefined
}

function filtered(call: OnnxCall, x: Tensor, axes: readonly ResizedAxis[], rule: FilterRule): Tensor {
  const native = nativeMethod(axes, rule)
  if (native) return upsample2d(x, { size: [axes[2].to, axes[3].to] }, { method: 'bilinear', ...native })
  return axes.reduce((y, axis, i) => {
    if (isSame(axis)) return y
    const { from, to } = axis
    if (from * to > maxWeights)
      call.fail(
        `resizes axis ${i} of ${from} elements to ${to}, whose ${from * to} weights are more than the ${maxWeights} that are computed`,
      )
    return resizeByWeights(y, i, constant(weightsOf(axis, rule), [from, to]))
  }, x)
}

const resized: Compute = (call) => {
  const x = call.value(0)
  const tensor = call.tensorOf(x)
  const place = call.choice('coordinate_transformation_mode', placeRules, call.opset < 11 ? 'asymmetric' : 'half_pixel')
  const axes = resizedAxes(call, tensor.shape, place)
  const mode = call.choice('mode', ['nearest', 'linear', 'bilinear', 'cubic'], 'nearest')
  if (mode === 'nearest') {
    // Before operator set 11 it is as in the standard's examples: the next element where it gets smaller, the one before where it gets larger.
    const rule =
      call.opset < 11
        ? ({ scale }: ResizedAxis): NearestRule => (scale < 1 ? 'ceil' : 'floor')
        : call.choice('nearest_mode', nearestRules, 'round_prefer_floor')
    return [extrapolated(call, x, nearest(tensor, axes, rule), axes)]
  }
  if (isInteger(x.type)) call.fail(`takes ${mode} means of ${x.type}; expected floats`)
  const y = filtered(call, tensor, axes, {
    mode: mode === 'cubic' ? 'cubic' : 'linear',
    cubicCoefficient: call.number('cubic_coeff_a', -0.75),
    excludeOutside: call.flag('exclude_outside'),
    antialias: call.flag('antialias'),
  })
  return [extrapolated(call, x, y, axes)]
}

/** With one value wherever the result comes from beyond the operand, which only a region can reach. */
function extrapolated(call: OnnxCall, x: Value, y: Tensor, axes: readonly ResizedAxis[]): Value {
  if (axes[0].place !== 'tf_crop_and_resize') return isKnown(x) ? computed(x.type, y) : like(call, 0, y)
  const value = call.number('extrapolation_value', 0)
  const isWithin = (i: number, axis: ResizedAxis): boolean => {
    const place = placeAt(i, axis)
    return place >= 0 && place <= axis.from - 1
  }
  const filled = axes.reduce((result, axis, along) => {
    const within = Float32Array.from({ length: axis.to }, (_, i) => Number(isWithin(i, axis)))
    if (!within.includes(0)) return result
    const shape = axes.map((_, other) => (other === along ? axis.to : 1))
    const beyond = within.map((inside) => (inside === 0 ? value : 0))
    return add(mul(result, constant(within, shape)), constant(beyond, shape))
  }, y)
  return filled === y && isKnown(x) ? computed(x.type, y) : like(call, 0, filled)
}

const since11 = 'coordinate_transformation_mode cubic_coeff_a exclude_outside extrapolation_value mode nearest_mode'
const since18 = `${since11} antialias axes keep_aspect_ratio_policy`

export const resizeOperators = {
  Resize: operator(resized, [10, 'mode'], [11, since11], [13, since11], [18, since18], [19, since18]),
  Upsample: operator(resized, [7, 'mode scales'], [9, 'mode']),
} satisfies Record<string, Operator>
