/** ONNX's messages from protobuf's wire format. Sizes that a file claims are checked against its bytes before anything is made. */
import { PbfReader } from 'pbf'
import { FormatError } from '../../core/errors.ts'
import { printable, shown } from '../failure.ts'
import {
  dataTypes,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './messages.ts'

type Field = (tag: number, reader: PbfReader) => void

/** Reads the fields of a message whose length comes first. */
function message(reader: PbfReader, field: Field): void {
  const end = reader.readVarint() + reader.pos
  if (!(end <= reader.length)) throw new RangeError('a message ends beyond the file')
  reader.readFields((tag, _, inner) => field(tag, inner), undefined, end)
  if (reader.pos !== end) throw new RangeError('a field ends beyond its message')
}

function bytes(reader: PbfReader): Uint8Array {
  const end = reader.readVarint() + reader.pos
  if (!(end <= reader.length)) throw new RangeError('bytes end beyond the file')
  const found = reader.buf.subarray(reader.pos, end)
  reader.pos = end
  return found
}

const decoder = new TextDecoder()
const text = (reader: PbfReader): string => decoder.decode(bytes(reader))

/** The numbers of a repeated field, which may be packed. */
function numbers(reader: PbfReader, into: number[], read: (reader: PbfReader) => number): void {
  if (reader.type !== 2) {
    into.push(read(reader))
    return
  }
  const packed = new PbfReader(bytes(reader))
  while (packed.pos < packed.length) into.push(read(packed))
}

const integer = (reader: PbfReader): number => reader.readVarint(true)
const float = (reader: PbfReader): number => reader.readFloat()
const double = (reader: PbfReader): number => reader.readDouble()

function readTensor(reader: PbfReader, where: string): OnnxTensor {
  const shape: number[] = []
  const listed: number[] = []
  let [name, dataType, external] = ['', 0, false]
  let raw: Uint8Array | undefined
  message(reader, (tag, r) => {
    if (tag === 1) numbers(r, shape, integer)
    else if (tag === 2) dataType = r.readVarint()
    else if (tag === 4) numbers(r, listed, float)
    else if (tag === 5 || tag === 7) numbers(r, listed, integer)
    else if (tag === 8) name = text(r)
    else if (tag === 9) raw = bytes(r)
    else if (tag === 10) numbers(r, listed, double)
    else if (tag === 14) external = r.readVarint() === 1
  })
  const fail = (problem: string): never => {
    throw new FormatError(`${where}: tensor '${printable(name)}' ${problem}`)
  }
  if (external) fail('has its data in another file; export the model as one file')
  if (!shape.every((n) => Number.isSafeInteger(n) && n >= 0)) fail(`has the shape ${shown(shape)}`)
  const count = shape.reduce((product, n) => product * n, 1)
  const data = raw === undefined ? listed : rawValues(raw, dataType, fail)
  if (data.length !== count) fail(`has ${data.length} values, but its shape ${shown(shape)} has ${count}`)
  const floats = dataType === dataTypes.float || dataType === dataTypes.double || dataType === dataTypes.float16
  if (floats && dataType === dataTypes.float16 && raw === undefined)
    return { name, shape, dataType, data: Float32Array.from(listed, halfToNumber) }
  return { name, shape, dataType, data: floats && !(data instanceof Float32Array) ? Float32Array.from(data) : data }
}

/** A half-precision float from its 16 bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
}

function rawValues(raw: Uint8Array, dataType: number, fail: (problem: string) => never): Float32Array | number[] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  const list = (size: number, read: (at: number) => number): number[] => {
    if (raw.length % size !== 0) fail(`has ${raw.length} bytes, no multiple of ${size}`)
    return Array.from({ length: raw.length / size }, (_, i) => read(i * size))
  }
  switch (dataType) {
    case dataTypes.float: {
      if (raw.length % 4 !== 0) fail(`has ${raw.length} bytes, no multiple of 4`)
      // Without a copy where the bytes are aligned: weights are large.
      const aligned = raw.byteOffset % 4 === 0 ? raw : new Uint8Array(raw)
      return new Float32Array(aligned.buffer, aligned.byteOffset, raw.length / 4)
    }
    case dataTypes.double:
      return list(8, (at) => view.getFloat64(at, true))
    case dataTypes.float16:
      return list(2, (at) => halfToNumber(view.getUint16(at, true)))
    case dataTypes.int64:
      return list(8, (at) => Number(view.getBigInt64(at, true)))
    case dataTypes.int32:
      return list(4, (at) => view.getInt32(at, true))
    case dataTypes.int8:
      return list(1, (at) => view.getInt8(at))
    case dataTypes.uint8:
    case dataTypes.bool:
      return list(1, (at) => view.getUint8(at))
    default:
      return fail(`has elements of type ${dataType}; expected floats or integers`)
  }
}

function readAttribute(reader: PbfReader, where: string): [string, OnnxAttribute | undefined] {
  const [floats, integers]: number[][] = [[], []]
  let name = ''
  let [kind, f, i]: [number, number, number] = [0, 0, 0]
  let s: string | undefined
  let tensor: OnnxTensor | undefined
  message(reader, (tag, r) => {
    if (tag === 1) name = text(r)
    else if (tag === 2) f = r.readFloat()
    else if (tag === 3) i = r.readVarint(true)
    else if (tag === 4) s = text(r)
    else if (tag === 5) tensor = readTensor(r, where)
    else if (tag === 7) numbers(r, floats, float)
    else if (tag === 8) numbers(r, integers, integer)
    else if (tag === 20) kind = r.readVarint()
  })
  const byKind: Record<number, OnnxAttribute | undefined> = { 1: f, 2: i, 3: s, 4: tensor, 6: floats, 7: integers }
  return [name, byKind[kind]]
}

function readNode(reader: PbfReader, where: string): OnnxNode {
  const [inputs, outputs]: string[][] = [[], []]
  const attributes: Record<string, OnnxAttribute> = Object.create(null)
  let [name, operator, domain] = ['', '', '']
  message(reader, (tag, r) => {
    if (tag === 1) inputs.push(text(r))
    else if (tag === 2) outputs.push(text(r))
    else if (tag === 3) name = text(r)
    else if (tag === 4) operator = text(r)
    else if (tag === 5) {
      const [key, value] = readAttribute(r, where)
      if (value !== undefined) attributes[key] = value
    } else if (tag === 7) domain = text(r)
  })
  return { name, operator, domain: domain === 'ai.onnx' ? '' : domain, inputs, outputs, attributes }
}

function readValue(reader: PbfReader): OnnxValue {
  const shape: (number | string)[] = []
  let [name, dataType] = ['', 0]
  const dimension: Field = (tag, r) => {
    if (tag !== 1) return
    let size: number | string = ''
    message(r, (inner, rr) => {
      if (inner === 1) size = rr.readVarint(true)
      else if (inner === 2) size = text(rr)
    })
    shape.push(size)
  }
  const tensorType: Field = (tag, r) => {
    if (tag === 1) dataType = r.readVarint()
    else if (tag === 2) message(r, dimension)
  }
  message(reader, (tag, r) => {
    if (tag === 1) name = text(r)
    else if (tag === 2)
      message(r, (kind, rr) => {
        if (kind === 1) message(rr, tensorType)
      })
  })
  return { name, shape, dataType }
}

/**
 * The graph of an ONNX file.
 * @throws FormatError for bytes that are no ONNX file.
 */
export function readGraph(file: Uint8Array, where: string): OnnxGraph {
  const nodes: OnnxNode[] = []
  const initializers: OnnxTensor[] = []
  const [inputs, outputs]: OnnxValue[][] = [[], []]
  let [name, found] = ['', false]
  const graph: Field = (tag, r) => {
    if (tag === 1) nodes.push(readNode(r, where))
    else if (tag === 2) name = text(r)
    else if (tag === 5) initializers.push(readTensor(r, where))
    else if (tag === 11) inputs.push(readValue(r))
    else if (tag === 12) outputs.push(readValue(r))
  }
  try {
    const reader = new PbfReader(file)
    reader.readFields((tag, _, r) => {
      if (tag !== 7) return
      found = true
      message(r, graph)
    }, undefined)
  } catch (cause) {
    if (cause instanceof FormatError) throw cause
    throw new FormatError(`${where} is no ONNX file: ${(cause as Error).message}`, { cause })
  }
  if (!found) throw new FormatError(`${where} is no ONNX file: it has no graph`)
  return { name, nodes, initializers, inputs, outputs }
}
