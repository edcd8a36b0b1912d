/**
 * The safetensors format (Hugging Face, "safetensors", section "Format"): 8 bytes of header length, a JSON header that names each tensor's
 * type, shape and place, and the tensors' bytes. Files are checked in full before anything is read, since they come from anywhere.
 */
import { FormatError } from '../core/errors.ts'
import { formatShape, type Shape } from '../core/shape.ts'

/** A tensor of a file; numbers of half width are widened to float32. */
export interface StoredTensor {
  readonly shape: Shape
  readonly dtype: 'float32' | 'int32'
  readonly data: Float32Array | Int32Array
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly metadata: Readonly<Record<string, string>>
}

/** The format's own bound. */
const largestHeader = 100_000_000

/** Bytes of an element, and how they are read. */
const types = {
  F32: { bytes: 4, read: (bytes: Uint8Array) => new Float32Array(copied(bytes)) },
  I32: { bytes: 4, read: (bytes: Uint8Array) => new Int32Array(copied(bytes)) },
  F64: { bytes: 8, read: (bytes: Uint8Array) => Float32Array.from(new Float64Array(copied(bytes))) },
  F16: { bytes: 2, read: (bytes: Uint8Array) => Float32Array.from(new Uint16Array(copied(bytes)), halfToFloat) },
  BF16: { bytes: 2, read: (bytes: Uint8Array) => widenBrainFloats(new Uint16Array(copied(bytes))) },
} as const

type StoredType = keyof typeof types

/** The bytes in a buffer of their own, which begins where their type may begin. */
const copied = (bytes: Uint8Array): ArrayBuffer => bytes.slice().buffer as ArrayBuffer

/** IEEE 754 binary16. */
function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The upper halves of float32. */
function widenBrainFloats(halves: Uint16Array): Float32Array {
  const words = Uint32Array.from(halves, (half) => half << 16)
  return new Float32Array(words.buffer)
}

interface Entry {
  readonly name: string
  readonly type: StoredType
  readonly shape: readonly number[]
  readonly from: number
  readonly to: number
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/**
 * Reads a file.
 * @throws FormatError for a file that is cut off, whose header is no valid JSON, or whose tensors do not fill its bytes exactly.
 */
export function readSafetensors(bytes: Uint8Array, name = 'safetensors file'): SafetensorsFile {
  const fail = (problem: string): never => {
    throw new FormatError(`${name}: ${problem}`)
  }
  if (bytes.length < 8) fail(`it has ${bytes.length} bytes, less than the 8 of a header's length; it is cut off`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerLength = Number(view.getBigUint64(0, true))
  if (headerLength > largestHeader)
    fail(`its header would have ${headerLength} bytes, more than the format's 100,000,000; it is no safetensors file`)
  if (8 + headerLength > bytes.length)
    fail(`its header ends at byte ${8 + headerLength}, but it has ${bytes.length}; it is cut off`)
  const header = parseHeader(bytes.subarray(8, 8 + headerLength), fail)
  const body = bytes.subarray(8 + headerLength)

  const metadata: Record<string, string> = Object.create(null)
  if (header.__metadata__ !== undefined) {
    if (!isRecord(header.__metadata__)) fail('its __metadata__ is no JSON object')
    for (const [key, value] of Object.entries(header.__metadata__ as object)) {
      if (typeof value !== 'string') fail(`its metadata '${key}' is no text`)
      metadata[key] = value
    }
  }
  const entries = Object.entries(header)
    .filter(([key]) => key !== '__metadata__')
    .map(([key, value]) => parseEntry(key, value, fail))
    .sort((a, b) => a.from - b.from || a.to - b.to)
  let end = 0
  for (const { name: tensor, from, to } of entries) {
    if (from !== end)
      fail(`tensor '${tensor}' begins at byte ${from} of the data, expected ${end}: tensors overlap or leave a hole`)
    end = to
  }
  if (end !== body.length)
    fail(`its tensors end at byte ${end} of the data, but there are ${body.length}; it is cut off or has more`)
  const tensors = new Map<string, StoredTensor>()
  for (const { name: tensor, type, shape, from, to } of entries) {
    const data = types[type].read(body.subarray(from, to))
    tensors.set(tensor, { shape, dtype: data instanceof Int32Array ? 'int32' : 'float32', data })
  }
  return { tensors, metadata }
}

function parseHeader(bytes: Uint8Array, fail: (problem: string) => never): Record<string, unknown> {
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    return fail(`its header is no JSON: ${(error as Error).message.split('\n')[0]}`)
  }
  return isRecord(header) ? header : fail('its header is no JSON object')
}

function parseEntry(name: string, value: unknown, fail: (problem: string) => never): Entry {
  if (!isRecord(value)) return fail(`the entry of tensor '${name}' is no JSON object`)
  const { dtype, shape, data_offsets: offsets } = value
  if (typeof dtype !== 'string' || !Object.hasOwn(types, dtype))
    return fail(
      `tensor '${name}' is of type ${JSON.stringify(dtype)}; expected one of ${Object.keys(types).join(', ')}`,
    )
  if (!Array.isArray(shape) || !shape.every(isCount))
    return fail(`tensor '${name}' has shape ${JSON.stringify(shape)}; expected whole numbers from 0`)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount) || offsets[0] > offsets[1])
    return fail(`tensor '${name}' has data_offsets ${JSON.stringify(offsets)}; expected two whole numbers in order`)
  const type = dtype as StoredType
  const needed = shape.reduce((product: number, n: number) => product * n, types[type].bytes)
  if (!Number.isSafeInteger(needed) || needed !== offsets[1] - offsets[0])
    return fail(
      `tensor '${name}' of ${type} ${formatShape(shape)} needs ${needed} bytes, but its place has ${offsets[1] - offsets[0]}`,
    )
  return { name, type, shape, from: offsets[0], to: offsets[1] }
}

/** Writes tensors, in the order of the map, with metadata. The header is padded with spaces, so that the data is aligned to 8 bytes. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {}
  let end = 0
  for (const [name, { shape, dtype, data }] of tensors) {
    header[name] = { dtype: dtype === 'int32' ? 'I32' : 'F32', shape, data_offsets: [end, end + data.byteLength] }
    end += data.byteLength
  }
  const text = JSON.stringify(header)
  const encoded = new TextEncoder().encode(text)
  const headerLength = Math.ceil(encoded.length / 8) * 8
  const bytes = new Uint8Array(8 + headerLength + end)
  bytes.fill(0x20, 8, 8 + headerLength)
  bytes.set(encoded, 8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true)
  let at = 8 + headerLength
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return bytes
}
