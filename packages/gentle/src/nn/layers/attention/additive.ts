/** Attention by a small network of its own: Bahdanau's, which GNMT has, too. */
import { ShapeError } from '../../../core/errors.ts'
import { formatShape } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { softmax, tanh } from '../../../ops/activations.ts'
import { type Attended, lengthMask, maskedSoftmax } from '../../../ops/attention.ts'
import { add, mul, where } from '../../../ops/elementwise.ts'
import { matmul } from '../../../ops/matmul.ts'
import { sum } from '../../../ops/reduce.ts'
import { reshape } from '../../../ops/structure.ts'
import { glorotUniform, zeros } from '../../initializers.ts'
import { checkCount } from '../../layer.ts'
import type { Scope } from '../../scope.ts'

/** What is attended to, [N, S, ...], with what is computed of it once, however many queries come. */
export interface AttentionMemory {
  /** [N, S, D]; 0 behind the end of an example. */
  readonly values: Tensor
  /** [N, S, units]. */
  readonly keys: Tensor
  /** 1 where a position belongs to the example, else 0: [N, S]. */
  readonly mask?: Tensor
}

export interface AdditiveAttention {
  readonly units: number
  /**
   * Makes ready what will be attended to, [N, S, D]; with lengths, int32 [N], positions behind the end of an example are never seen, not even where
   * they are NaN.
   */
  memory(values: Tensor, scope: Scope, lengths?: Tensor): AttentionMemory
  /** The mean of the values for a query of each example, [N, Q] → [N, D] with weights [N, S], or for several, [N, L, Q] → [N, L, D] with [N, L, S]. */
  attend(query: Tensor, memory: AttentionMemory, scope: Scope): Attended
}

/**
 * Additive attention: a position's score is vᵀ tanh(W q + U h + b), softmax over the positions makes weights of the scores, and the output is the
 * mean of the positions' vectors h with these weights. It is a layer of two inputs, to be used within a layer or a loop of your own: `memory` before the loop,
 * `attend` in each step, with the same scope. Parameters `query.weight` [units, Q], `key.weight` [units, D], `key.bias` [units],
 * `energy.weight` [1, units]. An example of length 0 has weights and output 0.
 * Source: Bahdanau, Cho, Bengio, "Neural Machine Translation by Jointly Learning to Align and Translate", 2015, appendix A.1.2; Wu et al., "Google's
 * Neural Machine Translation System", 2016, equation 4.
 * @throws ArgumentError for units that are not a whole number of at least 1; `memory` and `attend` throw a ShapeError for other shapes.
 */
export function AdditiveAttention(units: number): AdditiveAttention {
  checkCount(units, 'additiveAttention: units')
  return {
    units,
    memory(values, scope, lengths) {
      if (values.shape.length !== 3 || (lengths !== undefined && lengths.shape[0] !== values.shape[0]))
        throw new ShapeError(
          `additiveAttention: values ${formatShape(values.shape)}${lengths === undefined ? '' : ` and lengths ${formatShape(lengths.shape)}`}; expected [N, S, D]${lengths === undefined ? '' : ' and [N]'}`,
        )
      const [n, s, features] = values.shape
      const mask = lengths && lengthMask(lengths, s)
      const shown = mask === undefined ? values : where(reshape(mask, [n, s, 1]), values, 0)
      const weight = scope.parameter('key.weight', [units, features], glorotUniform)
      const keys = add(matmul(shown, weight, { transposeB: true }), scope.parameter('key.bias', [units], zeros))
      return { values: shown, keys, mask }
    },
    attend(query, { values, keys, mask }, scope) {
      const [n, s, features] = values.shape
      const several = query.shape.length === 3
      if ((query.shape.length !== 2 && !several) || query.shape[0] !== n)
        throw new ShapeError(
          `additiveAttention: query ${formatShape(query.shape)} for values ${formatShape(values.shape)}; expected [${n}, Q] or [${n}, L, Q]`,
        )
      const rows = several ? [n, query.shape[1]] : [n]
      const ones = several ? [1] : []
      const weight = scope.parameter('query.weight', [units, query.shape.at(-1)!], glorotUniform)
      const q = reshape(matmul(query, weight, { transposeB: true }), [...rows, 1, units])
      const energy = reshape(scope.parameter('energy.weight', [1, units], glorotUniform), [units])
      const scores = sum(mul(tanh(add(reshape(keys, [n, ...ones, s, units]), q)), energy), -1)
      const weights = mask === undefined ? softmax(scores) : maskedSoftmax(scores, reshape(mask, [n, ...ones, s]))
      const output = matmul(reshape(weights, [n, several ? query.shape[1] : 1, s]), values)
      return { output: reshape(output, [...rows, features]), weights }
    },
  }
}
