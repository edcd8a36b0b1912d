/** Where the numbers of a step first stop being numbers: its op, the layer, forward, backward or in the update, and the examples. */
import type { Backend } from '../backends/backend.ts'
import type { TypedArray } from '../core/dtype.ts'
import { GentleError } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { formatShape, type Shape, sizeOf } from '../core/shape.ts'
import type { AnyDataset } from '../data/dataset.ts'
import { type Graph, topologicalOrder } from '../graph/graph.ts'
import { input, type Tensor } from '../graph/tensor.ts'
import type { BatchTensors } from '../nn/losses.ts'
import { abs, isElementwise } from '../ops/elementwise.ts'
import { bodyRoots, isResult, isScan, operandsOf as loopOperands, type ScanAttributes } from '../ops/loop.ts'
import { max } from '../ops/reduce.ts'
import type { Batch } from './batches.ts'
import { exampleOf } from './example-of.ts'

/** The first op of a step whose result is not finite, though all that it takes is. */
export interface Anomaly {
  readonly op: string
  /** The path of its layer, or `loss`; in the update the parameter's name; '' outside of all. */
  readonly scope: string
  readonly pass: 'forward' | 'backward' | 'update'
  /** The name of the backend on which it was found: the one that trains, or the reference that `detectAnomaly` gives. */
  readonly backend: string
  readonly shape: Shape
  /** The place in the user's code that made it, `file:line:column`, or ''. */
  readonly site: string
  /** What it gives: NaN, Infinity or -Infinity. */
  readonly value: number
  /** What of, where one number of each operand makes one of the result. */
  readonly of?: readonly number[]
  /** The step within a loop, from 0, in the order of the data. */
  readonly loopStep?: number
  /** Of an op of the user's own: what its definition gives from the same numbers, where that is finite. It is the kernel then that does not. */
  readonly defined?: number
  /** The examples with such numbers, where the result has a row for each: by their numbers in the data set, as far as the batch tells, else their places in it. */
  readonly examples?: readonly number[]
}

/** What is told of a node by itself. */
type OfNode = Omit<Anomaly, 'pass' | 'backend'>

/** A step as a graph. */
export interface TracedStep {
  readonly inputs: Graph['inputs']
  /** The loss first, then gradients, then what becomes of variables. */
  readonly roots: readonly Tensor[]
  passOf(node: Tensor): Anomaly['pass']
}

type Values = ReadonlyMap<Tensor, TypedArray>

/**
 * Runs a step again, looking at the largest number of every node, and then at all numbers of the one where it begins. A loop is run step by step.
 * @param trace of a batch; alike for each call
 * @param run computes outputs on the batch, with the weights before the step
 * @returns undefined where all numbers are finite, once each is computed for itself
 */
export async function findAnomaly(
  backend: Backend,
  trace: (batch: BatchTensors) => TracedStep,
  run: (trace: (batch: BatchTensors) => Graph) => Promise<Record<string, NDArray>>,
): Promise<Anomaly | undefined> {
  let step: TracedStep | undefined
  let nodes: readonly Tensor[] = []
  /** The nodes where there is one example more: an axis that is longer there is that of the examples. */
  let larger: readonly Tensor[] = []
  const compute = (outputs: () => Record<string, Tensor>) =>
    run((batch) => {
      step = trace(batch)
      nodes = topologicalOrder(step.roots)
      larger = largerNodes(() => trace(withOneMore(batch)))
      return { inputs: step.inputs, outputs: outputs() }
    })
  const largest = await compute(() => largestOf(nodes))
  const at = beginning(nodes, step!.roots, largest)
  if (at === undefined) return undefined
  const results = await compute(() => around(nodes[at]))
  const values = valuesAt(results, nodes[at])
  const found = await toldOf(backend, nodes, larger, at, values)
  return { ...found, pass: step!.passOf(nodes[at]), backend: backend.name }
}

/** None where a layer or loss does not take another number of examples. */
function largerNodes(trace: () => TracedStep): readonly Tensor[] {
  try {
    return topologicalOrder(trace().roots)
  } catch (error) {
    if (error instanceof GentleError) return []
    throw error
  }
}

