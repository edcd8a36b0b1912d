import { ArgumentError } from '../../../core/errors.ts'
import { relu, tanh } from '../../../ops/activations.ts'
import { add } from '../../../ops/elementwise.ts'
import { checkOptions } from '../../layer.ts'
import type { RecurrentCell } from '../../sequence-layer.ts'
import { type CellKind, type CellOptions, cellInitializers, cellOf, cellOptions } from './cell.ts'
import { type RecurrentLayer, recurrentLayer } from './recurrent-layer.ts'
import { type RecurrentOptions, recurrentOptions } from './recurrent-options.ts'

const activations = { tanh, relu } as const

export interface RNNCellOptions extends CellOptions {
  /** 'tanh' unless given, or 'relu'. */
  readonly activation?: 'tanh' | 'relu'
}

export interface RNNOptions extends RecurrentOptions, Omit<RNNCellOptions, 'normalization'> {}

function rnnKind(activation: 'tanh' | 'relu' = 'tanh', where: string): CellKind {
  if (typeof activation !== 'string' || !Object.hasOwn(activations, activation))
    throw new ArgumentError(`${where}: activation is ${JSON.stringify(activation)}; expected 'tanh' or 'relu'`)
  return {
    type: 'rnn',
    activation,
    gates: 1,
    states: ['h'],
    advance: (fromInput, [h], { product, norm }) => [activations[activation](norm('norm', add(fromInput, product(h))))],
  }
}

/**
 * A plain recurrent cell: h' = tanh(W x + b + U h + c) (Elman, "Finding Structure in Time", 1990). Parameters `weight_ih` [units, K] and `weight_hh`
 * [units, units], `bias_ih` and `bias_hh` [units].
 * @throws ArgumentError for numbers out of range and unknown options.
 */
export function RNNCell(units: number, options: RNNCellOptions = {}): RecurrentCell {
  checkOptions(options, [...cellOptions, 'activation'], 'rnnCell')
  const kind = rnnKind(options.activation, 'rnnCell')
  return cellOf(kind, units, cellInitializers(units, options, 'rnnCell'), options)
}

/**
 * Plain recurrent networks over sequences, each a loop over an `RNNCell`: [N, T, K] becomes [N, T, units]. Parameters `weight_ih_l0` [units, K],
 * `weight_hh_l0` [units, units], `bias_ih_l0` and `bias_hh_l0` [units], those of the second layer `_l1`, backwards `_l0_reverse`, as PyTorch's.
 * @throws ArgumentError for numbers out of range and unknown options.
 */
export function RNN(units: number, options: RNNOptions = {}): RecurrentLayer {
  checkOptions(options, [...cellOptions, ...recurrentOptions, 'activation'], 'rnn')
  const kind = rnnKind(options.activation, 'rnn')
  return recurrentLayer(kind, units, cellInitializers(units, options, 'rnn', ['layer', 'batch']), options)
}
