/** ONNX's messages from protobuf's wire format. Sizes that a file claims are checked against its bytes before anything is made. */
import { PbfReader } from 'pbf'
import { FormatError } from '../../core/errors.ts'
import { printable, shown } from '../failure.ts'
import {
  dataTypes,
  type OnnxAttribute,
  type OnnxFile,
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
const unsigned = (reader: PbfReader): number => reader.readVarint()
const float = (reader: PbfReader): number => reader.readFloat()
const double = (reader: PbfReader): number => reader.readDouble()

const smallFloats: ReadonlySet<number> = new Set([dataTypes.float, dataTypes.float16, dataTypes.bfloat16])

function readTensor(reader: PbfReader, where: string): OnnxTensor {
  const shape: number[] = []
  const listed: number[] = []
  let [name, dataType, external, segmented] = ['', 0, false, false]
  let raw: Uint8Array | undefined
  message(reader, (tag, r) => {
    if (tag === 1) numbers(r, shape, integer)
    else if (tag === 2) dataType = r.readVarint()
    else if (tag === 3) segmented = true
    else if (tag === 4) numbers(r, listed, float)
    else if (tag === 5 || tag === 7) numbers(r, listed, integer)
    else if (tag === 8) name = text(r)
    else if (tag === 9) raw = bytes(r)
    else if (tag === 10) numbers(r, listed, double)
    else if (tag === 11) numbers(r, listed, unsigned)
    else if (tag === 14) external = r.readVarint() === 1
  })
  const fail = (problem: string): never => {
    throw new FormatError(`${where}: tensor '${printable(name)}' ${problem}`)
  }
  if (external) fail('has its data in another file; export the model as one file')
  if (segmented) fail('is a segment of a tensor; expected whole tensors')
  if (dataType === dataTypes.string) fail('has elements that are strings; expected numbers')
  if (!shape.every((n) => Number.isSafeInteger(n) && n >= 0)) fail(`has the shape ${shown(shape)}`)
  const count = shape.reduce((product, n) => product * n, 1)
  const data = raw === undefined ? listedValues(listed, dataType, fail) : rawValues(raw, dataType, fail)
  if (data.length !== count) fail(`has ${data.length} values, but its shape ${shown(shape)} has ${count}`)
  return { name, shape, dataType, data: smallFloats.has(dataType) ? float32(data) : data }
}

const float32 = (data: ArrayLike<number>): Float32Array =>
  data instanceof Float32Array ? data : Float32Array.from(data)

/** Values that stand one by one: halves as their bits. */
function listedValues(listed: number[], dataType: number, fail: (problem: string) => never): number[] {
  if (dataType === dataTypes.float16) return listed.map(halfToNumber)
  if (dataType === dataTypes.bfloat16) return listed.map(brainFloatToNumber)
  if (!Object.values<number>(dataTypes).includes(dataType)) fail(typeProblem(dataType))
  return listed
}

const typeProblem = (dataType: number): string =>
  `has elements of type ${dataType} of ONNX; expected floats of 16 to 64 bits, integers of 8 to 64, or booleans`

const brainFloat = new DataView(new ArrayBuffer(4))

/** A float from its upper 16 bits. */
function brainFloatToNumber(bits: number): number {
  brainFloat.setUint32(0, bits << 16)
  return brainFloat.getFloat32(0)
}

/** A half-precision float from its 16 bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
}

function rawValues(raw: Uint8Array, dataType: number, fail: (problem: string) => never): OnnxTensor['data'] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  const list = (size: number, read: (at: number) => number): number[] => {
    if (raw.length % size !== 0) fail(`has ${raw.length} bytes, not a multiple of ${size}`)
    return Array.from({ length: raw.length / size }, (_, i) => read(i * size))
  }
  switch (dataType) {
    case dataTypes.float: {
      if (raw.length % 4 !== 0) fail(`has ${raw.length} bytes, not a multiple of 4`)
      // Without a copy where the bytes are aligned: weights are large.
      const aligned = raw.byteOffset % 4 === 0 ? raw : new Uint8Array(raw)
      return new Float32Array(aligned.buffer, aligned.byteOffset, raw.length / 4)
    }
    case dataTypes.double:
      return Float64Array.from(list(8, (at) => view.getFloat64(at, true)))
    case dataTypes.float16:
      return list(2, (at) => halfToNumber(view.getUint16(at, true)))
    case dataTypes.bfloat16:
      return list(2, (at) => brainFloatToNumber(view.getUint16(at, true)))
    case dataTypes.int64:
      return list(8, (at) => Number(view.getBigInt64(at, true)))
    case dataTypes.uint64:
      return list(8, (at) => Number(view.getBigUint64(at, true)))
    case dataTypes.int32:
      return list(4, (at) => view.getInt32(at, true))
    case dataTypes.uint32:
      return list(4, (at) => view.getUint32(at, true))
    case dataTypes.int16:
      return list(2, (at) => view.getInt16(at, true))
    case dataTypes.uint16:
      return list(2, (at) => view.getUint16(at, true))
    case dataTypes.int8:
      return list(1, (at) => view.getInt8(at))
    case dataTypes.uint8:
    case dataTypes.bool:
      return list(1, (at) => view.getUint8(at))
    default:
      return fail(typeProblem(dataType))
  }
}

/** Kinds of attributes that are read no further, by AttributeProto.AttributeType. */
const unreadKinds: Readonly<Record<number, string>> = {
  9: 'a list of tensors',
  10: 'a list of graphs',
  11: 'a sparse tensor',
  12: 'a list of sparse tensors',
  13: 'a type',
  14: 'a list of types',
}

function readAttribute(reader: PbfReader, where: string): [string, OnnxAttribute] {
  const [floats, integers]: number[][] = [[], []]
  const texts: string[] = []
  let graph: OnnxGraph | undefined
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
    else if (tag === 6) graph = readGraphMessage(r, where)
    else if (tag === 7) numbers(r, floats, float)
    else if (tag === 8) numbers(r, integers, integer)
    else if (tag === 9) texts.push(text(r))
    else if (tag === 20) kind = r.readVarint()
  })
  const byKind: Record<number, OnnxAttribute | undefined> = {
    1: f,
    2: i,
    3: s,
    4: tensor,
    5: graph,
    6: floats,
    7: integers,
    8: texts,
  }
  return [name, byKind[kind] ?? { unread: unreadKinds[kind] ?? 'a value of an unknown kind' }]
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
      attributes[key] = value
    } else if (tag === 7) domain = text(r)
  })
  return { name, operator, domain: domain === 'ai.onnx' ? '' : domain, inputs, outputs, attributes }
}

