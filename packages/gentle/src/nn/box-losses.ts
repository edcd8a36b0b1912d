/**
 * Losses of localization and detection. Boxes are float32 [..., 4]: left, top, right, bottom, in any unit. A box whose edges meet or are
 * crossed has no area; values and gradients stay finite.
 */
import { ArgumentError, ShapeError } from '../core/errors.ts'
import { formatShape, sameShape } from '../core/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { sigmoid } from '../ops/activations.ts'
import { abs, add, div, greater, less, maximum, minimum, mul, pow, sub, where } from '../ops/elementwise.ts'
import { mean, sum } from '../ops/reduce.ts'
import { reshape, slice } from '../ops/structure.ts'
import { sigmoidLogits } from './scores.ts'
import { logisticLoss } from './weighed.ts'

/**
 * The area that each box of `a` shares with its counterpart in `b` over the area that they cover together, 0 to 1 (Jaccard's index). [..., 4]
 * and [..., 4] give [...]. It is 0 where they cover less than 1e-12.
 * @throws ShapeError when the shapes differ or are not of boxes.
 */
export function boxIoU(a: Tensor, b: Tensor): Tensor {
  const { shared, covered } = overlap(a, b, 'boxIoU')
  return reshape(share(shared, covered), a.shape.slice(0, -1))
}

/**
 * IoU less the part of the smallest box around both that neither covers: -1 for boxes far apart to 1 for equal ones, with a slope where IoU is 0
 * (Rezatofighi et al., "Generalized Intersection over Union", 2019, algorithm 1). [..., 4] and [..., 4] give [...]. Ratios to areas below
 * 1e-12 count as 0, so that of boxes in one point is 0.
 * @throws ShapeError when the shapes differ or are not of boxes.
 */
export function generalizedIoU(a: Tensor, b: Tensor): Tensor {
  const { shared, covered, around } = overlap(a, b, 'generalizedIoU')
  return reshape(sub(share(shared, covered), share(sub(around, covered), around)), a.shape.slice(0, -1))
}

/**
 * Mean of 1 - generalizedIoU, from 0 to 2, over boxes [..., 4]; with weights [...] the weighted sum over the sum of the weights, or over 1
 * where that is less, so that a batch without objects gives 0.
 * @throws ShapeError when shapes do not fit.
 */
export function giouLoss(prediction: Tensor, target: Tensor, weights?: Tensor): Tensor {
  return meanOverBoxes(sub(1, generalizedIoU(prediction, target)), weights, 'giouLoss')
}

export interface SmoothL1Options {
  /** Where the square gives way to the absolute value, in the unit of the predictions; above 0, 1 unless given. */
  readonly beta?: number
  /** One for each box: the predictions' shape without its last axis. */
  readonly weights?: Tensor
}

/**
 * Mean over all elements of r² / 2 beta for |r| < beta, else |r| - beta / 2 (Girshick, "Fast R-CNN", 2015, equation 3): PyTorch's
 * smooth_l1_loss. With weights, each box's mean counts by its weight, and the sum is over the sum of the weights, or over 1 where that is less.
 * @throws ShapeError when shapes do not fit; ArgumentError for a beta that is not above 0.
 */
export function smoothL1(prediction: Tensor, target: Tensor, { beta = 1, weights }: SmoothL1Options = {}): Tensor {
  if (!(beta > 0 && beta < Infinity)) throw new ArgumentError(`smoothL1: beta is ${beta}; expected a number above 0`)
  requireAlike(prediction, target, 'smoothL1')
  const size = abs(sub(prediction, target))
  const near = minimum(size, beta)
  const losses = add(mul(mul(near, near), 0.5 / beta), sub(size, near))
  return weights === undefined ? mean(losses) : meanOverBoxes(mean(losses, -1), weights, 'smoothL1')
}

export interface FocalLossOptions {
  /** Weight of what is there, 0 to 1; what is not there weighs 1 - alpha. 0.25 unless given. */
  readonly alpha?: number
  /** From 0, where all count by alpha alone; 2 unless given. */
  readonly gamma?: number
}

