/** An ONNX network as a layer: tracing it runs its nodes on tensors. */
import { ArgumentError, FormatError } from '../../core/errors.ts'
import { formatShape } from '../../core/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { zeros } from '../../nn/initializers.ts'
import type { InputsLayer, Tensors } from '../../nn/inputs-layer.ts'
import { type Layer, type LayerDescription, registerLayer } from '../../nn/layer.ts'
import type { Scope } from '../../nn/scope.ts'
import { maximum, where } from '../../ops/elementwise.ts'
import { max } from '../../ops/reduce.ts'
import { printable } from '../failure.ts'
import { type Check, openChecks } from './checks.ts'
import { isInteger } from './element-types.ts'
import type { OnnxNode } from './messages.ts'
import type { OnnxNetwork } from './network.ts'
import { packed, unpacked } from './packed.ts'
import { type Traced, type TracedNode, traceNetwork } from './trace.ts'
import { constantOf, isKnown, type Value } from './values.ts'
import { Wanted } from './wanted.ts'

const describe = (network: OnnxNetwork, output: string): LayerDescription => ({
  type: 'onnx',
  network: packed(network),
  output,
})

/** The output of this name as a function of the inputs, for a batch of examples. */
function outputOf(network: OnnxNetwork, output: string, inputs: Tensors, scope: Scope): Tensor {
  const weight = (name: string): Tensor => {
    const { shape, state } = network.weights[name]
    return state ? scope.state(name, shape, zeros) : scope.parameter(name, shape, zeros)
  }
  const given = new Map(
    network.inputs.map(({ name, type }): [string, Value] => {
      const tensor = inputs[name]
      if (tensor === undefined) throw new ArgumentError(`layer onnx: there is no input '${printable(name)}'`)
      return [name, { type, tensor }]
    }),
  )
  const { outputs, checks } = traced(network, output, given, weight, ({ node, inputs, output }) =>
    scope.join(printable(node.operator), inputs, output, { name: placeOf(node), description: settingsOf(node) }),
  )
  const [y] = outputs
  const { type } = y
  if (isInteger(type))
    throw new FormatError(
      `ONNX graph: its output '${printable(output)}' is of ${type}, for which there is no loss; use run of loadOnnx's model`,
    )
  const tensor = isKnown(y) ? constantOf(y) : y.tensor
  const examples = Object.values(inputs)[0].shape[0]
  if (tensor.shape[0] !== examples)
    throw new FormatError(
      `ONNX graph: its output '${printable(output)}' is ${formatShape(tensor.shape)} for ${examples} examples; the first axis must be the batch; otherwise use run of loadOnnx's model`,
    )
  const proven = checked(tensor, openChecks(checks))
  return proven === tensor ? proven : scope.join('Where', [tensor], proven)
}

/** A node's place: its name, or that of what it gives. */
const placeOf = ({ name, outputs }: OnnxNode): string => printable(name || outputs.find((each) => each !== '') || '')

/** What a node's attributes say, but for tensors and graphs. */
const settingsOf = ({ operator, attributes }: OnnxNode): LayerDescription => ({
  ...Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      typeof value === 'object' && !Array.isArray(value) ? [] : [[printable(name), value]],
    ),
  ),
  type: printable(operator),
})

/** y, or NaN where a check is broken: a program of a model has nobody to tell. */
function checked(y: Tensor, checks: readonly Check[]): Tensor {
  if (checks.length === 0) return y
  const broken = checks.map(({ condition }) => max(condition)).reduce(maximum)
  return where(broken, Number.NaN, y)
}

function traced(
  network: OnnxNetwork,
  output: string,
  given: ReadonlyMap<string, Value>,
  weight: (name: string) => Tensor,
  onNode: (traced: TracedNode) => void,
): Traced {
  try {
    return traceNetwork(network, [output], given, weight, onNode)
  } catch (error) {
    if (!(error instanceof Wanted)) throw error
    throw new FormatError(
      `ONNX ${error.by} needs numbers that depend on the input to know its shape; only run of loadOnnx's model computes such graphs`,
    )
  }
}

/** The layer of a network of one input. */
export const onnxLayer = (network: OnnxNetwork, output: string): Layer => ({
  get description() {
    return describe(network, output)
  },
  apply: (x, scope) => outputOf(network, output, { [network.inputs[0].name]: x }, scope),
})

/** The layer of a network of several inputs, by their names. */
export const onnxInputsLayer = (network: OnnxNetwork, output: string): InputsLayer => ({
  get description() {
    return describe(network, output)
  },
  applyInputs: (inputs, scope) => outputOf(network, output, inputs, scope),
})

/** @throws ArgumentError for a description that is none. */
function layerFrom({ network: stored, output }: LayerDescription): Layer {
  const network = unpacked(stored) as Partial<OnnxNetwork> | undefined
  const { nodes, inputs, weights, known, opsets } = network ?? {}
  const whole = [weights, known, opsets].every((part) => typeof part === 'object' && part !== null)
  if (!Array.isArray(nodes) || !Array.isArray(inputs) || inputs.length !== 1 || !whole || typeof output !== 'string')
    throw new ArgumentError(
      'layer onnx: its description is not that of a network; expected nodes, one input, an output, weights, known values and operator sets',
    )
  return onnxLayer(network as OnnxNetwork, output)
}

registerLayer('onnx', layerFrom)
