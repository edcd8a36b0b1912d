/** Recurrent layers: a loop over a cell, in each direction, one layer upon another. */
import { ArgumentError, ShapeError } from '../../../core/errors.ts'
import type { Shape } from '../../../core/shape.ts'
import { constant, type Tensor } from '../../../graph/tensor.ts'
import { lengthMask } from '../../../ops/attention.ts'
import { add, mul, where } from '../../../ops/elementwise.ts'
import { dropout as dropoutOp } from '../../../ops/random.ts'
import { scan } from '../../../ops/scan.ts'
import { broadcastTo, concat, reshape, transpose } from '../../../ops/structure.ts'
import { zeros } from '../../initializers.ts'
import { checkCount, checkFlag, inLayer } from '../../layer.ts'
import type { Scope } from '../../scope.ts'
import type { CellState, SequenceLayer, SequenceOptions, SequenceResult, SequenceState } from '../../sequence-layer.ts'
import { batchNormSettings, normalizeChannels } from '../batch-norm.ts'
import {
  type CellInitializers,
  type CellKind,
  type CellWeights,
  cellWeights,
  checkState,
  fromInputs,
  type StepOptions,
  stepOf,
  zeroState,
} from './cell.ts'
import { checkLengths } from './sequence-batch-norm.ts'

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
  /** Keeps the state of every so many-th step alone for the backward pass, and computes the others anew: see `scan`. */
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

const times = (x: Tensor, mask: Tensor | undefined): Tensor => (mask === undefined ? x : mul(x, mask))

/** `RNN`, `LSTM` or `GRU`. */
export interface RecurrentLayer extends SequenceLayer {
  /** Numbers in the output of one direction. */
  readonly units: number
}

/**
 * The layer of a kind of cell.
 * @throws ArgumentError for options out of range.
 */
