/**
 * Losses of segmentation: logits [N, C, H, W] of C classes for each pixel against int32 labels [N, H, W]. Pixels whose label is `ignore` do not
 * count; where none counts, a loss is 0. Any other label outside 0 to C - 1 gives NaN; training refuses it before. Probabilities are the
 * softmax along the axis of the classes, which stays where the convolutions left it; of predictions that such a softmax gave, the losses are
 * taken of what it was taken of.
 */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, sameShape } from '../core/shape.ts'
import { constant, type Tensor } from '../graph/tensor.ts'
import {
  add,
  div,
  equal,
  exp,
  log,
  maximum,
  mul,
  neg,
  notEqual,
  pow,
  stopGradient,
  sub,
  where,
} from '../ops/elementwise.ts'
import { gather } from '../ops/indexing.ts'
import { max, sum } from '../ops/reduce.ts'
import { reshape } from '../ops/structure.ts'
import { countedLabels } from './labels.ts'
import { softmaxLogits } from './scores.ts'
import { weighed } from './weighed.ts'

/** A pixel of a mask with this class is ignored: not in a loss, not in a metric. As in Pascal VOC's masks. */
export const ignoredPixel = 255

export interface PixelLossOptions {
  /** The label of pixels that do not count; 255 unless given, as in Pascal VOC's masks. */
  readonly ignore?: number
}

export interface PixelCrossEntropyOptions extends PixelLossOptions {
  /** A factor from 0 for each class; the mean is then taken with the weights of the pixels' labels, as in PyTorch. */
  readonly classWeights?: readonly number[]
}

export interface PixelFocalLossOptions extends PixelLossOptions {
  /** From 0, where the loss is the cross-entropy; 2 unless given. */
  readonly gamma?: number
}

/**
 * Mean over the pixels that count of -log p, p the probability of the pixel's label: PyTorch's cross_entropy with ignore_index, except that it is 0
 * where that is NaN because no pixel counts.
 * @throws ShapeError when shapes or element types do not fit; ArgumentError for options out of range.
 */
export function pixelCrossEntropy(logits: Tensor, labels: Tensor, options: PixelCrossEntropyOptions = {}): Tensor {
  const { classWeights } = options
  const pixels = pixelsOf(logits, labels, options, 'pixelCrossEntropy')
  const classes = logits.shape[1]
  if (classWeights === undefined) return meanOver(pixels.counts, surprise(pixels))
  if (classWeights.length !== classes || classWeights.some((weight) => !(weight >= 0 && weight < Infinity)))
    throw new ArgumentError(
      `pixelCrossEntropy: the class weights are [${classWeights.join(', ')}] for ${classes} classes; expected a number of at least 0 for each`,
    )
  const { counts } = pixels
  const weights = gather(constant(classWeights, [classes]), where(equal(counts, 1), pixels.labels, 0))
  return meanOver(weighed(counts, weights), surprise(pixels))
}

/**
 * Mean over the pixels that count of -(1 - p)^gamma log p, p the probability of the pixel's label (Lin et al., "Focal Loss for Dense Object
 * Detection", 2017, equation 4, with softmax in the place of sigmoid): pixels that are already right weigh little.
 * @throws ShapeError when shapes or element types do not fit; ArgumentError for options out of range.
 */
export function pixelFocalLoss(logits: Tensor, labels: Tensor, options: PixelFocalLossOptions = {}): Tensor {
  const { gamma = 2 } = options
  if (!(gamma >= 0 && gamma < Infinity))
    throw new ArgumentError(`pixelFocalLoss: gamma is ${gamma}; expected a number of at least 0`)
  const pixels = pixelsOf(logits, labels, options, 'pixelFocalLoss')
  const surprises = surprise(pixels)
  // Where p is 1, the slope of a power below 1 is infinite.
  const doubt = maximum(sub(1, exp(neg(surprises))), 1e-12)
  return meanOver(pixels.counts, mul(pow(doubt, gamma), surprises))
}