/** What a value is that is not a tensor, by TypeProto's fields. */
const otherKinds: Readonly<Record<number, string>> = {
  4: 'sequence',
  5: 'map',
  8: 'sparse tensor',
  9: 'optional value',
}

function readValue(reader: PbfReader): OnnxValue {
  let shape: (number | string)[] | undefined
  let [name, dataType] = ['', 0]
  let kind: string | undefined
  const dimension: Field = (tag, r) => {
    if (tag !== 1) return
    let size: number | string = ''
    message(r, (inner, rr) => {
      if (inner === 1) size = rr.readVarint(true)
      else if (inner === 2) size = text(rr)
    })
    shape?.push(size)
  }
  const tensorType: Field = (tag, r) => {
    if (tag === 1) dataType = r.readVarint()
    else if (tag === 2) {
      shape = []
      message(r, dimension)
    }
  }
  message(reader, (tag, r) => {
    if (tag === 1) name = text(r)
    else if (tag === 2)
      message(r, (field, rr) => {
        if (field === 1) message(rr, tensorType)
        else kind = otherKinds[field] ?? kind
      })
  })
  return { name, shape, dataType, kind }
}

function readGraphMessage(reader: PbfReader, where: string): OnnxGraph {
  const nodes: OnnxNode[] = []
  const initializers: OnnxTensor[] = []
  const [inputs, outputs]: OnnxValue[][] = [[], []]
  let name = ''
  message(reader, (tag, r) => {
    if (tag === 1) nodes.push(readNode(r, where))
    else if (tag === 2) name = text(r)
    else if (tag === 5) initializers.push(readTensor(r, where))
    else if (tag === 11) inputs.push(readValue(r))
    else if (tag === 12) outputs.push(readValue(r))
    else if (tag === 15) throw new FormatError(`${where}: its graph has sparse initializers, which are not supported`)
  })
  return { name, nodes, initializers, inputs, outputs }
}

const textPair = (reader: PbfReader): [string, string] => {
  let [key, value] = ['', '']
  message(reader, (tag, r) => {
    if (tag === 1) key = text(r)
    else if (tag === 2) value = text(r)
  })
  return [key, value]
}

/** Runs a reader of protobuf's wire format; whatever goes wrong in it, the bytes are at fault. */
function asMessage<T>(where: string, what: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof FormatError) throw cause
    throw new FormatError(`${where} is no ${what}: ${(cause as Error).message}`, { cause })
  }
}

/**
 * What an ONNX file holds.
 * @throws FormatError for bytes that are not an ONNX file.
 */
export function readOnnx(file: Uint8Array, where: string): OnnxFile {
  return asMessage(where, 'ONNX file', () => {
    const opsets: Record<string, number> = Object.create(null)
    const metadata: Record<string, string> = Object.create(null)
    let graph: OnnxGraph | undefined
    let [irVersion, producer, producerVersion, functions] = [0, '', '', 0]
    new PbfReader(file).readFields((tag, _, r) => {
      if (tag === 1) irVersion = r.readVarint()
      else if (tag === 2) producer = text(r)
      else if (tag === 3) producerVersion = text(r)
      else if (tag === 7) graph = readGraphMessage(r, where)
      else if (tag === 8) {
        let [domain, version] = ['', 0]
        message(r, (inner, rr) => {
          if (inner === 1) domain = text(rr)
          else if (inner === 2) version = rr.readVarint()
        })
        opsets[domain === 'ai.onnx' ? '' : domain] = version
      } else if (tag === 14) {
        const [key, value] = textPair(r)
        metadata[key] = value
      } else if (tag === 25) functions++
    }, undefined)
    if (graph === undefined) throw new FormatError(`${where} is not an ONNX file: it has no graph`)
    if (functions > 0)
      throw new FormatError(
        `${where}: it defines ${functions} functions of its own, which are not supported; export it with functions inlined`,
      )
    return { graph, opsets, irVersion, producer: `${producer} ${producerVersion}`.trim(), metadata }
  })
}

/**
 * The tensor of a file that holds one alone, as the ONNX project's test cases do.
 * @throws FormatError for bytes that are none.
 */
export function readTensorFile(file: Uint8Array, where: string): OnnxTensor {
  // As a field of a message it would have its length before it.
  const length: number[] = []
  let rest = file.length
  for (; rest > 127; rest = Math.floor(rest / 128)) length.push((rest % 128) + 128)
  length.push(rest)
  const framed = new Uint8Array(length.length + file.length)
  framed.set(length)
  framed.set(file, length.length)
  return asMessage(where, 'tensor of ONNX', () => readTensor(new PbfReader(framed), where))
}
