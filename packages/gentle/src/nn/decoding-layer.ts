/** Networks that make a sequence token by token. */
import type { Shape } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { type InputsLayer, type Tensors, takesInputs } from './inputs-layer.ts'
import type { Layer } from './layer.ts'
import type { Scope } from './scope.ts'

/** What one step of a decoder gives for R rows. */
export interface DecoderStep {
  /** Scores of the next token, [R, tokens]. */
  readonly logits: Tensor
  /** After the step, of the names and shapes of the state before. */
  readonly state: Tensors
  /** How much it attended to each position of the source, [R, S]. */
  readonly attention: Tensor
}

/**
 * A network that is trained on `source`, `previous` and a target, all of them sequences of int32 tokens, where `previous` is the target moved by one
 * behind a begin mark; and that can go through the target alone, step by step, given what it made before.
 */
export interface DecodingLayer extends InputsLayer {
  /** What is computed once of `source`, [N, S], and `sourceLengths`, int32 [N]: tensors [N, ...] by their names. */
  encode(inputs: Tensors, scope: Scope): Tensors
  /** The shape of each part of a row's state by its name; a row begins with zeros. */
  readonly state: Readonly<Record<string, Shape>>
  /** One step of K rows an example, R = N K: from their last tokens, int32 [N, K], their state, [R, ...], and what was encoded. */
  step(tokens: Tensor, state: Tensors, encoded: Tensors, scope: Scope): DecoderStep
}

/** Whether a network makes sequences token by token. */
export const decodes = (network: Layer | InputsLayer): network is DecodingLayer =>
  takesInputs(network) && 'encode' in network && 'step' in network