/** The largest number of each node that has values of its own, by its place. */
const largestOf = (nodes: readonly Tensor[]): Record<string, Tensor> =>
  Object.fromEntries(
    nodes.flatMap((node, i) => (node.dtype === 'float32' && !isScan(node) ? [[`${i}`, max(abs(node))]] : [])),
  )

/** What a node is computed of; of a loop's result, what the loop is. */
const operandsOf = (node: Tensor): readonly Tensor[] => (isResult(node) ? node.inputs[0].inputs : node.inputs)

/** A node and its operands. */
const around = (node: Tensor): Record<string, Tensor> => ({
  value: node,
  ...Object.fromEntries(operandsOf(node).map((operand, i) => [`${i}`, operand])),
})

/** Of what `around` gave. */
function valuesAt(results: Record<string, NDArray>, node: Tensor): Values {
  const operands = operandsOf(node).map((operand, i): [Tensor, TypedArray] => [operand, results[i].data])
  return new Map([...operands, [node, results['value'].data]])
}

/** The first node that is not finite though its operands are, on the way to the first NaN, or to what else is infinite in the end. */
function beginning(
  nodes: readonly Tensor[],
  roots: readonly Tensor[],
  largest: Record<string, NDArray>,
): number | undefined {
  const places = new Map(nodes.map((node, at) => [node, at]))
  const sizeAt = (node: Tensor): number => largest[places.get(node)!]?.data[0] ?? 0
  const isBad = (node: Tensor): boolean => !Number.isFinite(sizeAt(node))
  // What a loss is made of comes before its gradients. Infinities may be meant, as those of a mask are: NaN tells more.
  const among = isBad(roots[0]) ? topologicalOrder([roots[0]]) : nodes
  const isComputed = ({ inputs }: Tensor): boolean => inputs.length > 0
  const last = among.find((node) => isComputed(node) && Number.isNaN(sizeAt(node))) ?? roots.find(isBad)
  if (last === undefined) return undefined
  const first = topologicalOrder([last]).find(
    (node) => isComputed(node) && isBad(node) && !operandsOf(node).some(isBad),
  )
  return places.get(first ?? last)
}

/** What is told of a node of an order, or of what is within it where it is a loop. */
async function toldOf(
  backend: Backend,
  nodes: readonly Tensor[],
  larger: readonly Tensor[],
  at: number,
  values: Values,
): Promise<OfNode> {
  const [loop] = nodes[at].inputs
  const inner =
    isResult(nodes[at]) && isScan(loop)
      ? await toldOfLoop(backend, loop, larger[nodes.indexOf(loop)] as typeof loop | undefined, values)
      : undefined
  return inner ?? told(nodes[at], values, larger[at])
}

/** Runs a loop step by step, from its operands' values. Undefined where all steps are finite. */
async function toldOfLoop(
  backend: Backend,
  loop: Tensor<ScanAttributes>,
  larger: Tensor<ScanAttributes> | undefined,
  operands: Values,
): Promise<OfNode | undefined> {
  const { body, steps, reverse } = loop.attributes
  const roots = bodyRoots(loop.attributes)
  const nodes = topologicalOrder(roots)
  const { initial, sliced, captured } = loopOperands(loop)
  const parameters = [...body.carries, ...body.slices, ...body.captured]
  const inputs = Object.fromEntries(parameters.map((parameter, i) => [`${i}`, parameter]))
  const compute = async (outputs: Record<string, Tensor>) => backend.compile({ inputs, outputs })
  const program = await compute({
    ...largestOf(nodes),
    ...Object.fromEntries(body.next.map((next, i) => [`next ${i}`, next])),
  })
  try {
    let state = initial.map((operand) => operands.get(operand)!)
    for (let i = 0; i < steps; i++) {
      const step = reverse ? steps - 1 - i : i
      const slices = body.slices.map(({ shape }, k) =>
        operands.get(sliced[k])!.subarray(step * sizeOf(shape), (step + 1) * sizeOf(shape)),
      )
      const given = [...state, ...slices, ...captured.map((operand) => operands.get(operand)!)]
      const feed = Object.fromEntries(given.map((value, k) => [`${k}`, value]))
      const results = await program.run(feed)
      const at = beginning(nodes, roots, results)
      if (at !== undefined) {
        const found = await compute(around(nodes[at]))
        const values = valuesAt(await found.run(feed), nodes[at])
        found.dispose()
        const like = larger === undefined ? [] : topologicalOrder(bodyRoots(larger.attributes))
        return { loopStep: step, ...(await toldOf(backend, nodes, like, at, values)) }
      }
      state = body.next.map((_, k) => results[`next ${k}`].data)
    }
    return undefined
  } finally {
    program.dispose()
  }
}

