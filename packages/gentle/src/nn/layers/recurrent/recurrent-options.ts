/** What the recurrent layers of all kinds of cells can be told. */
import { ArgumentError } from '../../../core/errors.ts'
import { checkCount, checkFlag } from '../../layer.ts'

export interface RecurrentOptions {
  /** How many are stacked, each on the outputs of the one before; 1 unless given. */
  readonly layers?: number
  /** Whether a second loop goes from the end to the beginning; its outputs stand behind the first one's, [N, T, 2 units]. false unless given. */
  readonly bidirectional?: boolean
  /**
   * 'all', unless given: the outputs of all steps, [N, T, units]. 'last': the state after the last step of each direction, [N, units] or [N, 2 units], for
   * one answer a sequence.
   */
  readonly outputs?: 'all' | 'last'
  /** Share of the values that are dropped between one layer and the next, in training; 0 unless given. */
  readonly dropout?: number
  /**
   * Share of the inputs that are dropped, the same ones in all steps of an example, before each layer, in training (Gal and Ghahramani, "A Theoretically Grounded
   * Application of Dropout in Recurrent Neural Networks", 2016, section 4; Keras' `dropout`); 0 unless given.
   */
  readonly inputDropout?: number
  /** As `inputDropout`, of the state where it meets its weights (Keras' `recurrent_dropout`); 0 unless given. */
  readonly recurrentDropout?: number
  /**
   * Whether what goes into a layer is added to what comes out, from the second layer on (Wu et al., "Google's Neural Machine Translation System", 2016, eq. 6); its
   * state is that without the sum. false unless given.
   */
  readonly residual?: boolean
  /**
   * Whether each example's state goes on, in training and in a `statefulPredictor`, where that of the example in its place in the batch before ended; gradients do
   * not go back into that batch. Every epoch begins with 0. `evaluate` and `predict` begin each batch with 0 and keep nothing. Training needs `shuffle: false`, and an
   * example to be the next piece of the one that stands a batch before it. false unless given.
   */
  readonly stateful?: boolean
  /** Whether the state begins as parameters `initial_h_l0` (and `initial_c_l0`) [units] that are learned, at first 0, where none is given; false unless given. */
  readonly learnedState?: boolean
  /**
   * 'batch': batch norm of what gates get from the input, over examples and steps (Amodei et al., "Deep Speech 2", 2015, eq. 8), as `SequenceBatchNorm` with its
   * parameters and statistics, `norm_l0.weight` and so on. 'layer': layer norm, see `LSTMCell`. Their offsets stand for the biases. None unless given.
   */
  readonly normalization?: 'batch' | 'layer'
  /** Keeps only the state of every k-th step for the backward pass, and recomputes the others: see `scan`. */
  readonly rematerialize?: number
}

export const recurrentOptions = [
  'layers',
  'bidirectional',
  'outputs',
  'dropout',
  'inputDropout',
  'recurrentDropout',
  'residual',
  'learnedState',
  'stateful',
  'normalization',
  'rematerialize',
] as const

/** The options with what they are unless given. */
export type RecurrentSettings = Required<Omit<RecurrentOptions, 'normalization' | 'rematerialize'>> &
  Pick<RecurrentOptions, 'normalization' | 'rematerialize'>

/** @throws ArgumentError naming the option that is out of range, or those that do not go together. */
export function recurrentSettings(options: RecurrentOptions, where: string): RecurrentSettings {
  const { layers = 1, bidirectional = false, outputs = 'all', normalization, rematerialize } = options
  const { dropout = 0, inputDropout = 0, recurrentDropout = 0 } = options
  const { residual = false, learnedState = false, stateful = false } = options
  checkCount(layers, `${where}: layers`)
  for (const [name, flag] of Object.entries({ bidirectional, residual, learnedState, stateful }))
    checkFlag(flag, `${where}: ${name}`)
  if (outputs !== 'all' && outputs !== 'last')
    throw new ArgumentError(`${where}: outputs is ${JSON.stringify(outputs)}; expected 'all' or 'last'`)
  if (rematerialize !== undefined) checkCount(rematerialize, `${where}: rematerialize`)
  for (const [name, rate] of Object.entries({ dropout, inputDropout, recurrentDropout }))
    if (!(typeof rate === 'number' && rate >= 0 && rate < 1))
      throw new ArgumentError(`${where}: ${name} is ${JSON.stringify(rate)}; expected at least 0 and below 1`)
  if (stateful && learnedState)
    throw new ArgumentError(`${where}: a stateful layer begins with 0; use either stateful or learnedState`)
  if (stateful && bidirectional)
    throw new ArgumentError(
      `${where}: backwards there is no state from the batch before; use either stateful or bidirectional`,
    )
  if (residual && outputs === 'last')
    throw new ArgumentError(`${where}: outputs 'last' are states, which residual leaves as they are; use one of them`)
  return {
    layers,
    bidirectional,
    outputs,
    dropout,
    inputDropout,
    recurrentDropout,
    residual,
    learnedState,
    stateful,
    normalization,
    rematerialize,
  }
}