/**
 * Sum over all elements of -alpha_t (1 - p_t)^gamma log p_t, where p is the sigmoid of a logit and p_t what it gives to the target, 0 to 1 and
 * of the logits' shape (Lin et al., "Focal Loss for Dense Object Detection", 2017, equation 5): torchvision's sigmoid_focal_loss with
 * reduction 'sum'. Divide it by the number of objects. Of predictions that a sigmoid gave, it is taken of what the sigmoid was taken of.
 * @throws ShapeError when the shapes differ; ArgumentError for options out of range.
 */
export function focalLoss(
  prediction: Tensor,
  targets: Tensor,
  { alpha = 0.25, gamma = 2 }: FocalLossOptions = {},
): Tensor {
  if (!(alpha >= 0 && alpha <= 1)) throw new ArgumentError(`focalLoss: alpha is ${alpha}; expected 0 to 1`)
  if (!(gamma >= 0 && gamma < Infinity))
    throw new ArgumentError(`focalLoss: gamma is ${gamma}; expected a number of at least 0`)
  requireAlike(prediction, targets, 'focalLoss')
  const logits = sigmoidLogits(prediction, 'focalLoss')
  const surprise = logisticLoss(logits, targets)
  const absent = sub(1, targets)
  const probability = sigmoid(logits)
  const doubt = add(mul(probability, absent), mul(sub(1, probability), targets))
  const balance = add(mul(targets, alpha), mul(absent, 1 - alpha))
  // Where p_t is 1, the slope of a power below 1 is infinite.
  return sum(mul(mul(balance, pow(maximum(doubt, 1e-12), gamma)), surprise))
}

/** Areas [..., 1] of what two boxes share, of what they cover together, and of the smallest box around both. */
interface Overlap {
  readonly shared: Tensor
  readonly covered: Tensor
  readonly around: Tensor
}

function overlap(a: Tensor, b: Tensor, where: string): Overlap {
  requireAlike(a, b, where)
  if (a.shape.at(-1) !== 4)
    throw new ShapeError(
      `${where}: boxes ${formatShape(a.shape)}; expected [..., 4], left, top, right and bottom of each`,
    )
  const [leftA, topA, rightA, bottomA] = edges(a)
  const [leftB, topB, rightB, bottomB] = edges(b)
  const shared = area(maximum(leftA, leftB), maximum(topA, topB), minimum(rightA, rightB), minimum(bottomA, bottomB))
  const both = add(area(leftA, topA, rightA, bottomA), area(leftB, topB, rightB, bottomB))
  const around = area(minimum(leftA, leftB), minimum(topA, topB), maximum(rightA, rightB), maximum(bottomA, bottomB))
  return { shared, covered: sub(both, shared), around }
}

/** Left, top, right and bottom, [..., 1] each. */
function edges(boxes: Tensor): Tensor[] {
  const leading = boxes.shape.slice(0, -1)
  return [0, 1, 2, 3].map((edge) => slice(boxes, [...leading.map(() => 0), edge], [...leading, 1]))
}

const area = (left: Tensor, top: Tensor, right: Tensor, bottom: Tensor): Tensor =>
  mul(length(sub(right, left)), length(sub(bottom, top)))

/** From 0; where edges meet, the slope is that of edges apart, as in PyTorch. */
const length = (difference: Tensor): Tensor => where(less(difference, 0), 0, difference)

/** Below 1e-12 the slope of a ratio of areas would be as steep as its rounding is large. */
const share = (part: Tensor, whole: Tensor): Tensor => div(part, where(greater(whole, 1e-12), whole, 1))

function meanOverBoxes(losses: Tensor, weights: Tensor | undefined, where: string): Tensor {
  if (weights === undefined) return mean(losses)
  if (weights.dtype !== 'float32' || !sameShape(weights.shape, losses.shape))
    throw new ShapeError(
      `${where}: ${weights.dtype} weights ${formatShape(weights.shape)} for boxes ${formatShape([...losses.shape, 4])}; expected float32 ${formatShape(losses.shape)}`,
    )
  return div(sum(mul(losses, weights)), maximum(sum(weights), 1))
}

function requireAlike(a: Tensor, b: Tensor, where: string): void {
  if (a.dtype !== 'float32' || b.dtype !== 'float32' || !sameShape(a.shape, b.shape))
    throw new ShapeError(
      `${where}: ${a.dtype} ${formatShape(a.shape)} and ${b.dtype} ${formatShape(b.shape)}; expected float32 of equal shapes`,
    )
}
