import { ArgumentError, ShapeError } from '../../../core/errors.ts'
import { formatShape } from '../../../core/shape.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { type Attended, type AttentionMask, scaledDotProductAttention } from '../../../ops/attention.ts'
import { add } from '../../../ops/elementwise.ts'
import { matmul } from '../../../ops/matmul.ts'
import { split } from '../../../ops/split-stack.ts'
import { reshape, transpose } from '../../../ops/structure.ts'
import { glorotUniform, uniformWithin, zeros } from '../../initializers.ts'
import { checkCount, checkFlag, checkOptions, inLayer, type Layer, type LayerTypes } from '../../layer.ts'
import type { Scope } from '../../scope.ts'
import { Dropout } from '../dropout.ts'

export interface MultiHeadAttentionOptions {
  /** Whether the four maps add numbers of their own; true unless given. */
  readonly bias?: boolean
  /** Whether a position sees itself and those before it alone; false unless given. */
  readonly causal?: boolean
  /** Share of the weights that are dropped in training; 0 unless given. */
  readonly dropout?: number
}

export interface MultiHeadAttentionLayer extends Layer {
  /**
   * What queries [N, L, units] find in keys and values [N, S, units]: outputs [N, L, units], and the weights of each head, [N, heads, L, S]. With
   * `lengths`, int32 [N], keys behind the end of an example are not seen; a mask broadcasts to the weights.
   * @throws ShapeError for other shapes.
   */
  attend(query: Tensor, key: Tensor, value: Tensor, scope: Scope, mask?: AttentionMask): Attended
}

/**
 * Attention of several heads: queries, keys and values are mapped to `heads` parts of units / heads features, each part looks by scaled dot products, and
 * what they found is mapped once more. Applied to one tensor [N, T, units] it is self-attention, every position looking at all of its example, and at no
 * padding where the network tells how long examples are; `attend` takes queries and keys from two. Parameters as PyTorch's MultiheadAttention: `in_proj_weight` [3 units, units] of queries, keys and values, `in_proj_bias`,
 * `out_proj.weight` [units, units], `out_proj.bias`. A query that sees no key finds 0, where PyTorch has NaN.
 * Source: Vaswani et al., "Attention Is All You Need", 2017, section 3.2.2.
 *
 * @example
 * ```ts
 * const attention = MultiHeadAttention(64, 4)
 * // Within a layer of your own, which looks from a decoder's states at what an encoder gave:
 * const { output, weights } = attention.attend(states, encoded, encoded, scope.part('cross'), { lengths })
 * ```
 * @throws ArgumentError for numbers out of range, units that heads do not divide, and unknown options.
 */
export function MultiHeadAttention(
  units: number,
  heads: number,
  options: MultiHeadAttentionOptions = {},
): MultiHeadAttentionLayer {
  checkCount(units, 'multiHeadAttention: units')
  checkCount(heads, 'multiHeadAttention: heads')
  if (units % heads !== 0)
    throw new ArgumentError(
      `multiHeadAttention: ${units} units cannot be shared among ${heads} heads; expected a multiple`,
    )
  checkOptions(options, ['bias', 'causal', 'dropout'], 'multiHeadAttention')
  const { bias = true, causal = false, dropout = 0 } = options
  checkFlag(bias, 'multiHeadAttention: bias')
  checkFlag(causal, 'multiHeadAttention: causal')
  const drop = Dropout(dropout)
  const description = { type: 'multiHeadAttention', units, heads, options }

  const attend = (query: Tensor, key: Tensor, value: Tensor, scope: Scope, mask: AttentionMask = {}): Attended => {
    for (const [name, { shape }] of Object.entries({ query, key, value }))
      if (shape.length !== 3 || shape[2] !== units)
        throw new ShapeError(`multiHeadAttention: ${name} is ${formatShape(shape)}; expected [N, T, ${units}]`)
    const weights = split(scope.parameter('in_proj_weight', [3 * units, units], glorotUniform), 3)
    const biases = bias ? split(scope.parameter('in_proj_bias', [3 * units], zeros), 3) : []
    const [q, k, v] = [query, key, value].map((x, i) => {
      const y = matmul(x, weights[i], { transposeB: true })
      const [n, t] = x.shape
      return transpose(reshape(bias ? add(y, biases[i]) : y, [n, t, heads, units / heads]), [0, 2, 1, 3])
    })
    const own = { ...mask, causal: causal || mask.causal }
    const found = scaledDotProductAttention(q, k, v, own, (x) => scope.apply('dropout', drop, x))
    const joined = reshape(transpose(found.output, [0, 2, 1, 3]), query.shape)
    const out = scope.parameter('out_proj.weight', [units, units], uniformWithin(1 / Math.sqrt(units)))
    const y = matmul(joined, out, { transposeB: true })
    return { output: bias ? add(y, scope.parameter('out_proj.bias', [units], zeros)) : y, weights: found.weights }
  }
  return {
    description,
    attend,
    apply: (x, scope) =>
      inLayer(scope, description, x, () => attend(x, x, x, scope, { lengths: scope.lengthsFor(x) }).output),
  }
}

/** What builds these layers from their descriptions. */
export const multiHeadAttentionTypes: LayerTypes = {
  multiHeadAttention: ({ units, heads, options }) =>
    MultiHeadAttention(units as number, heads as number, (options ?? {}) as MultiHeadAttentionOptions),
}
