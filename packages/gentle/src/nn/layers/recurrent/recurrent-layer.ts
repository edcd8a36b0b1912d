/** Recurrent layers: a loop over a cell, in each direction, one layer upon another. */
import { ArgumentError, ShapeError } from '../../../core/errors.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { lengthMask } from '../../../ops/attention.ts'
import { add, mul, where } from '../../../ops/elementwise.ts'
import { scan } from '../../../ops/scan.ts'
import { broadcastTo, concat, reshape, transpose } from '../../../ops/structure.ts'
import { zeros } from '../../initializers.ts'
import { inLayer } from '../../layer.ts'
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
import { dropMask, dropped } from './recurrent-dropout.ts'
import { type RecurrentOptions, recurrentSettings } from './recurrent-options.ts'
import { checkLengths } from './sequence-batch-norm.ts'

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
  const settings = recurrentSettings(options, kind.type)
  const { layers, outputs, dropout, inputDropout, recurrentDropout, residual, stateful, rematerialize } = settings
  const { normalization } = settings
  const directions = settings.bidirectional ? ['', '_reverse'] : ['']
  const description = { type: kind.type, units, options }

  /** One direction of one layer, on inputs [T, N, K]. */
  function pass(x: Tensor, scope: Scope, suffix: string, given: CellState | undefined, lengths: Tensor | undefined) {
    const [, examples, inputs] = x.shape
    const weights = cellWeights(kind, units, inputs, initializers, scope, suffix)
    const kept = dropMask([examples, inputs], inputDropout, scope, `input_dropout${suffix}`)
    const seen = kept === undefined ? x : mul(x, kept)
    const how: StepOptions = {
      units,
      weights,
      norms: normalization === 'layer' ? { scope, suffix } : undefined,
      mask: dropMask([examples, units], recurrentDropout, scope, `recurrent_dropout${suffix}`),
    }
    const normed =
      normalization === 'batch' ? normedInputs(seen, weights, scope.part(`norm${suffix}`), lengths) : undefined
    const carried = stateful ? kind.states.map((name) => scope.carry(`carried_${name}${suffix}`, examples, units)) : []
    const begun = carried.flatMap((each) => (each === undefined ? [] : [each.before]))
    const first = given ?? (begun.length > 0 ? begun : firstState(scope, suffix, examples))
    const reverse = suffix.endsWith('_reverse')
    const { type, activation, resetAfter } = kind
    const isPlain = normalization === undefined && how.mask === undefined
    const loop = { type, activation, resetAfter, units, x: seen, weights, state: first, lengths, reverse }
    const otherwise = isPlain ? scope.recurrentLoop(loop) : undefined
    const scanned =
      otherwise ??
      scan(
        (state: CellState, input: Tensor) => {
          const next = stepOf(kind, normed === undefined ? fromInputs(input, weights) : input, state, how)
          return { state: next, output: next[0] }
        },
        first ?? zeroState(kind, units, examples),
        normed ?? seen,
        { lengths, rematerialize, reverse },
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

  /** Undefined where it is 0. */
  const firstState = (scope: Scope, suffix: string, examples: number): CellState | undefined =>
    settings.learnedState
      ? kind.states.map((name) =>
          broadcastTo(scope.parameter(`initial_${name}${suffix}`, [units], zeros), [examples, units]),
        )
      : undefined

  function applySequence(x: Tensor, scope: Scope, { lengths, state }: SequenceOptions = {}): SequenceResult {
    if (x.shape.length !== 3) throw new ShapeError('expected sequences [N, T, K]')
    checkLengths(lengths, x)
    checkStates(state, x.shape[0])
    const last: CellState[] = []
    let sequence = transpose(x, [1, 0, 2])
    for (let layer = 0; layer < layers; layer++) {
      const below = sequence
      const seen = layer > 0 ? dropped(below, dropout, scope, `dropout_l${layer}`) : below
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
