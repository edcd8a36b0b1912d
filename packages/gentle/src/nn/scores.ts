/**
 * What the numbers are that a network ends with: scores of any size, or probabilities already. Whoever wrote the network, a layer of ours, an ONNX
 * file or another's, it is told by the graph that is traced of it: by the op that gave the numbers, through those behind it that only move them.
 */
import { ArgumentError } from '../core/errors.ts'
import { type Shape, sizeOf } from '../core/shape.ts'
import { Constant, type Tensor } from '../graph/tensor.ts'
import { logSoftmax, sigmoid, softmax, softplus } from '../ops/activations.ts'
import { where as choose, exp, mul, sub } from '../ops/elementwise.ts'
import type { ReduceAttributes } from '../ops/reduce.ts'
import { sum } from '../ops/reduce.ts'
import { concat, reshape, transpose } from '../ops/structure.ts'
import { type AnyModel, fieldsOfModel, inputsOf, traceInputs } from './model.ts'

/**
 * What outputs are: of a softmax, probabilities that add up to 1; their logarithms; of a sigmoid, probabilities each of its own; else logits, scores
 * of any size.
 */
export type OutputKind = 'probabilities' | 'logProbabilities' | 'sigmoids' | 'logits'

/** A prediction, seen through. */
interface Scores {
  readonly kind: OutputKind
  /** Of the prediction's shape: what softmax or sigmoid was taken of, up to a number that cancels; the prediction itself for the other two. */
  readonly logits: Tensor
  /** Along which the probabilities add up to 1; none where there is no softmax. */
  readonly axis?: number
}

/** What a prediction is, and what is behind it. */
export function scoresOf(prediction: Tensor): Scores {
  const { op, inputs } = prediction
  const [x] = inputs
  if (op.name === 'sigmoid') return { kind: 'sigmoids', logits: x }
  if (op.name === 'reshape' || op.name === 'transpose') {
    const before = scoresOf(x)
    const axis = before.axis === undefined ? undefined : axisAfter(prediction, before.axis)
    if (before.kind === 'logits' || axis !== undefined || before.kind === 'sigmoids')
      return { kind: before.kind, axis, logits: movedAlike(prediction, before.logits) }
  }
  // A prediction that is NaN where something is wrong with it.
  if (op.name === 'where' && isNaNConstant(inputs[1])) {
    const { logits, ...before } = scoresOf(inputs[2])
    return { ...before, logits: choose(x, Number.NaN, logits) }
  }
  const softmaxed = ofSoftmax(prediction) ?? ofLogSoftmax(prediction)
  return softmaxed ?? { kind: 'logits', logits: prediction }
}

const isNaNConstant = (x: Tensor): boolean => x instanceof Constant && x.data.length === 1 && Number.isNaN(x.data[0])

/** exp(z) / Σ exp(z). */
function ofSoftmax({ op, inputs: [e, total] }: Tensor): Scores | undefined {
  if (op.name !== 'div' || e.op.name !== 'exp') return undefined
  const axis = axisOfSum(total, e)
  return axis === undefined ? undefined : { kind: 'probabilities', logits: e.inputs[0], axis }
}

/** z - log Σ exp(z). */
function ofLogSoftmax(prediction: Tensor): Scores | undefined {
  const [z, total] = prediction.inputs
  if (prediction.op.name !== 'sub') return undefined
  const { op, inputs } = unshaped(total)
  if (op.name !== 'log') return undefined
  const { inputs: summed } = unshaped(inputs[0])
  const [e] = summed
  if (e?.op.name !== 'exp' || e.inputs[0] !== z) return undefined
  const axis = axisOfSum(inputs[0], e)
  return axis === undefined ? undefined : { kind: 'logProbabilities', logits: prediction, axis }
}

/** What was reshaped or broadcast to a tensor. */
const unshaped = (x: Tensor): Tensor =>
  x.op.name === 'reshape' || x.op.name === 'broadcastTo' ? unshaped(x.inputs[0]) : x

/** The one axis of more than one place along which a tensor is the sum of another. */
function axisOfSum(total: Tensor, of: Tensor): number | undefined {
  const { op, inputs, attributes } = unshaped(total)
  if (op.name !== 'sum' || inputs[0] !== of) return undefined
  const [axis, more] = (attributes as ReduceAttributes).axes.filter((each) => of.shape[each] > 1)
  return more === undefined ? axis : undefined
}

