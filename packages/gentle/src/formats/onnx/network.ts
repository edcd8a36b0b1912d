/** What an ONNX file says of a network, made ready: its numbers told apart into weights, statistics, and what is known when it is traced. */
import { FormatError } from '../../core/errors.ts'
import type { Shape } from '../../core/shape.ts'
import { printable } from '../failure.ts'
import { knownOf } from './call.ts'
import { isFloat, type OnnxType, typeOfNumber } from './element-types.ts'
import { newestOpset, type Opsets } from './interpret.ts'
import { dataTypes, type OnnxFile, type OnnxGraph, type OnnxNode, type OnnxTensor, type OnnxValue } from './messages.ts'
import type { Known } from './values.ts'

/** Tensors up to this many numbers may be shapes, bounds and factors, as well as weights. */
export const maxKnown = 16

/** An input or output of a network. */
export interface OnnxPort {
  readonly name: string
  readonly type: OnnxType
  /** A size, or the name of one that is open ('' where it has none); undefined where the file tells no shape. */
  readonly shape?: readonly (number | string)[]
}

/** A learned tensor, or statistics. */
export interface OnnxWeight {
  readonly shape: Shape
  readonly type: OnnxType
  /** Whether it is statistics, which are kept and not learned. */
  readonly state: boolean
}

/** What a description stores of a network: everything but the weights' values. */
export interface OnnxNetwork {
  readonly opsets: Opsets
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly OnnxPort[]
  readonly nodes: readonly OnnxNode[]
  readonly weights: Readonly<Record<string, OnnxWeight>>
  /** Shapes, bounds, factors, tables: numbers that are not learned. */
  readonly known: Readonly<Record<string, Known>>
}

/** Operands that some operators read as numbers: bounds of Clip, factors of Resize, and the like. */
const numbersRead: Readonly<Record<string, readonly number[]>> = {
  Clip: [1, 2],
  Resize: [1, 2, 3],
  Upsample: [1],
  Pad: [2],
  Range: [0, 1, 2],
  OneHot: [2],
  Dropout: [1],
  QuantizeLinear: [1, 2],
  DequantizeLinear: [1, 2],
}

/** Of operators that normalise, the operands that are statistics. */
const statistics: Readonly<Record<string, readonly number[]>> = { BatchNormalization: [3, 4] }

const namesAt = (nodes: readonly OnnxNode[], places: Readonly<Record<string, readonly number[]>>): Set<string> =>
  new Set(
    nodes.flatMap(({ operator, inputs }) =>
      Object.hasOwn(places, operator) ? places[operator].map((i) => inputs[i] ?? '') : [],
    ),
  )

/**
 * The network of a file, and the values of its weights.
 * @throws FormatError for inputs that are not tensors, and for a newer set of operators than is known here.
 */
export function networkOf(
  { graph, opsets }: OnnxFile,
  name: string,
): { network: OnnxNetwork; values: ReadonlyMap<string, Float32Array> } {
  const fail = (problem: string): never => {
    throw new FormatError(`${name}: ${problem}`)
  }
  if (opsets[''] > newestOpset)
    fail(`its opset is ${opsets['']}; the newest supported one is ${newestOpset}, so export it with that`)
  const { nodes, constants } = lifted(graph)
  const stored = [...graph.initializers, ...constants]
  const [asNumbers, asStatistics] = [namesAt(nodes, numbersRead), namesAt(nodes, statistics)]
  const weights: Record<string, OnnxWeight> = Object.create(null)
  const known: Record<string, Known> = Object.create(null)
  const values = new Map<string, Float32Array>()
  // One number within a node of its own is a factor or a bound; stored ones may be learned.
  const factors = new Set(constants.filter(({ data }) => data.length === 1))
  for (const tensor of stored) {
    const value = knownOf(tensor, (problem) => fail(`tensor '${printable(tensor.name)}' ${problem}`))
    const { type, shape, data } = value
    const small = asNumbers.has(tensor.name) && data.length <= maxKnown
    if (!isFloat(type) || small || factors.has(tensor) || data.length === 0) known[tensor.name] = value
    else {
      values.set(tensor.name, data instanceof Float32Array ? data : Float32Array.from(data))
      weights[tensor.name] = { shape, type, state: asStatistics.has(tensor.name) }
    }
  }
  const port = ({ name: of, shape, dataType, kind }: OnnxValue, what: string): OnnxPort => {
    const type = typeOfNumber(dataType)
    if (kind !== undefined) return fail(`its ${what} '${printable(of)}' is not a tensor but of the kind: ${kind}`)
    if (dataType === dataTypes.string) return fail(`its ${what} '${printable(of)}' holds strings; expected numbers`)
    if (type === undefined) return fail(`its ${what} '${printable(of)}' has elements of type ${dataType} of ONNX`)
    if (type === 'bfloat16')
      return fail(
        `its ${what} '${printable(of)}' is bfloat16, which JavaScript has no arrays for; cast it within the model`,
      )
    return { name: of, type, shape }
  }
  const names = new Set(graph.initializers.map((tensor) => tensor.name))
  const inputs = graph.inputs.filter((value) => !names.has(value.name)).map((value) => port(value, 'input'))
  const outputs = graph.outputs.map((value) => port(value, 'output'))
  return { network: { opsets, inputs, outputs, nodes, weights, known }, values }
}

/** A graph's nodes without those that give a tensor of their own, and these tensors: some programs write weights so. */
export function lifted({ nodes }: OnnxGraph): { nodes: OnnxNode[]; constants: OnnxTensor[] } {
  const constants: OnnxTensor[] = []
  const others = nodes.filter(({ operator, domain, attributes, outputs }) => {
    const { value } = attributes
    const gives = operator === 'Constant' && domain === '' && typeof value === 'object' && 'dataType' in value
    if (gives && Object.keys(attributes).length === 1) constants.push({ ...value, name: outputs[0] })
    else return true
    return false
  })
  return { nodes: others, constants }
}
