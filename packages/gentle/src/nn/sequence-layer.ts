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
