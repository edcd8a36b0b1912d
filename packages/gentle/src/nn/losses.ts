/**
 * Loss functions: how wrong a batch of predictions is, as one number, the mean over the batch. The empirical loss of a data
 * set is the mean of these; accuracy is only its readable proxy.
 */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, sameShape } from '../core/shape.ts'
import { constant, type Tensor } from '../graph/tensor.ts'
import { relu } from '../ops/activations.ts'
import { abs, add, div, equal, minimum, mul, neg, sub, where } from '../ops/elementwise.ts'
import { gather, oneHot } from '../ops/indexing.ts'
import { mean, sum } from '../ops/reduce.ts'
import { reshape } from '../ops/structure.ts'
import type { Tensors } from './inputs-layer.ts'
import { expectLabels } from './labels.ts'
import { classScores, logLikelihoods, sigmoidLogits } from './scores.ts'
import { logisticLoss, weighed } from './weighed.ts'

/** A differentiable scalar from predictions [N, ...] and targets. */
export type Loss = (prediction: Tensor, target: Tensor) => Tensor

/** All of a batch. */
export interface BatchTensors {
  /** The network's inputs by name, with the lengths of sequences; `x` is the only one of a network that takes one tensor. */
  readonly inputs: Tensors
  readonly target: Tensor
  /** Of targets that are sequences, padded to one length: how long each is, int32 [N]. */
  readonly targetLengths?: Tensor
}

/** A loss that sees all of the batch, such as one of sequences, which leaves out what is padding. */
export interface BatchLoss {
  /** By which a training that goes on knows that it is the same. */
  readonly name: string
  /** A differentiable scalar, the mean over the examples. */
  of(prediction: Tensor, target: Tensor, batch: BatchTensors): Tensor
}

export interface CrossEntropyOptions {
  /** Share of the target's probability that is spread evenly over all classes, 0 to 1 (Szegedy et al., 2015, section 7). */
  readonly labelSmoothing?: number
  /**
   * A factor for each class. With labels, the mean is then taken with the weights of the examples' labels; with probabilities it stays
   * the mean over the examples, as in PyTorch, except that it is 0 where that is NaN because all labels weigh 0.
   */
  readonly classWeights?: readonly number[]
}

/**
 * Negative log-likelihood of targets under softmax of logits [N, classes]. Targets are int32 labels [N], or float32 probabilities
 * [N, classes], such as the blends of MixUp; whether these are from 0 and sum to 1 is not checked. A class of probability 0 counts nothing, though
 * its logit be -Infinity, where PyTorch gives NaN for probabilities. A label outside 0 to classes - 1 gives NaN; training refuses it before.
 *
 * Predictions that are probabilities already are not taken for logits: of what a softmax gave it is -log p, computed from what the softmax was
 * taken of, which loses nothing where p is near 0; of what sigmoids gave, each class's own, it is -log of the probability that it is the
 * label's class and none of the others. One number an example, [N, 1] or [N], is the logit of class 1 of two, or its sigmoid.
 * @throws ShapeError when shapes do not fit; ArgumentError for options out of range.
 */
export function crossEntropy(prediction: Tensor, targets: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { labelSmoothing = 0, classWeights } = options
  const scores = classScores(prediction)
  const [examples, classes] = scores?.logits.shape ?? []
  const soft = targets.dtype === 'float32'
  if (scores === undefined || !sameShape(targets.shape, soft ? [examples, classes] : [examples]))
    throw new ShapeError(
      `crossEntropy: logits ${formatShape(prediction.shape)} and ${targets.dtype} targets ${formatShape(targets.shape)}; expected [N, classes], and int32 labels [N] or float32 probabilities [N, classes]`,
    )
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new ArgumentError(`crossEntropy: labelSmoothing is ${labelSmoothing}; expected 0 to 1`)
  if (classWeights !== undefined && (classWeights.length !== classes || classWeights.some((w) => !(w >= 0))))
    throw new ArgumentError(
      `crossEntropy: ${classWeights.length} class weights for ${classes} classes; expected a number of at least 0 for each`,
    )
  if (!soft) expectLabels(targets, classes)
  const likelihoods = logLikelihoods(scores)
  const probabilities = soft ? targets : oneHot(targets, classes)
  if (classWeights === undefined) {
    const own = sum(weighed(probabilities, likelihoods), 1)
    if (labelSmoothing === 0) return neg(mean(own))
    return neg(mean(add(mul(own, 1 - labelSmoothing), mul(mean(likelihoods, 1), labelSmoothing))))
  }
  const weights = constant(classWeights, [classes])
  const weighted = weighed(weights, likelihoods)
  const own = sum(weighed(probabilities, weighted))
  const smoothed =
    labelSmoothing === 0 ? own : add(mul(own, 1 - labelSmoothing), mul(sum(weighted), labelSmoothing / classes))
  if (soft) return neg(div(smoothed, examples))
  const total = sum(gather(weights, targets))
  const weighNothing = equal(total, 0)
  return neg(div(where(weighNothing, 0, smoothed), where(weighNothing, 1, total)))
}

