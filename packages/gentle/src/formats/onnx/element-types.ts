/** Types of elements in ONNX files, and what the engine computes them as: floats and truth values as float32, integers as int32. */
import type { DType } from '../../core/dtype.ts'
import { dataTypes } from './messages.ts'

/** The type of a tensor's elements, as NumPy names it. */
export type OnnxType =
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool'

const typesByNumber: ReadonlyMap<number, OnnxType> = new Map([
  [dataTypes.float, 'float32'],
  [dataTypes.uint8, 'uint8'],
  [dataTypes.int8, 'int8'],
  [dataTypes.uint16, 'uint16'],
  [dataTypes.int16, 'int16'],
  [dataTypes.int32, 'int32'],
  [dataTypes.int64, 'int64'],
  [dataTypes.bool, 'bool'],
  [dataTypes.float16, 'float16'],
  [dataTypes.double, 'float64'],
  [dataTypes.uint32, 'uint32'],
  [dataTypes.uint64, 'uint64'],
  [dataTypes.bfloat16, 'bfloat16'],
])

/** The type that a number of TensorProto.DataType stands for; undefined for texts, and for what there is no room for here. */
export const typeOfNumber = (dataType: number): OnnxType | undefined => typesByNumber.get(dataType)

export const isFloat = (type: OnnxType): boolean => type.includes('float')
export const isInteger = (type: OnnxType): boolean => type.includes('int')

/** What the engine computes with. */
export const engineType = (type: OnnxType): DType => (isInteger(type) ? 'int32' : 'float32')

/** The least and the largest integer of a type; in 64 bits the nearest doubles. */
export function integerRange(type: OnnxType): readonly [min: number, max: number] {
  const width = Number(type.replace(/\D/g, ''))
  return type.startsWith('u') ? [0, 2 ** width - 1] : [-(2 ** (width - 1)), 2 ** (width - 1) - 1]
}

/** Whether the engine's int32 holds all values of an integer type. */
export const fitsEngine = (type: OnnxType): boolean => integerRange(type)[1] < 2 ** 31

const bits = new DataView(new ArrayBuffer(8))

/** The largest power of two that is not above a positive number, as its exponent. */
function exponentOf(x: number): number {
  bits.setFloat64(0, x)
  return (bits.getUint32(0) >>> 20) - 1023
}

/** The nearest float of 16 bits, five of them of the exponent; of two as near, the even one. */
export function toHalf(x: number): number {
  const size = Math.abs(x)
  if (!(size > 0) || size === Number.POSITIVE_INFINITY) return x
  if (size >= 65520) return Math.sign(x) * Number.POSITIVE_INFINITY
  // Below 2^-14 all steps are of 2^-24.
  const step = 2 ** (Math.max(exponentOf(size), -14) - 10)
  return Math.sign(x) * roundToEven(size / step) * step
}

/** The nearest float of the upper 16 bits of a float32; of two as near, the even one. */
function toBrainFloat(x: number): number {
  if (Number.isNaN(x)) return x
  bits.setFloat32(0, x)
  const all = bits.getUint32(0)
  bits.setUint32(0, (all + 0x7fff + ((all >>> 16) & 1)) & 0xffff0000)
  return bits.getFloat32(0)
}

/** The nearest whole number; of two as near, the even one. */
export function roundToEven(x: number): number {
  const below = Math.floor(x)
  if (x - below !== 0.5) return Math.round(x)
  return below % 2 === 0 ? below : below + 1
}

/** The lowest bits of a whole number as an integer of a type, as C and NumPy cut them. */
function wrapInteger(x: number, type: OnnxType): number {
  const [min, max] = integerRange(type)
  if (x >= min && x <= max) return x + 0
  if (!Number.isFinite(x)) return 0
  const width = Number(type.replace(/\D/g, ''))
  const wrapped = type.startsWith('u') ? BigInt.asUintN(width, BigInt(x)) : BigInt.asIntN(width, BigInt(x))
  return Number(wrapped)
}

/** A number as an element of a type: floats rounded to the nearest, fractions cut, integers wrapped around, truth values 0 or 1. */
export function elementOf(x: number, type: OnnxType): number {
  switch (type) {
    case 'float32':
      return Math.fround(x)
    case 'float64':
      return x
    case 'float16':
      return toHalf(x)
    case 'bfloat16':
      return toBrainFloat(x)
    case 'bool':
      return x === 0 ? 0 : 1
    default:
      return wrapInteger(Math.trunc(x), type)
  }
}
