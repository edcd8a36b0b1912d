/**
 * The safetensors format (Hugging Face, "safetensors", section "Format"): 8 bytes of header length, a JSON header that names each tensor's
 * type, shape and place, and the tensors' bytes. Files are checked in full before anything is read, since they come from anywhere.
 */
import { ArgumentError } from '../core/errors.ts'
import { isRecord } from '../core/is-record.ts'
import { joined } from '../core/joined.ts'
import { bytesAccess, partOf, type RandomAccess } from '../core/random-access.ts'
import { type Shape, sizeOf } from '../core/shape.ts'
import {
  type ByteTensor,
  bfloat16,
  bool,
  checkStored,
  type ElementType,
  float16,
  float32,
  float64,
  int8,
  int16,
  int32,
  int64,
  type StoredTensor,
  storedTensor,
  uint8,
} from './elements.ts'
import { type Fail, failing, isCount, quoted, shown } from './failure.ts'
import { kindBytes, otherKind } from './file-kind.ts'
import { sealCheck, sealKey } from './seal.ts'

export type { ByteTensor, StoredTensor }

export interface SafetensorsFile {
  /** By name, in the order of the data. */
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly metadata: Readonly<Record<string, string>>
}

/** The format's own bound. */
const largestHeader = 100_000_000

const types: Readonly<Record<string, ElementType>> = {
  F32: float32,
  F64: float64,
  F16: float16,
  BF16: bfloat16,
  I32: int32,
  I64: int64,
  I16: int16,
  I8: int8,
  U8: uint8,
  BOOL: bool,
}

/** A tensor as the header lists it. */
export interface SafetensorsEntry {
  readonly name: string
  /** As the format names it, such as `F32`. */
  readonly type: string
  readonly shape: Shape
  /** Its bytes within the data, from the first to before the last. */
  readonly from: number
  readonly to: number
}

export interface SafetensorsHeader {
  /** In the order of the data. */
  readonly entries: readonly SafetensorsEntry[]
  readonly metadata: Record<string, string>
  /** Where the data begins. */
  readonly body: number
}

/**
 * Reads what a file says of its tensors, and no values.
 * @param file its bytes, or a file that stays where it is
 * @throws FormatError as `readSafetensors`, but for types that it does not read.
 */
export function readSafetensorsHeader(file: Uint8Array | RandomAccess, name = 'safetensors file'): SafetensorsHeader {
  const fail: Fail = failing(name)
  const access = accessTo(file)
  const { length } = access
  if (length < 8) fail(`it has ${length} bytes, less than the 8 of a header's length; it is cut off`)
  const start = partOf(access, 0, 8)
  const headerLength = Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true))
  const isOther = (): string => {
    const other = otherKind(partOf(access, 0, Math.min(length, kindBytes)))
    return /safetensors|no format/.test(other) ? 'it is not a safetensors file' : `it ${other}`
  }
  if (headerLength > largestHeader)
    fail(`its header would have ${headerLength} bytes, more than the format's 100,000,000; ${isOther()}`)
  const body = 8 + headerLength
  if (body > length) fail(`its header ends at byte ${body}, but it has ${length}; it is cut off`)
  const { __metadata__: metadata, ...header } = parseHeader(partOf(access, 8, body), fail)
  const entries = Object.entries(header)
    .map(([tensor, value]) => parseEntry(tensor, value, fail))
    .sort((a, b) => a.from - b.from || a.to - b.to)
  let end = 0
  for (const { name: tensor, from, to } of entries) {
    if (from !== end)
      fail(
        `tensor ${quoted(tensor)} begins at byte ${from} of the data, expected ${end}: tensors overlap or leave a gap`,
      )
    end = to
  }
  if (end !== length - body)
    fail(`its tensors end at byte ${end} of the data, which has ${length - body}; it is cut off or has more`)
  return { entries, metadata: parseMetadata(metadata, fail), body }
}

/**
 * Reads a file: F32, F64, F16 and BF16 as float32; I64, I32, I16, I8, U8 and BOOL as int32. Of bytes, values are not copied where they are
 * aligned and need no conversion; of a file that stays where it is each tensor is read into memory of its own, and nothing else. `name` stands
 * in messages. A file with a checksum of Gentle's, as `saveModel` writes it, is checked by that.
 * @throws FormatError for a file that is cut off, whose header is broken, whose tensors do not fill its bytes exactly, or which was changed since its checksum was taken.
 */
export function readSafetensors(file: Uint8Array | RandomAccess, name = 'safetensors file'): SafetensorsFile {
  const fail: Fail = failing(name)
  const access = accessTo(file)
  const { entries, metadata, body } = readSafetensorsHeader(access, name)
  for (const { name: tensor, type } of entries) if (!Object.hasOwn(types, type)) refuseType(tensor, type, fail)
  const seal = sealCheck(partOf(access, 0, body), metadata, fail)
  const tensors = new Map<string, StoredTensor>()
  for (const { name: tensor, type, shape, from, to } of entries) {
    const failOfTensor: Fail = (problem) => fail(`tensor ${quoted(tensor)} ${problem}`)
    const bytes = partOf(access, body + from, body + to)
    seal?.add(bytes)
    tensors.set(tensor, storedTensor(types[type], shape, bytes, failOfTensor))
  }
  seal?.end()
  // It is of these bytes alone, and not of what is written with the same metadata.
  delete metadata[sealKey]
  return { tensors, metadata }
}

