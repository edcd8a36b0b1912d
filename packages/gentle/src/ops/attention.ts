/** Attention: each query's weighted mean of values, by how well their keys fit it. Functions of other ops. */
import { ShapeError } from '../core/errors.ts'
import { formatShape, normalizeAxes, sameShape } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { softmax } from './activations.ts'
import { arange } from './arange.ts'
import { div, equal, exp, less, lessEqual, mul, stopGradient, sub, where } from './elementwise.ts'
import { matmul } from './matmul.ts'
import { max, sum } from './reduce.ts'
import { reshape } from './structure.ts'

/** The least float32: below every score that is masked with it, as -Infinity would be, but less itself 0. */
const min = -3.4028234663852886e38

/**
 * 1 where a position belongs to a sequence, 0 behind its end: int32 lengths [N] become float32 [N, size].
 * @throws ShapeError for lengths that are not int32 [N].
 */
export function lengthMask(lengths: Tensor, size: number): Tensor {
  if (lengths.dtype !== 'int32' || lengths.shape.length !== 1)
    throw new ShapeError(`lengthMask: lengths are ${lengths.dtype} ${formatShape(lengths.shape)}; expected int32 [N]`)
  return less(reshape(arange(size), [1, size]), reshape(lengths, [-1, 1]))
}

/**
 * Softmax along an axis over those scores where the mask is not 0. The others have weight exactly 0, whatever they are, and no gradient reaches
 * them; where the mask is 0 all along the axis, all weights are 0 (PyTorch gives NaN there).
 * @param mask of a shape that broadcasts to the scores'
 * @throws ShapeError where it does not, and for an axis that scores do not have.
 */
export function maskedSoftmax(scores: Tensor, mask: Tensor, axis = -1): Tensor {
  const along = normalizeAxes(axis, scores.shape.length, 'maskedSoftmax')
  const shown = where(mask, scores, min)
  if (!sameShape(shown.shape, scores.shape))
    throw new ShapeError(
      `maskedSoftmax: a mask ${formatShape(mask.shape)} does not broadcast to scores ${formatShape(scores.shape)}`,
    )
  const largest = stopGradient(max(shown, along, { keepDims: true }))
  const e = where(mask, exp(sub(shown, largest)), 0)
  const total = sum(e, along, { keepDims: true })
  return div(e, where(equal(total, 0), 1, total))
}

export interface AttentionMask {
  /** How many keys each example has, int32 [N]; those behind are not seen, not even where they are NaN. */
  readonly lengths?: Tensor
  /** Whether query i sees keys 0 to i alone; false unless given. */
  readonly causal?: boolean
  /** Whether a query sees a key, not 0 or 0, of a shape that broadcasts to [N, ..., L, S]. */
  readonly mask?: Tensor
}

/** What attention gives: for each query the mean of the values, and the weights that it was taken with. */
export interface Attended {
  readonly output: Tensor
  readonly weights: Tensor
}

/**
 * softmax(q kᵀ / √E) v: queries [N, ..., L, E], keys [N, ..., S, E] and values [N, ..., S, V] give an output [N, ..., L, V] and weights
 * [N, ..., L, S], which sum to 1 in each row. What is masked has weight exactly 0; a query that sees no key at all has weights and output 0, where
 * PyTorch has NaN.
 * Source: Vaswani et al., "Attention Is All You Need", 2017, equation 1.
 * @param dropout what is done to the weights before the mean is taken; nothing unless given
 * @throws ShapeError where shapes do not fit.
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  { lengths, causal = false, mask }: AttentionMask = {},
  dropout: (weights: Tensor) => Tensor = (weights) => weights,
): Attended {
  checkOperands(query, key, value, lengths)
  const [queries, features] = query.shape.slice(-2)
  const keys = key.shape[key.shape.length - 2]
  const ones = key.shape.slice(1, -2).map(() => 1)
  const seen = lengths && lengthMask(lengths, keys)
  // What stands behind the end may be anything: 0 times NaN would be NaN.
  const shown = (x: Tensor): Tensor =>
    seen === undefined ? x : where(reshape(seen, [key.shape[0], ...ones, keys, 1]), x, 0)
  const scores = mul(matmul(query, shown(key), { transposeB: true }), 1 / Math.sqrt(features))
  const masks = [
    ...(seen === undefined ? [] : [reshape(seen, [key.shape[0], ...ones, 1, keys])]),
    ...(causal ? [causalMask(queries, keys)] : []),
    ...(mask === undefined ? [] : [mask]),
  ]
  const weights =
    masks.length === 0
      ? softmax(scores)
      : maskedSoftmax(
          scores,
          masks.reduce((a, b) => where(a, b, 0)),
        )
  return { output: matmul(dropout(weights), shown(value)), weights }
}

/** Query i sees keys 0 to i: [queries, keys]. */
const causalMask = (queries: number, keys: number): Tensor =>
  lessEqual(reshape(arange(keys), [1, keys]), reshape(arange(queries), [queries, 1]))

function checkOperands(query: Tensor, key: Tensor, value: Tensor, lengths: Tensor | undefined): void {
  const [q, k, v] = [query, key, value].map(({ shape }) => shape)
  const fits =
    q.length >= 3 &&
    k.length === q.length &&
    v.length === q.length &&
    sameShape(q.slice(0, -2), k.slice(0, -2)) &&
    q.at(-1) === k.at(-1) &&
    sameShape(k.slice(0, -1), v.slice(0, -1)) &&
    (lengths === undefined || lengths.shape[0] === k[0])
  if (!fits)
    throw new ShapeError(
      `scaledDotProductAttention: queries ${formatShape(q)}, keys ${formatShape(k)}, values ${formatShape(v)}${lengths === undefined ? '' : ` and lengths ${formatShape(lengths.shape)}`}; expected [N, ..., L, E], [N, ..., S, E], [N, ..., S, V]${lengths === undefined ? '' : ' and [N]'}`,
    )
}
