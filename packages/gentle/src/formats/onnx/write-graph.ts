/** ONNX's messages in protobuf's wire format. */
import { PbfWriter } from 'pbf'
import { InternalError } from '../../core/errors.ts'
import { isFloatAttribute } from './attribute-types.ts'
import {
  dataTypes,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './messages.ts'
import { defaultOpset, irVersionOf } from './opsets.ts'

type Write = (writer: PbfWriter) => void

const writeMessage = (writer: PbfWriter, tag: number, write: Write): void =>
  writer.writeMessage(tag, (_: undefined, inner: PbfWriter) => write(inner), undefined)

const bytesOf = (data: ArrayBufferView): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

function writeTensor({ name, shape, dataType, data }: OnnxTensor): Write {
  return (writer) => {
    writer.writePackedVarint(1, shape as number[])
    writer.writeVarintField(2, dataType)
    if (name !== '') writer.writeStringField(8, name)
    const raw =
      dataType === dataTypes.int8
        ? Int8Array.from(data)
        : ArrayBuffer.isView(data)
          ? data
          : BigInt64Array.from(data, BigInt)
    writer.writeBytesField(9, bytesOf(raw))
  }
}

const isTensor = (value: OnnxAttribute): value is OnnxTensor => typeof value === 'object' && 'dataType' in value

const isList = (value: OnnxAttribute): value is readonly number[] | readonly string[] => Array.isArray(value)

const isGraph = (value: OnnxAttribute): value is OnnxGraph => typeof value === 'object' && 'nodes' in value

/** Numbers are floats where the operator has floats there, else integers. */
function writeAttribute(operator: string, name: string, value: OnnxAttribute): Write {
  const asFloats = isFloatAttribute(operator, name)
  const fail = (problem: string): never => {
    throw new InternalError(`ONNX's ${operator} has ${problem} in ${name}`)
  }
  const integer = (n: number | string): number => (Number.isInteger(n) ? (n as number) : fail(`integers, and no ${n},`))
  return (writer) => {
    writer.writeStringField(1, name)
    if (typeof value === 'string') {
      writer.writeStringField(4, value)
      writer.writeVarintField(20, 3)
    } else if (typeof value === 'number' && asFloats) {
      writer.writeFloatField(2, value)
      writer.writeVarintField(20, 1)
    } else if (typeof value === 'number') {
      writer.writeVarintField(3, integer(value))
      writer.writeVarintField(20, 2)
    } else if (isGraph(value)) {
      writeMessage(writer, 6, writeBody(value))
      writer.writeVarintField(20, 5)
    } else if (isTensor(value)) {
      writeMessage(writer, 5, writeTensor(value))
      writer.writeVarintField(20, 4)
    } else if (!isList(value)) {
      fail('nothing that can be written')
    } else if (value.length > 0 && value.every((text) => typeof text === 'string')) {
      for (const text of value) writer.writeStringField(9, text)
      writer.writeVarintField(20, 8)
    } else if (asFloats) {
      for (const n of value) writer.writeFloatField(7, n as number)
      writer.writeVarintField(20, 6)
    } else {
      for (const n of value) writer.writeVarintField(8, integer(n))
      writer.writeVarintField(20, 7)
    }
  }
}

function writeNode({ name, operator, domain, inputs, outputs, attributes }: OnnxNode): Write {
  return (writer) => {
    for (const input of inputs) writer.writeStringField(1, input)
    for (const output of outputs) writer.writeStringField(2, output)
    writer.writeStringField(3, name)
    writer.writeStringField(4, operator)
    for (const [key, value] of Object.entries(attributes)) writeMessage(writer, 5, writeAttribute(operator, key, value))
    if (domain !== '') writer.writeStringField(7, domain)
  }
}

function writeValue({ name, shape, dataType }: OnnxValue): Write {
  return (writer) => {
    writer.writeStringField(1, name)
    writeMessage(writer, 2, (type) =>
      writeMessage(type, 1, (tensor) => {
        tensor.writeVarintField(1, dataType)
        writeMessage(tensor, 2, (dimensions) => {
          for (const size of shape ?? [])
            writeMessage(dimensions, 1, (dimension) =>
              typeof size === 'number' ? dimension.writeVarintField(1, size) : dimension.writeStringField(2, size),
            )
        })
      }),
    )
  }
}

function writeBody({ name, nodes, initializers, inputs, outputs }: OnnxGraph): Write {
  return (writer) => {
    for (const node of nodes) writeMessage(writer, 1, writeNode(node))
    writer.writeStringField(2, name)
    for (const tensor of initializers) writeMessage(writer, 5, writeTensor(tensor))
    for (const input of inputs) writeMessage(writer, 11, writeValue(input))
    for (const output of outputs) writeMessage(writer, 12, writeValue(output))
  }
}

/** An ONNX file with this graph and metadata, of an operator set and of the IR version that came with it. */
export function writeGraph(
  graph: OnnxGraph,
  opset: number = defaultOpset,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const writer = new PbfWriter()
  writer.writeVarintField(1, irVersionOf(opset))
  writer.writeStringField(2, 'gentle-dl')
  writeMessage(writer, 7, writeBody(graph))
  for (const [key, value] of Object.entries(metadata))
    writeMessage(writer, 14, (entry) => {
      entry.writeStringField(1, key)
      entry.writeStringField(2, value)
    })
  writeMessage(writer, 8, (operators) => operators.writeVarintField(2, opset))
  return writer.finish() as Uint8Array<ArrayBuffer>
}
