/** Arrays as users hand them in and get them, and the numbers that stand for them here. */
import { ArgumentError } from '../../core/errors.ts'
import { formatShape, type Shape, sizeOf } from '../../core/shape.ts'
import { printable } from '../failure.ts'
import { integerRange, isInteger, type OnnxType, toHalf } from './element-types.ts'
import type { OnnxPort } from './network.ts'
import type { Known } from './values.ts'

/** Arrays of numbers, one kind for each type of elements. */
export type OnnxData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigUint64Array

/** Values of a tensor, row-major. */
export interface OnnxArray {
  readonly data: OnnxData
  readonly shape: Shape
  readonly dtype: OnnxType
}

/** What is handed in: the type is that of the input unless given. */
export interface OnnxFeed {
  readonly data: OnnxData | readonly number[] | readonly bigint[] | readonly boolean[]
  readonly shape: Shape
  readonly dtype?: OnnxType
}

/** An input's values, checked against what the file says of it. @throws ArgumentError */
export function knownInput(
  { name, type, shape: asked }: OnnxPort,
  { data, shape, dtype }: OnnxFeed,
  where: string,
): Known {
  const fail = (problem: string): never => {
    throw new ArgumentError(`${where}: input '${printable(name)}' ${problem}`)
  }
  if (dtype !== undefined && dtype !== type) fail(`is ${dtype}; expected ${type}`)
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0))
    fail(`has the shape ${JSON.stringify(shape)}; expected a list of sizes`)
  if (sizeOf(shape) !== data.length)
    fail(`has ${data.length} values, but its shape ${formatShape(shape)} has ${sizeOf(shape)}`)
  const fits =
    asked === undefined ||
    (asked.length === shape.length && asked.every((n, i) => typeof n !== 'number' || n === shape[i]))
  if (!fits) fail(`has shape ${formatShape(shape)}; expected [${asked.map((n) => n || '?').join(', ')}]`)
  const numbers =
    data instanceof Float32Array || data instanceof Int32Array
      ? data
      : Float64Array.from(data as ArrayLike<number>, Number)
  if (isInteger(type)) {
    const [min, max] = integerRange(type)
    const bad = numbers.find((x) => !Number.isInteger(x) || x < min || x > max)
    if (bad !== undefined) fail(`holds ${bad}; expected ${type}`)
  }
  // A float of 64 bits that would become infinite in 32.
  const large =
    type === 'float64' ? numbers.find((x) => Number.isFinite(x) && !Number.isFinite(Math.fround(x))) : undefined
  if (large !== undefined) fail(`holds ${large}, which has no place in the 32 bits that floats are computed with`)
  return { type, shape, data: type === 'bool' ? Array.from(numbers, (x) => (x === 0 ? 0 : 1)) : numbers }
}

/** Known numbers as an array of their type. Floats of 16 bits are given as float32, which holds all of them. */
export function arrayOf({ type, shape, data }: Known): OnnxArray {
  return { data: storedAs(type, data as ArrayLike<number>), shape, dtype: type }
}

function storedAs(type: OnnxType, data: ArrayLike<number>): OnnxData {
  switch (type) {
    case 'float32':
    case 'bfloat16':
      return new Float32Array(data)
    case 'float16':
      return Float32Array.from(data, toHalf)
    case 'float64':
      return Float64Array.from(data)
    case 'int8':
      return Int8Array.from(data)
    case 'int16':
      return Int16Array.from(data)
    case 'int32':
      return new Int32Array(data)
    case 'int64':
      return BigInt64Array.from(data as readonly number[], bigOf)
    case 'uint8':
    case 'bool':
      return Uint8Array.from(data)
    case 'uint16':
      return Uint16Array.from(data)
    case 'uint32':
      return Uint32Array.from(data)
    case 'uint64':
      return BigUint64Array.from(data as readonly number[], bigOf)
  }
}

/** 2^63 stands for the largest integer of 64 bits, which no double is. */
const bigOf = (x: number): bigint => BigInt(x) - (x === 2 ** 63 || x === 2 ** 64 ? 1n : 0n)
