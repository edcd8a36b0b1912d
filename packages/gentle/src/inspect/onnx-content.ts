/** What an ONNX file holds: the graph's operators, inputs and outputs, and its weights; it is traced to tell whether it can be run. */
import { reference } from '../backends/reference/reference.ts'
import { GentleError } from '../core/errors.ts'
import { printable } from '../formats/failure.ts'
import { classNamesIn } from '../formats/onnx/class-names.ts'
import { typeOfNumber } from '../formats/onnx/element-types.ts'
import { loadOnnx } from '../formats/onnx/index.ts'
import type { OnnxFile, OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from '../formats/onnx/messages.ts'
import { lifted, maxKnown } from '../formats/onnx/network.ts'
import { operators } from '../formats/onnx/operators/index.ts'
import { versionIn } from '../formats/onnx/operators/operator.ts'
import { readOnnx } from '../formats/onnx/read-onnx.ts'
import { purposeFrom, tellsTask } from '../train/model-purpose.ts'
import { counted, type FileContent, type FilePort, type FileUse } from './file-content.ts'

export async function onnxContent(bytes: Uint8Array, place: string): Promise<FileContent> {
  const file = readOnnx(bytes, place)
  const { graph, opsets, producer, irVersion, metadata } = file
  const classes = classNamesIn(metadata)
  const purpose = tellsTask(metadata) ? purposeFrom(metadata, place) : undefined
  // What is understood is told as such.
  const isUnderstood = (key: string): boolean =>
    key.startsWith('gentle.') ||
    (classes !== undefined && (key === 'classes' || key === 'names')) ||
    (purpose?.card?.license !== undefined && key === 'model_license')
  const facts = Object.entries(metadata).filter(([key]) => !isUnderstood(key))
  const stored = new Set(graph.initializers.map(({ name }) => name))
  const port = ({ name, dataType, kind, shape }: OnnxValue): FilePort => ({
    name: printable(name),
    type: kind ?? typeOfNumber(dataType) ?? `type ${dataType}`,
    shape: shape?.map((size) => (typeof size === 'string' ? printable(size) || '?' : size)),
  })
  return {
    format: 'ONNX',
    bytes: bytes.length,
    tensors: [...graph.initializers, ...weightsAmongNodes(graph)].map(({ name, dataType, shape }) => ({
      name: printable(name),
      type: typeOfNumber(dataType) ?? `type ${dataType}`,
      shape,
    })),
    facts: {
      opset: Object.entries(opsets)
        .map(([domain, version]) => (domain === '' ? `${version}` : `${printable(domain)} ${version}`))
        .join(', '),
      'format version': String(irVersion),
      ...(producer === '' ? {} : { producer: printable(producer) }),
      ...Object.fromEntries(facts.map(([key, value]) => [printable(key), printable(value)])),
    },
    classes: classes?.map(printable),
    ...(purpose && { task: purpose.task, preprocessing: purpose.preprocessing, card: purpose.card }),
    inputs: graph.inputs.filter(({ name }) => !stored.has(name)).map(port),
    outputs: graph.outputs.map(port),
    operators: counted(nodesWithin(graph).map(nameOf), (name) => isKnown(name, opsets)),
    use: await useOf(file, bytes, place),
  }
}

/** Tensors that stand as nodes, but for shapes, bounds and factors. */
const weightsAmongNodes = (graph: OnnxGraph): OnnxTensor[] =>
  lifted(graph).constants.filter(({ data }) => data.length > maxKnown)

const nameOf = ({ operator, domain }: OnnxNode): string =>
  printable(domain === '' || domain === 'ai.onnx' ? operator : `${domain}.${operator}`)

const isKnown = (name: string, opsets: OnnxFile['opsets']): boolean =>
  Object.hasOwn(operators, name) && versionIn(operators[name], opsets[''] ?? 1)?.compute !== undefined

/** The nodes of a graph and of those in its attributes, such as the bodies of loops. */
const nodesWithin = ({ nodes }: OnnxGraph): OnnxNode[] =>
  nodes.flatMap((node) => [
    node,
    ...Object.values(node.attributes).flatMap((value) =>
      typeof value === 'object' && 'nodes' in value ? nodesWithin(value) : [],
    ),
  ])

async function useOf({ graph, opsets }: OnnxFile, bytes: Uint8Array, place: string): Promise<FileUse> {
  const unknown = [...new Set(nodesWithin(graph).map(nameOf))].filter((name) => !isKnown(name, opsets))
  if (unknown.length > 0) return { as: 'nothing', reason: `operators that Gentle does not have: ${unknown.join(', ')}` }
  try {
    await import('../formats/onnx/layer.ts')
    const model = await loadOnnx(bytes, { name: place, backend: reference() })
    const single = model.inputs.length === 1 && model.inputs[0].type.startsWith('float')
    const open = model.inputs.some(
      ({ shape }) => shape === undefined || shape.slice(1).some((size) => typeof size === 'string'),
    )
    // Its operators depend on sizes that only a run gives.
    if (!open) await (single ? model.asModel() : model.asInputsModel())
    return { as: 'model' }
  } catch (error) {
    if (!(error instanceof GentleError)) throw error
    return { as: 'nothing', reason: error.message.replace(`${place}: `, '') }
  }
}
