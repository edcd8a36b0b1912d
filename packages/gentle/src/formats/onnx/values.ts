/** What flows from node to node while a graph is traced: numbers that are known by then, such as shapes, or a tensor of the engine. */
import { FormatError } from '../../core/errors.ts'
import { type Shape, sizeOf } from '../../core/shape.ts'
import { constant, type Tensor } from '../../graph/tensor.ts'
import { engineType, isInteger, type OnnxType } from './element-types.ts'

export type Numbers = readonly number[] | Float32Array | Float64Array | Int32Array

/** Numbers that are known when the graph is traced; row-major. */
export interface Known {
  readonly type: OnnxType
  readonly shape: Shape
  readonly data: Numbers
}

/** What the program computes: float32 for floats and truth values (0 or 1), int32 for integers. */
export interface Computed {
  readonly type: OnnxType
  readonly tensor: Tensor
}

export type Value = Known | Computed

export const isKnown = (value: Value): value is Known => 'data' in value

export const shapeOf = (value: Value): Shape => (isKnown(value) ? value.shape : value.tensor.shape)

/** Whole numbers, as shapes are. */
export const integers = (data: readonly number[], shape: Shape = [data.length]): Known => ({
  type: 'int64',
  shape,
  data,
})

const sentinel = 2 ** 62

/**
 * Known numbers as a constant of the engine.
 * @throws FormatError for integers beyond 32 bits.
 */
export function constantOf({ type, shape, data }: Known): Tensor {
  if (!isInteger(type)) return constant(data instanceof Float32Array ? data : Float32Array.from(data), shape)
  const large = data.find((x) => x !== (x | 0) && Math.abs(x) < sentinel)
  if (large !== undefined)
    throw new FormatError(`the integer ${large} has more than 32 bits, which the engine computes with`)
  // The largest integers of 64 bits stand for "to the end".
  const within = (x: number): number => Math.min(Math.max(x, -(2 ** 31)), 2 ** 31 - 1)
  return constant(data instanceof Int32Array ? data : Int32Array.from(data, within), shape, engineType(type))
}

/** Known numbers of the places that `offsets` tell. */
export function picked({ type, data }: Known, offsets: readonly number[], shape: Shape): Known {
  return { type, shape, data: offsets.map((offset) => data[offset]) }
}

/** A file of a few bytes can ask for more than there is memory. */
const maxKnown = 2 ** 26

/** For each element of a shape, in order, the offset that these strides give it. */
export function offsetsOf(shape: Shape, strides: readonly number[], start = 0): number[] {
  if (sizeOf(shape) > maxKnown) throw new RangeError(`${sizeOf(shape)} numbers are too many to compute beforehand`)
  const offsets = new Array<number>(sizeOf(shape))
  const place = shape.map(() => 0)
  let offset = start
  for (let i = 0; i < offsets.length; i++) {
    offsets[i] = offset
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += strides[axis]
      if (++place[axis] < shape[axis]) break
      offset -= strides[axis] * shape[axis]
      place[axis] = 0
    }
  }
  return offsets
}
