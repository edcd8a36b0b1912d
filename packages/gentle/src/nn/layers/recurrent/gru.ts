import type { Tensor } from '../../../graph/tensor.ts'
import { sigmoid, tanh } from '../../../ops/activations.ts'
import { add, mul, sub } from '../../../ops/elementwise.ts'
import { slice } from '../../../ops/structure.ts'
import { checkFlag, checkOptions } from '../../layer.ts'
import type { RecurrentCell } from '../../sequence-layer.ts'
import { type CellKind, type CellOptions, cellInitializers, cellOf, cellOptions } from './cell.ts'
import { type RecurrentLayer, recurrentLayer } from './recurrent-layer.ts'
import { type RecurrentOptions, recurrentOptions } from './recurrent-options.ts'

export interface GRUCellOptions extends CellOptions {
  /**
   * Where the reset gate acts: on the product of the state with its weights, as PyTorch, cuDNN and Keras have it (true, unless given), so that a step has
   * one product; or on the state before the product, as in Cho et al. (false).
   */
  readonly resetAfter?: boolean
}

export interface GRUOptions extends RecurrentOptions, Omit<GRUCellOptions, 'normalization'> {}

/** Gates in PyTorch's order: reset, update, new. */
function gruKind(resetAfter = true, where: string): CellKind {
  checkFlag(resetAfter, `${where}: resetAfter`)
  return {
    type: 'gru',
    resetAfter,
    gates: 3,
    states: ['h'],
    advance(fromInput, [h], { units, product, norm }) {
      const part = (x: Tensor, i: number): Tensor => slice(x, [0, i * units], [x.shape[0], units])
      const fromState = resetAfter ? product(h) : product(h, 0, 2)
      const [input, recurrent] = [norm('norm_ih', fromInput, 2), norm('norm_hh', fromState, 2)]
      const gate = (i: number): Tensor => sigmoid(add(part(input, i), part(recurrent, i)))
      const [reset, update] = [gate(0), gate(1)]
      const recalled = resetAfter
        ? mul(reset, norm('norm_hn', part(fromState, 2)))
        : norm('norm_hn', product(mul(reset, h), 2, 1))
      const next = tanh(add(norm('norm_in', part(fromInput, 2)), recalled))
      return [add(next, mul(update, sub(h, next)))]
    },
  }
}

/**
 * A gated recurrent unit (Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", 2014): r, z = sigmoid of W x + b + U h + c;
 * n = tanh(W x + b + r (U h + c)); h' = (1 - z) n + z h. Parameters `weight_ih` [3 units, K] and `weight_hh` [3 units, units], `bias_ih` and `bias_hh`
 * [3 units], rows in the order r, z, n.
 * @throws ArgumentError for numbers out of range and unknown options.
 */
export function GRUCell(units: number, options: GRUCellOptions = {}): RecurrentCell {
  checkOptions(options, [...cellOptions, 'resetAfter'], 'gruCell')
  const kind = gruKind(options.resetAfter, 'gruCell')
  return cellOf(kind, units, cellInitializers(units, options, 'gruCell'), options)
}

/**
 * Networks of gated recurrent units over sequences, each a loop over a `GRUCell`: [N, T, K] becomes [N, T, units]. Parameters `weight_ih_l0` [3 units, K],
 * `weight_hh_l0` [3 units, units], `bias_ih_l0` and `bias_hh_l0` [3 units], those of the second layer `_l1`, backwards `_l0_reverse`, as PyTorch's.
 * @throws ArgumentError for numbers out of range and unknown options.
 */
export function GRU(units: number, options: GRUOptions = {}): RecurrentLayer {
  checkOptions(options, [...cellOptions, ...recurrentOptions, 'resetAfter'], 'gru')
  const kind = gruKind(options.resetAfter, 'gru')
  return recurrentLayer(kind, units, cellInitializers(units, options, 'gru', ['layer', 'batch']), options)
}
