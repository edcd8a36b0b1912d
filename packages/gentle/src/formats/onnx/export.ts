/**
 * Models as ONNX files: the graph that prediction traces, simplified, one or a few ONNX nodes for each of its nodes. What depends on weights
 * alone is computed and stored, so batch norm is part of the convolutions; weights keep their path names.
 */
import type { Backend } from '../../backends/backend.ts'
import type { TypedArray } from '../../core/dtype.ts'
import { type Graph, rootsOf, topologicalOrder } from '../../graph/graph.ts'
import { Constant, Input, type Tensor, Variable } from '../../graph/tensor.ts'
import { type AnyModel, fieldsOfModel, inputsOf, traceInputs } from '../../nn/model.ts'
import { bodyRoots, isScan } from '../../ops/loop.ts'
import { BatchedTrace } from './batched-trace.ts'
import { Exporter } from './exporter.ts'
import { lower } from './lowerings.ts'
import { checkOpset, defaultOpset } from './opsets.ts'
import { recurrentNode } from './recurrent.ts'
import { writeGraph } from './write-graph.ts'

export interface ExportOnnxOptions {
  /** ONNX's operator set, 13 to 22; 13 unless given, which most programs read. */
  readonly opset?: number
  /** What the file shall say beside, as its `metadata_props`, such as what `purposeMetadata` gives. */
  readonly metadata?: Readonly<Record<string, string>>
}

/**
 * A model as bytes of an ONNX file, as prediction computes it, for any number of examples: input `input` [batch, ...inputShape], output `output`
 * [batch, ...outputShape], of floats, or of int32 where the network gives such. The inputs of a model of named inputs have their names and types; its
 * sequences are padded to the longest, and come with their lengths. Names of classes are among the metadata, as `classes`.
 * @throws ArgumentError for an operator set that is not written; FormatError naming an op that it has no form for, and for a network that
 * depends on how many examples it sees at once.
 */
export async function exportOnnx(
  model: AnyModel,
  { opset = defaultOpset, metadata }: ExportOnnxOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  checkOpset(opset)
  const named = 'inputs' in model
  const trace = (examples: number): Graph => {
    const inputs = inputsOf(fieldsOfModel(model), examples)
    const output = traceInputs(model, inputs, { recurrentLoop: recurrentNode })
    return { inputs: named ? inputs : { input: inputs.x }, outputs: { output } }
  }
  const { classes, backend } = model
  return exportGraph(trace, { name: model.layer.description.type, opset, backend, classes, metadata })
}

/** A graph as an ONNX file: its inputs and outputs have their names there. `trace` makes it for a number of examples. */
export async function exportGraph(
  trace: (examples: number) => Graph,
  {
    name,
    opset,
    backend,
    classes,
    metadata,
  }: {
    readonly name: string
    readonly opset: number
    readonly backend: Backend
    readonly classes?: readonly string[]
    readonly metadata?: Readonly<Record<string, string>>
  },
): Promise<Uint8Array<ArrayBuffer>> {
  const traced = BatchedTrace.of(trace)
  const { graph } = traced
  const changing = changingNodes(traced)
  const values = await steadyValues(graph, changing, backend)
  const exporter = new Exporter({ opset, trace: traced, changing, roots: rootsOf(graph), values, lower })
  const inputs = Object.entries(graph.inputs).map(([name, x]) => exporter.addInput(name, x))
  const outputs = Object.entries(graph.outputs).map(([name, y]) => exporter.addOutput(name, y))
  return writeGraph({ name, ...exporter.finish(), inputs, outputs }, opset, { ...metadataOf(classes), ...metadata })
}

/** As `loadOnnx` reads it. */
const metadataOf = (classes: readonly string[] | undefined): Record<string, string> =>
  classes === undefined ? {} : { classes: JSON.stringify(classes) }

/** The nodes that depend on the inputs, or whose shapes do; operands before results. */
function changingNodes(trace: BatchedTrace): Set<Tensor> {
  const changing = new Set<Tensor>()
  for (const node of topologicalOrder(rootsOf(trace.graph)))
    if (node instanceof Input || node.inputs.some((x) => changing.has(x)) || !trace.isFixedShape(node) || isScan(node))
      changing.add(node)
  return changing
}

/** The nodes that others read, those of loops included. */
function readNodes(graph: Graph, changing: ReadonlySet<Tensor>): Set<Tensor> {
  const read = new Set(rootsOf(graph))
  const look = (nodes: Iterable<Tensor>): void => {
    for (const node of nodes) {
      for (const x of node.inputs) read.add(x)
      if (!isScan(node)) continue
      const roots = bodyRoots(node.attributes)
      for (const root of roots) read.add(root)
      look(topologicalOrder(roots))
    }
  }
  look(changing)
  return read
}

/** Values of the nodes that depend on weights alone and are read by others: computed by the model's backend. */
async function steadyValues(
  graph: Graph,
  changing: ReadonlySet<Tensor>,
  backend: Backend,
): Promise<Map<Tensor, Float32Array | Int32Array>> {
  const values = new Map<Tensor, Float32Array | Int32Array>()
  const typed = ({ dtype }: Tensor, data: TypedArray): Float32Array | Int32Array =>
    dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data)
  const outside = new Set(topologicalOrder(rootsOf(graph)))
  const computed: Tensor[] = []
  for (const node of readNodes(graph, changing)) {
    if (node instanceof Variable) values.set(node, await backend.read(node))
    else if (node instanceof Constant) values.set(node, typed(node, node.data))
    else if (outside.has(node) && !changing.has(node)) computed.push(node)
  }
  if (computed.length === 0) return values
  const outputs = Object.fromEntries(computed.map((node, i) => [String(i), node]))
  const program = await backend.compile({ inputs: {}, outputs })
  const results = await program.run()
  program.dispose()
  for (const [i, node] of computed.entries()) values.set(node, typed(node, results[i].data))
  return values
}
