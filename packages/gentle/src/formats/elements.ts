/** The numbers that files hold, and how they become the host's float32 and int32. All of them are little-endian. */
import { ArgumentError } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { formatShape, type Shape, sizeOf } from '../core/shape.ts'
import type { Fail } from './failure.ts'

/** A tensor of a file. Its values may lie in the file's own bytes: those must not be written over while it is in use. */
export type StoredTensor = NDArray<Float32Array | Int32Array>

/** A tensor of signed bytes, as files are written; what is read of them is int32. */
export interface ByteTensor {
  readonly shape: Shape
  readonly dtype: 'int8'
  readonly data: Int8Array
}

export interface ElementType {
  /** Bytes of an element. */
  readonly bytes: number
  /** `fail` refuses values that the host's type cannot hold. */
  readonly read: (bytes: Uint8Array, fail: Fail) => Float32Array | Int32Array
}

export const float32: ElementType = { bytes: 4, read: (bytes) => viewed(Float32Array, bytes) }
/** Rounded to float32, which its finite values must fit. */
export const float64: ElementType = { bytes: 8, read: (bytes, fail) => rounded(viewed(Float64Array, bytes), fail) }
/** Widened, exactly. */
export const float16: ElementType = { bytes: 2, read: (bytes) => widenHalves(viewed(Uint16Array, bytes)) }
/** Widened, exactly. */
export const bfloat16: ElementType = { bytes: 2, read: (bytes) => widenBrainFloats(viewed(Uint16Array, bytes)) }
/** Its values must fit int32. */
export const uint64: ElementType = { bytes: 8, read: (bytes, fail) => narrowed(viewed(BigUint64Array, bytes), fail) }
/** Counters have it. Its values must fit int32. */
export const int64: ElementType = { bytes: 8, read: (bytes, fail) => narrowed(viewed(BigInt64Array, bytes), fail) }
/** Its values must fit int32. */
export const uint32: ElementType = { bytes: 4, read: (bytes, fail) => fitting(viewed(Uint32Array, bytes), fail) }
export const int32: ElementType = { bytes: 4, read: (bytes) => viewed(Int32Array, bytes) }
export const uint16: ElementType = { bytes: 2, read: (bytes) => new Int32Array(viewed(Uint16Array, bytes)) }
export const int16: ElementType = { bytes: 2, read: (bytes) => new Int32Array(viewed(Int16Array, bytes)) }
export const int8: ElementType = { bytes: 1, read: (bytes) => new Int32Array(viewed(Int8Array, bytes)) }
export const uint8: ElementType = { bytes: 1, read: (bytes) => new Int32Array(bytes) }
/** 0 or 1. */
export const bool: ElementType = { bytes: 1, read: (bytes) => new Int32Array(bytes).map((byte) => Number(byte !== 0)) }

/** A tensor of these bytes, which are its elements in row-major order. */
export function storedTensor(type: ElementType, shape: readonly number[], bytes: Uint8Array, fail: Fail): StoredTensor {
  const data = type.read(bytes, fail)
  return { shape, dtype: data instanceof Int32Array ? 'int32' : 'float32', data }
}

/** @throws ArgumentError for values that are not as many or not of the type that is said; `where` begins the message. */
export function checkStored(where: string, { shape, dtype, data }: StoredTensor | ByteTensor): void {
  const Expected = { float32: Float32Array, int32: Int32Array, int8: Int8Array }[dtype]
  if (!(data instanceof Expected) || data.length !== sizeOf(shape))
    throw new ArgumentError(
      `${where} is ${dtype} ${formatShape(shape)}, but its values are ${data.length} in a ${data.constructor.name}; expected ${sizeOf(shape)} in a ${Expected.name}`,
    )
}

/** The bytes as elements: in place where they begin at a multiple of the element's size, else a copy. */
function viewed<Elements>(
  Elements: { new (buffer: ArrayBufferLike, offset: number, length: number): Elements; BYTES_PER_ELEMENT: number },
  bytes: Uint8Array,
): Elements {
  const size = Elements.BYTES_PER_ELEMENT
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes)
  return new Elements(aligned.buffer, aligned.byteOffset, aligned.length / size)
}

/** IEEE 754 binary16: the fields move to their places in float32, and 2^112 makes up for the difference of the exponents' biases. */
function widenHalves(halves: Uint16Array): Float32Array {
  const words = new Uint32Array(halves.length)
  const values = new Float32Array(words.buffer)
  for (let i = 0; i < halves.length; i++) {
    const bits = halves[i]
    words[i] = ((bits & 0x8000) << 16) | ((bits & 0x7fff) << 13)
    if ((bits & 0x7c00) === 0x7c00) words[i] |= 0x7f800000
    else values[i] *= 2 ** 112
  }
  return values
}

/** The upper halves of float32. */
function widenBrainFloats(halves: Uint16Array): Float32Array {
  const words = new Uint32Array(halves.length)
  for (let i = 0; i < halves.length; i++) words[i] = halves[i] << 16
  return new Float32Array(words.buffer)
}

function rounded(values: Float64Array, fail: Fail): Float32Array {
  const result = new Float32Array(values)
  const lost = result.findIndex((value, i) => !Number.isFinite(value) && Number.isFinite(values[i]))
  return lost < 0
    ? result
    : fail(
        `holds the 64-bit number ${values[lost]}, which float32 cannot represent; scale its values or store them as float32`,
      )
}

function fitting(values: Uint32Array, fail: Fail): Int32Array {
  const outside = values.find((value) => value > 0x7fffffff)
  return outside === undefined
    ? new Int32Array(values)
    : fail(`holds the number ${outside}, which int32 cannot represent; store it as int32 or float32`)
}

function narrowed(values: BigInt64Array | BigUint64Array, fail: Fail): Int32Array {
  const outside = values.find((value) => value !== BigInt.asIntN(32, value))
  return outside === undefined
    ? Int32Array.from(values, Number)
    : fail(`holds the 64-bit number ${outside}, which int32 cannot represent; store it as int32 or float32`)
}
