/** Arithmetic on numbers that are known when a graph is traced, such as those of shapes: exact, and of their own type. */
import { broadcastShapes, broadcastStrides, type Shape, sizeOf } from '../../core/shape.ts'
import { elementOf, isInteger, type OnnxType } from './element-types.ts'
import { type Known, offsetsOf } from './values.ts'

/** Integers from here on are not exact as JavaScript's numbers. */
const exact = 2 ** 53

/** Numbers as elements of a type. @throws RangeError for integers that cannot be told exactly. */
export function knownAs(type: OnnxType, shape: Shape, data: ArrayLike<number>): Known {
  const inexact = isInteger(type) && Array.from(data).some((x) => Math.abs(x) > exact && Math.abs(x) < 2 ** 62)
  if (inexact) throw new RangeError('the result is an integer beyond 2^53, which is not exact here')
  return { type, shape, data: Array.from(data, (x) => elementOf(x, type)) }
}

/** A function of one element each. */
export const mapKnown = (x: Known, of: (value: number) => number, type: OnnxType = x.type): Known =>
  knownAs(type, x.shape, Array.from(x.data, of))

/** A function of elements of several operands, which broadcast by NumPy's rule. */
export function zipKnown(operands: readonly Known[], of: (...values: number[]) => number, type: OnnxType): Known {
  const shape = operands.reduce<Shape>((all, { shape: own }) => broadcastKnown(all, own), [])
  const places = operands.map(({ shape: own }) => offsetsOf(shape, broadcastStrides(own, shape)))
  const data = Array.from({ length: sizeOf(shape) }, (_, i) => of(...operands.map((x, k) => x.data[places[k][i]])))
  return knownAs(type, shape, data)
}

/** As for tensors, where an axis may also have no elements. */
const broadcastKnown = (a: Shape, b: Shape): Shape => broadcastShapes(a, b, 'operands')
