/** Losses and metrics of sequences of labels, one a position, such as the words of a translation. */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, sameShape } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { lengthMask } from '../ops/attention.ts'
import { add, div, equal, mul, neg } from '../ops/elementwise.ts'
import { oneHot } from '../ops/indexing.ts'
import { argmax, max, mean, sum } from '../ops/reduce.ts'
import { stack } from '../ops/split-stack.ts'
import { reshape } from '../ops/structure.ts'
import { countedLabels, expectLabels } from './labels.ts'
import type { BatchLoss, BatchTensors } from './losses.ts'
import { type Metric, orNaN } from './metrics.ts'
import { classScores, logLikelihoods } from './scores.ts'
import { weighed } from './weighed.ts'

export interface SequenceCrossEntropyOptions {
  /** Share of the target's probability that is spread evenly over all classes, 0 to 1 (Szegedy et al., 2015, section 7); 0 unless given. */
  readonly labelSmoothing?: number
}

/**
 * The mean negative log-likelihood of the labels in sequences, from logits [N, T, classes] and int32 labels [N, T]: over all positions of the batch that
 * are not padding, as PyTorch's `CrossEntropyLoss` with `ignore_index` takes it, so that its exponential is the perplexity. What a softmax gave
 * is not taken for logits. Of targets without lengths all positions count.
 * @throws ArgumentError for a smoothing out of range; its `of` throws a ShapeError for other shapes.
 */
export function sequenceCrossEntropy({ labelSmoothing = 0 }: SequenceCrossEntropyOptions = {}): BatchLoss {
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new ArgumentError(`sequenceCrossEntropy: labelSmoothing is ${labelSmoothing}; expected 0 to 1`)
  return {
    name: labelSmoothing === 0 ? 'sequenceCrossEntropy' : `sequenceCrossEntropy, label smoothing ${labelSmoothing}`,
    of(prediction, target, batch) {
      const { logits, kind, labels, classes } = flattened(prediction, target, 'sequenceCrossEntropy')
      expectLabels(target, classes)
      const likelihoods = logLikelihoods({ kind, logits })
      const own = sum(weighed(oneHot(labels, classes), likelihoods), 1)
      const smoothed =
        labelSmoothing === 0 ? own : add(mul(own, 1 - labelSmoothing), mul(mean(likelihoods, 1), labelSmoothing))
      const mask = positions(target, batch)
      return mask === undefined ? neg(mean(smoothed)) : neg(div(sum(weighed(mask, smoothed)), sum(mask)))
    },
  }
}

/**
 * Share of the labels in sequences that are right, 0 to 1, padding left out: each position's largest logit of [N, T, classes] against int32 labels [N, T].
 * Where the network is given the labels before, as in training, that is not how much of a sequence is right that it makes alone.
 */
export const tokenAccuracy: Metric = {
  name: 'tokenAccuracy',
  count(prediction, target, batch) {
    const { right, counted } = rightPositions(prediction, target, batch, 'tokenAccuracy')
    return stack([sum(right, 1), sum(counted, 1)], 1)
  },
  value: ([right, all]) => right / all,
}

/**
 * Share of the sequences whose labels are all right, 0 to 1, padding left out, as for `tokenAccuracy`. Of a network that is given the labels before, it is the
 * share that greedy decoding gets right: as long as all labels before are right, it is given the same ones.
 */
export const sequenceAccuracy: Metric = {
  name: 'sequenceAccuracy',
  count(prediction, target, batch) {
    const { right, counted } = rightPositions(prediction, target, batch, 'sequenceAccuracy')
    return orNaN(equal(sum(right, 1), sum(counted, 1)), sum(right, 1))
  },
}

/** 1 for each position of [N, T] that is right, and for each that counts; a label of no class is NaN. */
function rightPositions(prediction: Tensor, target: Tensor, batch: BatchTensors, where: string) {
  const { logits, labels, classes } = flattened(prediction, target, where)
  const [n, t] = target.shape
  const counted = countedLabels(target, classes)
  const right = mul(reshape(orNaN(equal(argmax(logits), labels), max(logits, 1)), [n, t]), counted)
  const mask = positions(target, batch)
  if (mask === undefined) return { right, counted }
  const own = reshape(mask, [n, t])
  return { right: weighed(own, right), counted: weighed(own, counted) }
}

/** All positions of all sequences as rows. */
function flattened(prediction: Tensor, target: Tensor, where: string) {
  const [n, t, classes] = prediction.shape
  if (prediction.shape.length !== 3 || classes < 2 || target.dtype !== 'int32' || !sameShape(target.shape, [n, t]))
    throw new ShapeError(
      `${where}: predictions ${formatShape(prediction.shape)} and ${target.dtype} targets ${formatShape(target.shape)}; expected [N, T, classes] with at least 2 classes, and int32 labels [N, T]`,
    )
  const { kind, logits } = classScores(reshape(prediction, [n * t, classes]))!
  return { kind, logits, classes, labels: reshape(target, [n * t]) }
}

/** 1 where a position is of a target, 0 where it is padding, [N T]; undefined where targets have no lengths. */
function positions({ shape: [n, t] }: Tensor, { targetLengths }: BatchTensors): Tensor | undefined {
  return targetLengths && reshape(lengthMask(targetLengths, t), [n * t])
}
