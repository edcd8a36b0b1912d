/** Layers of sequences, which know how long each example is and may hand a state on; and cells, which are one step of theirs. */
import type { Tensor } from '../graph/tensor.ts'
import type { Layer, LayerDescription } from './layer.ts'
import type { Scope } from './scope.ts'

/**
 * What a recurrent cell hands on from step to step: tensors [N, units], of which the first is its output. `[h]` of a plain cell and a GRU, `[h, c]` of
 * an LSTM.
 */
export type CellState = readonly Tensor[]

/** A recurrent cell: what happens in one step of time, for loops of your own. Its parameters are PyTorch's, by name, shape and order. */
export interface RecurrentCell {
  readonly description: LayerDescription
  /** Numbers in its output. */
  readonly units: number
  /** All 0, for a batch of N examples. */
  zeroState(examples: number): CellState
  /**
   * One step: input [N, K] and state, a list of tensors [N, units], become an output [N, units] and the state after it. Within a layer of your own it is
   * called by `scope.applyCell(name, cell, x, state)`, which gives its parameters their names.
   * @throws ShapeError naming the cell where the input or the state does not fit.
   */
  step(x: Tensor, state: CellState, scope: Scope): { readonly output: Tensor; readonly state: CellState }
}

/**
 * What a recurrent layer hands on: a cell's state for each of its layers and directions, in the order of PyTorch's first axis: layer by layer, forwards
 * before backwards. Layers that hand nothing on have none.
 */
export type SequenceState = readonly CellState[]

/** One direction of a recurrent layer over time, of a cell without norms and dropout: what a file has a node of its own for. */
export interface RecurrentLoop {
  readonly type: 'rnn' | 'lstm' | 'gru'
  /** Of a plain cell. */
  readonly activation?: 'tanh' | 'relu'
  /** Of a GRU: whether it resets after the product. */
  readonly resetAfter?: boolean
  readonly units: number
  /** [T, N, K] */
  readonly x: Tensor
  readonly weights: {
    readonly weightIh: Tensor
    readonly weightHh: Tensor
    readonly biasIh?: Tensor
    readonly biasHh?: Tensor
  }
  /** The state before the first step; undefined where it is 0. */
  readonly state?: CellState
  /** int32 [N]; undefined where all examples have T steps. */
  readonly lengths?: Tensor
  readonly reverse: boolean
}

/** The state after the last step, and the outputs [T, N, units]. */
export interface RecurrentLoopResult {
  readonly state: CellState
  readonly outputs: Tensor
}

/** What a layer of sequences gets beside the sequences. */
export interface SequenceOptions {
  /** int32 [N], the number of steps of each example; what stands behind is padding. All have T steps unless given. */
  readonly lengths?: Tensor
  /** The state before the first step; the layer's own, which is 0 unless it says otherwise, where none is given. */
  readonly state?: SequenceState
}

export interface SequenceResult {
  /** [N, T, ...]; 0 behind each example's length. */
  readonly outputs: Tensor
  /** The state after each example's last step. */
  readonly state: SequenceState
}

/** A layer on sequences [N, T, ...], padded behind. A parent applies it by `scope.applySequence`; by `apply` it has the lengths
 * of the network's input, where `ofInput` or `scope.ofSequences` told them. */
export interface SequenceLayer extends Layer {
  /**
   * Traces the layer on a batch of sequences.
   * @throws ShapeError naming the layer when the sequences, their lengths or the state do not fit.
   */
  applySequence(x: Tensor, scope: Scope, options?: SequenceOptions): SequenceResult
}