const accessTo = (file: Uint8Array | RandomAccess): RandomAccess =>
  file instanceof Uint8Array ? bytesAccess(file) : file

const refuseType = (tensor: string, type: unknown, fail: Fail): never =>
  fail(`tensor ${quoted(tensor)} is of type ${shown(type)}; expected one of ${Object.keys(types).join(', ')}`)

function parseHeader(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  let text: string
  let header: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    header = JSON.parse(text)
  } catch (cause) {
    return fail('its header is not JSON; it is broken, or not a safetensors file', cause)
  }
  if (!isRecord(header)) return fail('its header is not a JSON object')
  const names = new Set<string>()
  for (const name of memberNames(text)) {
    if (names.has(name)) fail(`its header names ${quoted(name)} twice`)
    // Some engines' JSON.parse takes a name that begins with an escape for another: V8's, once it has read an object named by a single backslash.
    if (!Object.hasOwn(header, name))
      fail(`its header names ${quoted(name)}, which this engine takes for another name; rename it`)
    names.add(name)
  }
  return header
}

/** The names of a JSON object's own members as its text has them: of equal ones JSON.parse keeps only the last. */
function* memberNames(text: string): Generator<string> {
  let depth = 0
  let opened = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') {
      opened = at
      for (at++; text[at] !== '"'; at++) if (text[at] === '\\') at++
    } else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') depth--
    else if (character === ':' && depth === 1) yield JSON.parse(text.slice(opened, at))
  }
}

function parseMetadata(value: unknown, fail: Fail): Record<string, string> {
  if (value !== undefined && !isRecord(value)) return fail('its __metadata__ is not a JSON object')
  for (const [key, entry] of Object.entries(value ?? {}))
    if (typeof entry !== 'string') fail(`its metadata ${quoted(key)} is not text`)
  // Without a prototype, a key that the file lacks is undefined, `constructor` too.
  return Object.assign(Object.create(null), value)
}

function parseEntry(name: string, value: unknown, fail: Fail): SafetensorsEntry {
  const tensor = `tensor ${quoted(name)}`
  if (!isRecord(value)) return fail(`the entry of ${tensor} is not a JSON object`)
  const { dtype, shape, data_offsets: offsets } = value
  if (typeof dtype !== 'string') return refuseType(name, dtype, fail)
  if (!Array.isArray(shape) || !shape.every(isCount))
    return fail(`${tensor} has shape ${shown(shape)}; expected whole numbers of at least 0`)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount) || offsets[0] > offsets[1])
    return fail(`${tensor} has data_offsets ${shown(offsets)}; expected two whole numbers in order`)
  const [from, to] = offsets
  const needed = Object.hasOwn(types, dtype) ? types[dtype].bytes * sizeOf(shape) : to - from
  if (needed !== to - from)
    return fail(`${tensor} of ${dtype} ${shown(shape)} needs ${needed} bytes, but its place has ${to - from}`)
  return { name, type: dtype, shape, from, to }
}

const writtenTypes = { float32: 'F32', int32: 'I32', int8: 'I8' } as const

/**
 * Writes float32, int32 and int8 tensors, in the order of the map, with metadata. The header is padded with spaces, so that the data
 * begins at a multiple of 8 bytes; tensors of bytes had better be the last, for what is not aligned is copied when it is read.
 * @throws ArgumentError for the reserved name `__metadata__`, and for values that are not as many or not of the type that is said.
 */
export const writeSafetensors = (
  tensors: ReadonlyMap<string, StoredTensor | ByteTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> => joined(Uint8Array, safetensorsPieces(tensors, metadata))

/**
 * The same bytes in pieces that follow each other: the header, and the memory of each tensor, which is not copied.
 * @throws as `writeSafetensors`.
 */
export function safetensorsPieces(
  tensors: ReadonlyMap<string, StoredTensor | ByteTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  // Without a prototype, a tensor may have any name, `__proto__` too.
  const header: Record<string, unknown> = Object.create(null)
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata
  let end = 0
  for (const [name, tensor] of tensors) {
    if (name === '__metadata__')
      throw new ArgumentError('writeSafetensors: a tensor cannot be named __metadata__, which the format reserves')
    checkStored(`writeSafetensors: tensor ${quoted(name)}`, tensor)
    const { shape, dtype, data } = tensor
    header[name] = { dtype: writtenTypes[dtype], shape, data_offsets: [end, end + data.byteLength] }
    end += data.byteLength
  }
  const encoded = new TextEncoder().encode(JSON.stringify(header))
  const headerLength = Math.ceil(encoded.length / 8) * 8
  const start = new Uint8Array(8 + headerLength).fill(0x20)
  start.set(encoded, 8)
  new DataView(start.buffer).setBigUint64(0, BigInt(headerLength), true)
  return [
    start,
    ...[...tensors.values()].map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]
}