export function recurrentLayer(
  kind: CellKind,
  units: number,
  initializers: CellInitializers,
  options: RecurrentOptions,
): RecurrentLayer {
  const { layers = 1, bidirectional = false, outputs = 'all', rematerialize } = options
  const { normalization } = initializers
  const {
    dropout = 0,
    inputDropout = 0,
    recurrentDropout = 0,
    residual = false,
    learnedState = false,
    stateful = false,
  } = options
  checkCount(layers, `${kind.type}: layers`)
  checkFlag(bidirectional, `${kind.type}: bidirectional`)
  if (outputs !== 'all' && outputs !== 'last')
    throw new ArgumentError(`${kind.type}: outputs is ${JSON.stringify(outputs)}; expected 'all' or 'last'`)
  if (rematerialize !== undefined) checkCount(rematerialize, `${kind.type}: rematerialize`)
  checkFlag(residual, `${kind.type}: residual`)
  checkFlag(learnedState, `${kind.type}: learnedState`)
  checkFlag(stateful, `${kind.type}: stateful`)
  if (stateful && learnedState)
    throw new ArgumentError(`${kind.type}: a stateful layer begins with 0; use one of stateful and learnedState`)
  if (stateful && bidirectional)
    throw new ArgumentError(
      `${kind.type}: backwards there is no state from the batch before; use one of stateful and bidirectional`,
    )
  if (residual && outputs === 'last')
    throw new ArgumentError(
      `${kind.type}: outputs 'last' are states, which residual leaves as they are; use one of them`,
    )
  for (const [name, rate] of Object.entries({ dropout, inputDropout, recurrentDropout }))
    if (!(typeof rate === 'number' && rate >= 0 && rate < 1))
      throw new ArgumentError(`${kind.type}: ${name} is ${JSON.stringify(rate)}; expected at least 0 and below 1`)
  const directions = bidirectional ? ['', '_reverse'] : ['']
  const description = { type: kind.type, units, options }

  /** One direction of one layer, on inputs [T, N, K]. */
  function pass(x: Tensor, scope: Scope, suffix: string, given: CellState | undefined, lengths: Tensor | undefined) {
    const [, examples, inputs] = x.shape
    const weights = cellWeights(kind, units, inputs, initializers, scope, suffix)
    const seen =
      inputDropout > 0 ? times(x, dropMask(scope, `input_dropout${suffix}`, inputDropout, [examples, inputs])) : x
    const how: StepOptions = {
      units,
      weights,
      norms: normalization === 'layer' ? { scope, suffix } : undefined,
      mask:
        recurrentDropout > 0
          ? dropMask(scope, `recurrent_dropout${suffix}`, recurrentDropout, [examples, units])
          : undefined,
    }
    const normed =
      normalization === 'batch' ? normedInputs(seen, weights, scope.part(`norm${suffix}`), lengths) : undefined
    const carried = stateful ? kind.states.map((name) => scope.carry(`carried_${name}${suffix}`, examples, units)) : []
    const begun = carried.flatMap((each) => (each === undefined ? [] : [each.before]))
    const scanned = scan(
      (state: CellState, input: Tensor) => {
        const next = stepOf(kind, normed === undefined ? fromInputs(input, weights) : input, state, how)
        return { state: next, output: next[0] }
      },
      given ?? (begun.length > 0 ? begun : firstState(scope, suffix, examples)),
      normed ?? seen,
      { lengths, rematerialize, reverse: suffix.endsWith('_reverse') },
    )
    for (const [i, each] of carried.entries()) each?.keep(scanned.state[i])
    return scanned
  }

  /** What gates get from the inputs of all steps, batch normed. */
  function normedInputs(x: Tensor, weights: CellWeights, scope: Scope, lengths: Tensor | undefined): Tensor {
    const mask = lengths && transpose(lengthMask(lengths, x.shape[0]), [1, 0])
    // What stands in the padding may be anything: 0 times NaN would be NaN in the gradient.
    const known = mask === undefined ? x : where(reshape(mask, [...mask.shape, 1]), x, 0)
    return normalizeChannels(fromInputs(known, weights), 2, scope, batchNormSettings({}, kind.type), mask)
  }

  const firstState = (scope: Scope, suffix: string, examples: number): CellState =>
    learnedState
      ? kind.states.map((name) =>
          broadcastTo(scope.parameter(`initial_${name}${suffix}`, [units], zeros), [examples, units]),
        )
      : zeroState(kind, units, examples)

  function applySequence(x: Tensor, scope: Scope, { lengths, state }: SequenceOptions = {}): SequenceResult {
    if (x.shape.length !== 3) throw new ShapeError('expected sequences [N, T, K]')
    checkLengths(lengths, x)
    checkStates(state, x.shape[0])
    const last: CellState[] = []
    let sequence = transpose(x, [1, 0, 2])
    for (let layer = 0; layer < layers; layer++) {
      const below = sequence
      const seen = layer > 0 ? dropped(below, scope, `dropout_l${layer}`) : below
      const passes = directions.map((direction, i) =>
        pass(seen, scope, `_l${layer}${direction}`, state?.[layer * directions.length + i], lengths),
      )
      last.push(...passes.map((passed) => passed.state))
      const above =
        passes.length === 1
          ? passes[0].outputs
          : concat(
              passes.map((passed) => passed.outputs),
              2,
            )
      sequence = residual && layer > 0 ? add(above, below) : above
    }
    const ends = last.slice(-directions.length).map(([h]) => h)
    return {
      outputs: outputs === 'all' ? transpose(sequence, [1, 0, 2]) : ends.length === 1 ? ends[0] : concat(ends, 1),
      state: last,
    }
  }

  const dropped = (x: Tensor, scope: Scope, name: string): Tensor =>
    dropout > 0 && scope.training && scope.step !== undefined
      ? dropoutOp(x, dropout, scope.step, { seed: scope.seed, stream: `${scope.path}.${name}` })
      : x

  /** What is kept, scaled, is not 0; undefined outside of training. */
  const dropMask = (scope: Scope, name: string, rate: number, shape: Shape): Tensor | undefined =>
    scope.training && scope.step !== undefined
      ? dropoutOp(broadcastTo(constant(1), shape), rate, scope.step, {
          seed: scope.seed,
          stream: `${scope.path}.${name}`,
        })
      : undefined

  function checkStates(state: SequenceState | undefined, examples: number): void {
    if (state === undefined) return
    if (!Array.isArray(state) || state.length !== layers * directions.length)
      throw new ArgumentError(
        `${kind.type}: the state is ${Array.isArray(state) ? `a list of ${state.length}` : typeof state}; expected one state [${kind.states.join(', ')}] for each of ${layers * directions.length} layers and directions`,
      )
    for (const each of state) checkState(kind, units, each, examples)
  }

  return {
    description,
    units,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => applySequence(x, scope, { lengths: scope.lengthsFor(x) }).outputs),
    applySequence: (x, scope, given) => inLayer(scope, description, x, () => applySequence(x, scope, given)),
  }
}
