/** Recurrent layers: a loop over a cell, in each direction, one layer upon another. */
import { ArgumentError, ShapeError } from '../../../core/errors.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { scan } from '../../../ops/scan.ts'
import { concat, transpose } from '../../../ops/structure.ts'
import { checkCount, checkFlag, inLayer } from '../../layer.ts'
import type { Scope } from '../../scope.ts'
import type { CellState, SequenceLayer, SequenceOptions, SequenceResult, SequenceState } from '../../sequence-layer.ts'
import { type CellInitializers, type CellKind, cellWeights, checkState, stepOf, zeroState } from './cell.ts'

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
  /** Keeps the state of every so many-th step alone for the backward pass, and computes the others anew: see `scan`. */
  readonly rematerialize?: number
}

export const recurrentOptions = ['layers', 'bidirectional', 'outputs', 'rematerialize'] as const

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
  checkCount(layers, `${kind.type}: layers`)
  checkFlag(bidirectional, `${kind.type}: bidirectional`)
  if (outputs !== 'all' && outputs !== 'last')
    throw new ArgumentError(`${kind.type}: outputs is ${JSON.stringify(outputs)}; expected 'all' or 'last'`)
  if (rematerialize !== undefined) checkCount(rematerialize, `${kind.type}: rematerialize`)
  const directions = bidirectional ? ['', '_reverse'] : ['']
  const description = { type: kind.type, units, options }

  /** One direction of one layer, on inputs [T, N, K]. */
  function pass(x: Tensor, scope: Scope, suffix: string, first: CellState, lengths: Tensor | undefined) {
    const weights = cellWeights(kind, units, x.shape[2], initializers, scope, suffix)
    return scan(
      (state: CellState, input: Tensor) => {
        const next = stepOf(kind, units, input, state, weights)
        return { state: next, output: next[0] }
      },
      first,
      x,
      { lengths, rematerialize, reverse: suffix.endsWith('_reverse') },
    )
  }

  function applySequence(x: Tensor, scope: Scope, { lengths, state }: SequenceOptions = {}): SequenceResult {
    if (x.shape.length !== 3) throw new ShapeError('expected sequences [N, T, K]')
    const [examples] = x.shape
    checkStates(state, examples)
    const last: CellState[] = []
    let sequence = transpose(x, [1, 0, 2])
    for (let layer = 0; layer < layers; layer++) {
      const below = sequence
      const passes = directions.map((direction, i) => {
        const first = state?.[layer * directions.length + i] ?? zeroState(kind, units, examples)
        return pass(below, scope, `_l${layer}${direction}`, first, lengths)
      })
      last.push(...passes.map((passed) => passed.state))
      sequence =
        passes.length === 1
          ? passes[0].outputs
          : concat(
              passes.map((passed) => passed.outputs),
              2,
            )
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

  const layer: RecurrentLayer = {
    description,
    units,
    apply: (x, scope) => layer.applySequence(x, scope).outputs,
    applySequence: (x, scope, given) => inLayer(scope, description, x, () => applySequence(x, scope, given)),
  }
  return layer
}