const hasNumbers = (values: TypedArray): boolean => values.every(Number.isFinite)

/** What is told of a node from its values and its operands'. @param larger the node where there is one example more */
function told(node: Tensor, values: Values, larger: Tensor | undefined): OfNode {
  const { op, scope, site, shape, inputs } = node
  const data = values.get(node)!
  const first = data.findIndex((value) => !Number.isFinite(value))
  const isAlike = isElementwise(node) && inputs.every((x) => [1, data.length].includes(sizeOf(x.shape)))
  const of = isAlike ? inputs.map((x) => values.get(x)![sizeOf(x.shape) === 1 ? 0 : first]) : undefined
  const defined = definedAt(node, values, first)
  const [rows = 0] = shape
  const hasExamples = larger?.op === op && larger.shape[0] === rows + 1
  return {
    op: isResult(node) ? 'scan' : op.name,
    scope,
    shape,
    site,
    value: data[first],
    ...(of === undefined ? {} : { of }),
    ...(defined === undefined ? {} : { defined }),
    ...(hasExamples ? { examples: rowsWith(data, rows) } : {}),
  }
}

/** The number of a place by the definition of an op of the user's own, where it is one. */
function definedAt(
  { op, inputs, attributes, shape, dtype }: Tensor,
  values: Values,
  place: number,
): number | undefined {
  if (op.reference === undefined) return undefined
  const data = new Float32Array(sizeOf(shape))
  const operands = inputs.map((x) => ({ shape: x.shape, dtype: x.dtype, data: values.get(x)! }))
  op.reference(operands, attributes, { shape, dtype, data })
  return Number.isFinite(data[place]) ? data[place] : undefined
}

/** The rows in which a number is not finite. */
function rowsWith(data: TypedArray, rows: number): number[] {
  const size = data.length / rows
  return Array.from({ length: rows }, (_, row) => row).filter(
    (row) => !hasNumbers(data.subarray(row * size, (row + 1) * size)),
  )
}

/** Tensors of a batch of one example more. */
function withOneMore({ inputs, target, targetLengths }: BatchTensors): BatchTensors {
  const more = ({ shape: [examples, ...rest], dtype }: Tensor) => input([examples + 1, ...rest], dtype)
  return {
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, more(tensor)])),
    target: more(target),
    targetLengths: targetLengths && more(targetLengths),
  }
}

/** `2.256e+19`, and 0.0833. */
const short = (x: number): string =>
  x !== 0 && (Math.abs(x) >= 1e6 || Math.abs(x) < 1e-4) ? x.toExponential(3) : `${Number(x.toPrecision(4))}`

/** In a sentence: `log (loss) at main.ts:3:9 (forward, of shape [64, 10]) gives -Infinity of 0, in example 17 of data set flowers`. */
export function describeAnomaly(
  { op, scope, site, pass, shape, loopStep, value, of, defined, examples }: Anomaly,
  batch: Batch,
  dataset: AnyDataset,
): string {
  const where = `${op}${scope && ` (${scope})`}${site && ` at ${site}`}`
  const when = `${pass}, of shape ${formatShape(shape)}${loopStep === undefined ? '' : `, in step ${loopStep} of its loop`}`
  const from = of === undefined ? '' : ` of ${of.map(short).join(' and ')}`
  const but = defined === undefined ? '' : `, where its definition gives ${defined}: look at its kernel`
  let among = ''
  if (examples?.length === batch.examples && batch.examples > 1) among = ', in all examples of the batch'
  else if (examples !== undefined && examples.length > 0) {
    const more = examples.length - 1
    among = `, in ${exampleOf(dataset, batch, examples[0])}${more > 0 ? ` and ${more} more` : ''}`
  }
  return `${where} (${when}) gives ${value}${from}${but}${among}`
}