/** Where an axis of the operand is in the result of a reshape or transpose; undefined where it is not an axis any more. */
function axisAfter({ op, inputs: [x], shape, attributes }: Tensor, axis: number): number | undefined {
  if (op.name === 'transpose') return (attributes as { order: readonly number[] }).order.indexOf(axis)
  const before = sizeOf(x.shape.slice(0, axis))
  const found = shape.findIndex((n, i) => n === x.shape[axis] && sizeOf(shape.slice(0, i)) === before)
  return found < 0 ? undefined : found
}

/** Another tensor, moved as the operand of a reshape or transpose was. */
const movedAlike = ({ op, shape, attributes }: Tensor, x: Tensor): Tensor =>
  op.name === 'reshape' ? reshape(x, shape) : transpose(x, (attributes as { order: readonly number[] }).order)

/**
 * How many classes outputs of a shape tell: one each, along the one axis that has more than one place; two where there is one number, which tells the
 * second from the first. Undefined for outputs with several axes, such as maps.
 */
export function classCount(outputShape: Shape): number | undefined {
  const [count = 1, more] = outputShape.filter((n) => n > 1)
  if (more !== undefined) return undefined
  return count === 1 ? 2 : count
}

/** What a prediction says of classes. */
export interface ClassScores {
  readonly kind: OutputKind
  /** [N, classes], larger where a class is likelier. */
  readonly logits: Tensor
}

/**
 * The scores of the classes in a prediction [N, ...]; undefined for one of several axes. One number an example is the logit of the second of two
 * classes, or its probability where a sigmoid gave it.
 */
export function classScores(prediction: Tensor): ClassScores | undefined {
  const [examples, ...places] = prediction.shape
  const count = classCount(places)
  if (count === undefined) return undefined
  const { kind, logits } = scoresOf(prediction)
  if (sizeOf(places) > 1) return { kind, logits: reshape(logits, [examples, count]) }
  const half = mul(reshape(logits, [examples, 1]), 0.5)
  return { kind: kind === 'sigmoids' ? 'probabilities' : kind, logits: concat([mul(half, -1), half], 1) }
}

/** The probability of each class, [N, classes]. */
export const classProbabilities = ({ kind, logits }: ClassScores): Tensor =>
  kind === 'sigmoids' ? sigmoid(logits) : softmax(logits)

/** The logarithm of the probability that it is each class, and, of sigmoids, none of the others: [N, classes]. */
export const logLikelihoods = ({ kind, logits }: ClassScores): Tensor =>
  kind === 'sigmoids' ? sub(logits, sum(softplus(logits), 1, { keepDims: true })) : logSoftmax(logits)

/** Probabilities of a prediction's own shape: those that it gives, else the softmax along an axis. */
export function probabilitiesAlong(prediction: Tensor, axis: number): Tensor {
  const { kind } = scoresOf(prediction)
  if (kind === 'logProbabilities') return exp(prediction)
  return kind === 'logits' ? softmax(prediction, axis) : prediction
}

/**
 * What a sigmoid was taken of, or the logits that a prediction is.
 * @throws ArgumentError for what a softmax gave.
 */
export function sigmoidLogits(prediction: Tensor, where: string): Tensor {
  const { kind, logits } = scoresOf(prediction)
  if (kind === 'probabilities' || kind === 'logProbabilities')
    throw new ArgumentError(`${where}: the predictions are those of a softmax; expected logits, or a sigmoid's`)
  return logits
}

/**
 * What a softmax along an axis was taken of, or the logits that a prediction is.
 * @throws ArgumentError for what sigmoids gave, or a softmax along another axis.
 */
export function softmaxLogits(prediction: Tensor, axis: number, where: string): Tensor {
  const { kind, logits, axis: own = axis } = scoresOf(prediction)
  if (kind === 'sigmoids' || own !== axis)
    throw new ArgumentError(
      `${where}: the predictions are those of ${kind === 'sigmoids' ? 'sigmoids' : `a softmax along axis ${own}`}; expected logits, or those of a softmax along axis ${axis}`,
    )
  return logits
}

/** What a model's outputs are, as far as its graph tells: 'logits' where it ends in anything but softmax, its logarithm and sigmoid. */
export const outputKind = (model: AnyModel): OutputKind =>
  scoresOf(traceInputs(model, inputsOf(fieldsOfModel(model), 1))).kind