/**
 * Soft Dice loss: 1 less the mean over classes of 2 Σ p g / (Σ p² + Σ g²), where p is the probability of the class, g is 1 where the label is
 * the class and 0 elsewhere, and the sums go over all pixels of the batch that count (Milletari, Navab, Ahmadi, "V-Net", 2016, section 3).
 * The mean is over the classes that occur among the labels that count: the ratio of one that does not is 0 whatever the network says.
 * @throws ShapeError when shapes or element types do not fit; ArgumentError for options out of range.
 */
export function diceLoss(logits: Tensor, labels: Tensor, options: PixelLossOptions = {}): Tensor {
  const { belongs, counts, exponentials, total } = pixelsOf(logits, labels, options, 'diceLoss')
  const overPixels = (x: Tensor): Tensor => sum(x, [0, 2, 3])
  const probabilities = mul(exponentials, div(counts, total))
  const truth = overPixels(belongs)
  const shared = overPixels(where(belongs, probabilities, 0))
  // Also where it is NaN.
  const present = notEqual(truth, 0)
  const sizes = add(overPixels(mul(probabilities, probabilities)), truth)
  const misses = sub(1, div(mul(shared, 2), where(present, sizes, 1)))
  return meanOver(present, misses)
}

/** What the losses have in common; the axis of the classes stays, with size 1 where it is summed up. */
interface Pixels {
  /** Labels [N, 1, H, W]. */
  readonly labels: Tensor
  /** 1 where the pixel counts, else 0, NaN for a label of no class: [N, 1, H, W]. */
  readonly counts: Tensor
  /** 1 where the pixel counts and has the class, else 0: [N, C, H, W]. */
  readonly belongs: Tensor
  /** Logits less the largest of their pixel, so that exp cannot overflow. */
  readonly shifted: Tensor
  readonly exponentials: Tensor
  /** Sum of the pixel's exponentials: [N, 1, H, W]. */
  readonly total: Tensor
}

function pixelsOf(
  prediction: Tensor,
  labels: Tensor,
  { ignore = ignoredPixel }: PixelLossOptions,
  where: string,
): Pixels {
  const [images, classes, height, width] = prediction.shape
  if (
    prediction.shape.length !== 4 ||
    prediction.dtype !== 'float32' ||
    labels.dtype !== 'int32' ||
    !sameShape(labels.shape, [images, height, width])
  )
    throw new ShapeError(
      `${where}: ${prediction.dtype} logits ${formatShape(prediction.shape)} and ${labels.dtype} labels ${formatShape(labels.shape)}; expected float32 [N, classes, H, W] and int32 [N, H, W]`,
    )
  if (!Number.isInteger(ignore)) throw new ArgumentError(`${where}: ignore is ${ignore}; expected a whole number`)
  const aligned = reshape(labels, [images, 1, height, width])
  const counts = countedLabels(aligned, classes, ignore)
  const each = constant(
    Array.from({ length: classes }, (_, label) => label),
    [1, classes, 1, 1],
    'int32',
  )
  const logits = softmaxLogits(prediction, 1, where)
  const shifted = sub(logits, stopGradient(max(logits, 1, { keepDims: true })))
  const exponentials = exp(shifted)
  return {
    labels: aligned,
    counts,
    belongs: mul(equal(aligned, each), counts),
    shifted,
    exponentials,
    total: sum(exponentials, 1, { keepDims: true }),
  }
}

/** -log p of each pixel's label, from 0; of a pixel that does not count, a number without meaning. */
const surprise = ({ belongs, shifted, total }: Pixels): Tensor =>
  sub(log(total), sum(where(belongs, shifted, 0), 1, { keepDims: true }))

/** Mean of the values with weights; 0 where these sum to 0. */
function meanOver(weights: Tensor, values: Tensor): Tensor {
  const total = sum(weights)
  return div(sum(weighed(weights, values)), where(equal(total, 0), 1, total))
}
