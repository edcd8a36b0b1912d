/** Recurrent layers as ONNX has them: a node LSTM, GRU or RNN for each direction, with weights in ONNX's order of gates. */
import { defineOp } from '../../graph/op.ts'
import { apply, type Tensor } from '../../graph/tensor.ts'
import type { RecurrentLoop, RecurrentLoopResult } from '../../nn/sequence-layer.ts'
import { type RecurrentWeights, recurrentWeightsToOnnx } from '../recurrent-weights.ts'
import type { Attributes, Exporter, Lower } from './exporter.ts'

/** What is the same for all results of a loop; there is one such object for each. */
interface LoopAttributes {
  readonly type: 'rnn' | 'lstm' | 'gru'
  readonly activation?: 'tanh' | 'relu'
  readonly resetAfter?: boolean
  readonly units: number
  readonly reverse: boolean
  readonly biased: boolean
  /** Tensors of the state before the first step. */
  readonly states: number
  readonly hasLengths: boolean
}

interface RecurrentAttributes {
  readonly loop: LoopAttributes
  /** 0: the outputs of all steps, [T, N, units]; from 1: a tensor of the last state, [N, units]. */
  readonly result: number
}

/** A result of a recurrent loop, in the trace for a file alone: nothing computes it. */
const recurrentOp = defineOp({
  name: 'recurrent',
  infer([x], { loop: { units }, result }: RecurrentAttributes) {
    const [steps, examples] = x.shape
    return { shape: result === 0 ? [steps, examples, units] : [examples, units], dtype: 'float32' }
  },
})

export const isRecurrent = (node: Tensor): node is Tensor<RecurrentAttributes> => node.op.name === recurrentOp.name

/** Traces a recurrent layer's loop as what is written as one node. */
export function recurrentNode({
  x,
  weights,
  state = [],
  lengths,
  type,
  activation,
  resetAfter,
  units,
  reverse,
}: RecurrentLoop): RecurrentLoopResult {
  const { weightIh, weightHh, biasIh, biasHh } = weights
  const biases = biasIh === undefined || biasHh === undefined ? [] : [biasIh, biasHh]
  const operands = [x, weightIh, weightHh, ...biases, ...state, ...(lengths === undefined ? [] : [lengths])]
  const loop: LoopAttributes = {
    ...{ type, activation, resetAfter, units, reverse },
    biased: biases.length > 0,
    states: state.length,
    hasLengths: lengths !== undefined,
  }
  const result = (i: number): Tensor => apply(recurrentOp, operands, { loop, result: i })
  return { outputs: result(0), state: type === 'lstm' ? [result(1), result(2)] : [result(1)] }
}

const operators = { rnn: 'RNN', lstm: 'LSTM', gru: 'GRU' } as const

/** Writes the loop's node where none of its results was written before, and names this one. */
export const lowerRecurrent: Lower = (exporter, node) => {
  const { loop, result } = (node as Tensor<RecurrentAttributes>).attributes
  const names = exporter.resultsOf(loop) ?? written(exporter, node as Tensor<RecurrentAttributes>)
  exporter.knowResults(loop, names)
  // There is an axis for directions, of which there is one.
  exporter.give(node, 'Squeeze', [names[result], exporter.integers([result === 0 ? 1 : 0])])
}

function written(exporter: Exporter, node: Tensor<RecurrentAttributes>): string[] {
  const { type, activation, resetAfter, units, reverse, biased, states, hasLengths } = node.attributes.loop
  const [x, weightIh, weightHh, ...others] = node.inputs
  const biases = others.slice(0, biased ? 2 : 0)
  const state = others.slice(biases.length, biases.length + states)
  const lengths = hasLengths ? others[others.length - 1] : undefined
  const valuesOf = (weight: Tensor): Float32Array =>
    (exporter.values(weight) ?? exporter.fail(node, 'has weights that depend on the input')) as Float32Array
  const weights: RecurrentWeights = {
    weight_ih: valuesOf(weightIh),
    weight_hh: valuesOf(weightHh),
    ...(biased && { bias_ih: valuesOf(biases[0]), bias_hh: valuesOf(biases[1]) }),
  }
  const inputs = weightIh.shape[1]
  const rows = weightIh.shape[0]
  const { W, R, B } = recurrentWeightsToOnnx({ kind: type, inputs, units }, [weights])
  const stored = (of: Tensor, shape: readonly number[], data: Float32Array): string =>
    exporter.store(exporter.nameOfWeight(of), shape, data)
  const first = state.map((h) => exporter.step('Unsqueeze', [exporter.name(h), exporter.integers([0])]))
  const operands = [
    exporter.name(x),
    stored(weightIh, [1, rows, inputs], W),
    stored(weightHh, [1, rows, units], R),
    B === undefined ? '' : stored(biases[0], [1, 2 * rows], B),
    lengths === undefined ? '' : exporter.name(lengths),
    ...first,
  ]
  while (operands[operands.length - 1] === '') operands.pop()
  const attributes: Attributes = {
    hidden_size: units,
    direction: reverse ? 'reverse' : 'forward',
    ...(activation === 'relu' && { activations: ['Relu'] }),
    ...(type === 'gru' && { linear_before_reset: resetAfter ? 1 : 0 }),
  }
  return exporter.steps(operators[type], operands, type === 'lstm' ? 3 : 2, attributes)
}
