/**
 * Where the elements of a resized axis come from: which elements of the operand, and how much of each (ONNX's operator Resize,
 * https://onnx.ai/onnx/operators/onnx__Resize.html). Computed in float32, as runtimes do it: it decides between elements as near.
 */

/** How places of the result are places of the operand. */
export type PlaceRule =
  | 'half_pixel'
  | 'half_pixel_symmetric'
  | 'pytorch_half_pixel'
  | 'align_corners'
  | 'asymmetric'
  | 'tf_half_pixel_for_nn'
  | 'tf_crop_and_resize'

export type NearestRule = 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil'

export interface ResizedAxis {
  readonly from: number
  readonly to: number
  /** Of the result to the operand. */
  readonly scale: number
  readonly place: PlaceRule
  /** The part of the operand that is resized, from 0 to 1, where the rule is to crop. */
  readonly region: readonly [start: number, end: number]
}

export interface FilterRule {
  readonly mode: 'linear' | 'cubic'
  /** Of the cubic filter; -0.75 as in PyTorch, -0.5 as in TensorFlow. */
  readonly cubicCoefficient: number
  /** Whether elements beyond the operand have no weight; else they are as its first and last. */
  readonly excludeOutside: boolean
  /** Whether the filter is as wide as what a smaller result leaves out. */
  readonly antialias: boolean
}

const { fround } = Math

/** The place in the operand of an element of the result. */
export function placeAt(i: number, { from, to, scale, place, region: [start, end] }: ResizedAxis): number {
  switch (place) {
    case 'half_pixel':
      return fround(fround((i + 0.5) / scale) - 0.5)
    case 'half_pixel_symmetric': {
      const adjustment = fround(to / fround(scale * from))
      const centre = fround(from / 2)
      return fround(fround(fround(centre * fround(1 - adjustment)) + fround((i + 0.5) / scale)) - 0.5)
    }
    case 'pytorch_half_pixel':
      return to > 1 ? fround(fround((i + 0.5) / scale) - 0.5) : 0
    case 'align_corners':
      return to > 1 ? fround(fround(i * (from - 1)) / (to - 1)) : 0
    case 'asymmetric':
      return fround(i / scale)
    case 'tf_half_pixel_for_nn':
      return fround((i + 0.5) / scale)
    case 'tf_crop_and_resize':
      return to > 1
        ? fround(start * (from - 1) + (i * (end - start) * (from - 1)) / (to - 1))
        : fround(0.5 * (start + end) * (from - 1))
  }
}

/** The nearest element to a place. */
export const nearestTo = (place: number, from: number, rule: NearestRule): number =>
  Math.min(Math.max(rounded(place, rule), 0), from - 1)

function rounded(place: number, rule: NearestRule): number {
  switch (rule) {
    case 'round_prefer_floor':
      return Math.ceil(place - 0.5)
    case 'round_prefer_ceil':
      return Math.floor(place + 0.5)
    case 'floor':
      return Math.floor(place)
    case 'ceil':
      return Math.ceil(place)
  }
}

/** The cubic filter of Keys (1981) at a distance. */
function cubic(distance: number, a: number): number {
  const x = Math.abs(distance)
  if (x <= 1) return (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1
  return x < 2 ? a * x ** 3 - 5 * a * x ** 2 + 8 * a * x - 4 * a : 0
}

const linear = (distance: number): number => Math.max(0, 1 - Math.abs(distance))

/** The weights [from, to], row-major, of the operand's elements in each of the result's. */
export function weightsOf(axis: ResizedAxis, rule: FilterRule): Float32Array {
  const { from, to, scale } = axis
  const weights = new Float32Array(from * to)
  const shrink = rule.antialias ? Math.min(scale, 1) : 1
  const radius = (rule.mode === 'linear' ? 1 : 2) / shrink
  const filter = (distance: number): number =>
    rule.mode === 'linear' ? linear(distance) : cubic(distance, rule.cubicCoefficient)
  for (let i = 0; i < to; i++) {
    const place = placeAt(i, axis)
    const [first, last] = [Math.floor(place - radius) + 1, Math.ceil(place + radius) - 1]
    const outside = rule.excludeOutside
    let total = 0
    for (let k = first; k <= last; k++) if (!outside || (k >= 0 && k < from)) total += filter((k - place) * shrink)
    for (let k = first; k <= last; k++) {
      if (outside && (k < 0 || k >= from)) continue
      weights[Math.min(Math.max(k, 0), from - 1) * to + i] += filter((k - place) * shrink) / total
    }
  }
  return weights
}