const alike = (prediction: Tensor, target: Tensor, where: string): void => {
  if (!sameShape(prediction.shape, target.shape))
    throw new ShapeError(
      `${where}: predictions ${formatShape(prediction.shape)} and targets ${formatShape(target.shape)}; they must be equal`,
    )
}

/**
 * Mean of log(1 + exp(z)) - y z: the negative log-likelihood of targets y in [0, 1] under sigmoid of logits z of the same shape. Of predictions
 * that a sigmoid gave, it is taken of what the sigmoid was taken of. An infinite logit that is right costs nothing.
 * @throws ShapeError for other shapes; ArgumentError for predictions that a softmax gave.
 */
export function binaryCrossEntropy(prediction: Tensor, target: Tensor): Tensor {
  alike(prediction, target, 'binaryCrossEntropy')
  return mean(logisticLoss(sigmoidLogits(prediction, 'binaryCrossEntropy'), target))
}

/** Mean of (prediction - target)². */
export function meanSquaredError(prediction: Tensor, target: Tensor): Tensor {
  alike(prediction, target, 'meanSquaredError')
  const residual = sub(prediction, target)
  return mean(mul(residual, residual))
}

/** Mean of |prediction - target|. */
export function meanAbsoluteError(prediction: Tensor, target: Tensor): Tensor {
  alike(prediction, target, 'meanAbsoluteError')
  return mean(abs(sub(prediction, target)))
}

/**
 * Mean of r² / 2 for |r| <= delta, else delta (|r| - delta / 2): squared near 0, absolute far out (Huber, 1964).
 * @throws ArgumentError for a delta that is not above 0.
 */
export function huber(prediction: Tensor, target: Tensor, { delta = 1 }: { readonly delta?: number } = {}): Tensor {
  if (!(delta > 0)) throw new ArgumentError(`huber: delta is ${delta}; expected a number above 0`)
  alike(prediction, target, 'huber')
  const residual = sub(prediction, target)
  const size = abs(residual)
  const near = minimum(size, delta)
  return mean(add(mul(mul(near, near), 0.5), mul(sub(size, near), delta)))
}

/**
 * Hinge loss. Binary: mean of max(0, 1 - y z) for targets y of -1 and 1 with the predictions' shape. With int32 labels [N]
 * and scores [N, classes]: mean over examples of Σ over wrong classes of max(0, 1 - score of the label + score) / classes, as in PyTorch's
 * multi-margin loss. Where a margin is just kept, no gradient flows. A label outside 0 to classes - 1 gives NaN; training refuses it before.
 */
export function hinge(prediction: Tensor, target: Tensor): Tensor {
  if (target.dtype === 'float32') {
    alike(prediction, target, 'hinge')
    return mean(relu(sub(1, mul(prediction, target))))
  }
  const [examples, classes] = prediction.shape
  if (prediction.shape.length !== 2 || !sameShape(target.shape, [examples]))
    throw new ShapeError(
      `hinge: scores ${formatShape(prediction.shape)} and labels ${formatShape(target.shape)}; expected [N, classes] and [N]`,
    )
  expectLabels(target, classes)
  const targets = oneHot(target, classes)
  const own = reshape(sum(weighed(targets, prediction), 1), [examples, 1])
  const margins = weighed(sub(1, targets), relu(add(sub(prediction, own), 1)))
  return mean(mul(sum(margins, 1), 1 / classes))
}
