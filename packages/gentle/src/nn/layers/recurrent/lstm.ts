import { ArgumentError } from '../../../core/errors.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { sigmoid, tanh } from '../../../ops/activations.ts'
import { add, mul } from '../../../ops/elementwise.ts'
import { split } from '../../../ops/split-stack.ts'
import type { Initializer } from '../../initializers.ts'
import { checkFinite, checkOptions } from '../../layer.ts'
import type { RecurrentCell } from '../../sequence-layer.ts'
import {
  type CellInitializers,
  type CellKind,
  type CellOptions,
  cellInitializers,
  cellOf,
  cellOptions,
} from './cell.ts'
import { type RecurrentLayer, recurrentLayer } from './recurrent-layer.ts'
import { type RecurrentOptions, recurrentOptions } from './recurrent-options.ts'

export interface LSTMCellOptions extends CellOptions {
  /**
   * First value of the forget gate's bias, `bias_ih` and `bias_hh` together: 1 lets a state pass through many steps from the beginning (Jozefowicz, Zaremba,
   * Sutskever, 2015, section 2.2), as Keras has it. Like all biases unless given.
   */
  readonly forgetBias?: number
}

export interface LSTMOptions extends RecurrentOptions, Omit<LSTMCellOptions, 'normalization'> {}

/**
 * The state [h, c] after a step, from what its gates get in all, [N, 4 units], in PyTorch's order: input, forget, cell, output. `normCell` is done to the
 * cell before it is shown.
 */
export function lstmState(
  gates: Tensor,
  c: Tensor,
  normCell = (cell: Tensor): Tensor => cell,
): readonly [Tensor, Tensor] {
  const [input, forget, cell, output] = split(gates, 4, 1)
  const next = add(mul(sigmoid(forget), c), mul(sigmoid(input), tanh(cell)))
  return [mul(sigmoid(output), tanh(normCell(next))), next]
}

const lstmKind: CellKind = {
  type: 'lstm',
  gates: 4,
  states: ['h', 'c'],
  advance: (fromInput, [h, c], { product, norm }) =>
    lstmState(add(norm('norm_ih', fromInput), norm('norm_hh', product(h))), c, (cell) => norm('norm_c', cell)),
}

/** The biases of the forget gate begin with one value, which the first of the two holds. */
function lstmInitializers(
  units: number,
  options: LSTMCellOptions | LSTMOptions,
  where: string,
  normalizations?: readonly string[],
): CellInitializers {
  const initial = cellInitializers(units, options, where, normalizations)
  const { forgetBias } = options
  if (forgetBias === undefined) return initial
  checkFinite(forgetBias, `${where}: forgetBias`)
  if (!initial.bias)
    throw new ArgumentError(
      `${where}: forgetBias is ${forgetBias}, and with ${options.normalization === undefined ? 'bias: false' : 'normalization'} there are no biases; use one of them`,
    )
  const withForget =
    (initialize: Initializer, value: number): Initializer =>
    (shape, random) =>
      initialize(shape, random).fill(value, units, 2 * units)
  return { ...initial, biasIh: withForget(initial.biasIh, forgetBias), biasHh: withForget(initial.biasHh, 0) }
}

/**
 * A cell with long short-term memory (Hochreiter and Schmidhuber, 1997; with the forget gate of Gers, Schmidhuber, Cummins, 2000; no peepholes):
 * i, f, g, o = sigmoid, sigmoid, tanh, sigmoid of W x + b + U h + d; c' = f c + i g; h' = o tanh(c'). Its state is [h, c]. Parameters `weight_ih`
 * [4 units, K] and `weight_hh` [4 units, units], `bias_ih` and `bias_hh` [4 units], rows in the order i, f, g, o.
 * @throws ArgumentError for numbers out of range and unknown options.
 */
export function LSTMCell(units: number, options: LSTMCellOptions = {}): RecurrentCell {
  checkOptions(options, [...cellOptions, 'forgetBias'], 'lstmCell')
  return cellOf(lstmKind, units, lstmInitializers(units, options, 'lstmCell'), options)
}

/**
 * LSTM networks over sequences, each a loop over an `LSTMCell`: [N, T, K] becomes [N, T, units]. Parameters `weight_ih_l0` [4 units, K], `weight_hh_l0`
 * [4 units, units], `bias_ih_l0` and `bias_hh_l0` [4 units], those of the second layer `_l1`, backwards `_l0_reverse`, as PyTorch's.
 *
 * @example
 * ```ts
 * // Texts as whole numbers, each as long as it is, to two classes; padding is left out.
 * const network = ofInput('tokens', Sequential(Embedding(5000, 64), LSTM(128, { bidirectional: true, outputs: 'last' }), Linear(2)))
 * ```
 * @throws ArgumentError for numbers out of range and unknown options.
 */
export function LSTM(units: number, options: LSTMOptions = {}): RecurrentLayer {
  checkOptions(options, [...cellOptions, ...recurrentOptions, 'forgetBias'], 'lstm')
  return recurrentLayer(lstmKind, units, lstmInitializers(units, options, 'lstm', ['layer', 'batch']), options)
}
