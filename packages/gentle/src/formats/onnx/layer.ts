/**
 * An ONNX graph as a layer: tracing it runs its nodes in order on tensors. Shapes are known when it is traced, so arithmetic on shapes, which
 * PyTorch writes as nodes too, happens right there, on plain numbers.
 */
import { ArgumentError, FormatError } from '../../core/errors.ts'
import type { Shape } from '../../core/shape.ts'
import { type Layer, registerLayer } from '../../nn/layer.ts'
import { printable } from '../failure.ts'
import { isKnown, type Known, OnnxCall, type OnnxVariable } from './call.ts'
import type { OnnxNode } from './messages.ts'
import { operators } from './operators.ts'

/** What a description stores of a graph: everything but the weights. */
export interface OnnxDescription {
  readonly input: string
  readonly output: string
  readonly nodes: readonly OnnxNode[]
  /** Shapes of the tensors that are weights, by name. */
  readonly weights: Readonly<Record<string, Shape>>
  /** Initialisers that are small: shapes, bounds, factors. */
  readonly known: Readonly<Record<string, Known>>
}

/** The layer of a description. @throws ArgumentError for a description that is none. */
export function onnxLayer(graph: OnnxDescription): Layer {
  const { input, output, nodes, weights, known } = graph
  if (!Array.isArray(nodes) || typeof weights !== 'object' || typeof known !== 'object')
    throw new ArgumentError('layer onnx: its description has no nodes, weights and known values')
  return {
    description: { type: 'onnx', ...graph },
    apply(x, scope) {
      const values = new Map<string, OnnxVariable>(Object.entries(known))
      values.set(input, x)
      for (const node of nodes) {
        const call = new OnnxCall(node, values, scope, weights)
        if (node.domain !== '' || !Object.hasOwn(operators, node.operator))
          call.fail(
            `is of an operator that is not supported${node.domain === '' ? '' : `, of domain ${printable(node.domain)}`}; supported are ${Object.keys(operators).join(', ')}`,
          )
        const run = operators[node.operator]
        const results = atNode(call, () => run(call))
        node.outputs.forEach((name: string, i: number) => {
          if (name !== '' && results[i] !== undefined) values.set(name, results[i])
        })
      }
      const y = values.get(output)
      if (y === undefined || isKnown(y))
        throw new FormatError(`ONNX graph: its output '${printable(output)}' is given by no node`)
      return y
    },
  }
}

/** What goes wrong in an operator tells the node, too. */
function atNode<T>(call: OnnxCall, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof FormatError) throw error
    // Whatever a stranger's file makes an operator do, the file is at fault.
    return call.fail(`does not fit: ${printable((error as Error).message)}`)
  }
}

registerLayer('onnx', (description) => onnxLayer(description as unknown as OnnxDescription))
