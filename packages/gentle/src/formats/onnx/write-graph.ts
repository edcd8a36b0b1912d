/** ONNX's messages in protobuf's wire format. */
import { PbfWriter } from 'pbf'
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from './messages.ts'

type Write = (writer: PbfWriter) => void

const writeMessage = (writer: PbfWriter, tag: number, write: Write): void =>
  writer.writeMessage(tag, (_: undefined, inner: PbfWriter) => write(inner), undefined)

const bytesOf = (data: ArrayBufferView): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

function writeTensor({ name, shape, dataType, data }: OnnxTensor): Write {
  return (writer) => {
    writer.writePackedVarint(1, shape as number[])
    writer.writeVarintField(2, dataType)
    if (name !== '') writer.writeStringField(8, name)
    const raw = ArrayBuffer.isView(data) ? data : BigInt64Array.from(data, BigInt)
    writer.writeBytesField(9, bytesOf(raw))
  }
}

const isTensor = (value: OnnxAttribute): value is OnnxTensor => typeof value === 'object' && 'dataType' in value

/** Numbers are written as integers, unless the name is in `floats`. */
function writeAttribute(name: string, value: OnnxAttribute, floats: ReadonlySet<string>): Write {
  return (writer) => {
    writer.writeStringField(1, name)
    if (typeof value === 'string') {
      writer.writeStringField(4, value)
      writer.writeVarintField(20, 3)
    } else if (typeof value === 'number' && floats.has(name)) {
      writer.writeFloatField(2, value)
      writer.writeVarintField(20, 1)
    } else if (typeof value === 'number') {
      writer.writeVarintField(3, value)
      writer.writeVarintField(20, 2)
    } else if (isTensor(value)) {
      writeMessage(writer, 5, writeTensor(value))
      writer.writeVarintField(20, 4)
    } else {
      for (const n of value as readonly number[]) writer.writeVarintField(8, n)
      writer.writeVarintField(20, 7)
    }
  }
}

/** Attributes of the operators that Gentle writes that are floats. */
const floatAttributes = new Set(['alpha', 'beta', 'bias', 'epsilon'])

function writeNode({ name, operator, inputs, outputs, attributes }: OnnxNode): Write {
  return (writer) => {
    for (const input of inputs) writer.writeStringField(1, input)
    for (const output of outputs) writer.writeStringField(2, output)
    writer.writeStringField(3, name)
    writer.writeStringField(4, operator)
    for (const [key, value] of Object.entries(attributes))
      writeMessage(writer, 5, writeAttribute(key, value, floatAttributes))
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

/** An ONNX file with this graph, of IR version 8 and operator set 13. */
export function writeGraph({ name, nodes, initializers, inputs, outputs }: OnnxGraph): Uint8Array<ArrayBuffer> {
  const writer = new PbfWriter()
  writer.writeVarintField(1, 8)
  writer.writeStringField(2, 'gentle-dl')
  writeMessage(writer, 7, (graph) => {
    for (const node of nodes) writeMessage(graph, 1, writeNode(node))
    graph.writeStringField(2, name)
    for (const tensor of initializers) writeMessage(graph, 5, writeTensor(tensor))
    for (const input of inputs) writeMessage(graph, 11, writeValue(input))
    for (const output of outputs) writeMessage(graph, 12, writeValue(output))
  })
  writeMessage(writer, 8, (operators) => operators.writeVarintField(2, 13))
  return writer.finish() as Uint8Array<ArrayBuffer>
}
