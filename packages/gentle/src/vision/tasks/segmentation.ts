/** The class of every pixel. */
import { ArgumentError } from '../../core/errors.ts'
import type { Shape } from '../../core/shape.ts'
import { constant } from '../../graph/tensor.ts'
import { countedLabels } from '../../nn/labels.ts'
import type { Loss } from '../../nn/losses.ts'
import type { Metric } from '../../nn/metrics.ts'
import { diceLoss, ignoredPixel, pixelCrossEntropy, pixelFocalLoss } from '../../nn/segmentation-losses.ts'
import { add, equal, mul } from '../../ops/elementwise.ts'
import { argmax, sum } from '../../ops/reduce.ts'
import { concat, reshape } from '../../ops/structure.ts'
import type { Task } from './task.ts'

export const segmentationLosses = ['crossEntropy', 'dice', 'focal', 'both'] as const

export interface SegmentationOptions {
  /** 'crossEntropy', 'dice', 'focal', or 'both', cross-entropy plus Dice; 'crossEntropy' unless given. */
  readonly loss?: (typeof segmentationLosses)[number]
}

const losses: Readonly<Record<(typeof segmentationLosses)[number], Loss>> = {
  crossEntropy: pixelCrossEntropy,
  dice: diceLoss,
  focal: pixelFocalLoss,
  both: (logits, labels) => add(pixelCrossEntropy(logits, labels), diceLoss(logits, labels)),
}

/** Pixels of a picture that are right, and that count: [N, 2]. */
const pixelAccuracy: Metric = {
  name: 'pixelAccuracy',
  count(logits, labels) {
    const [examples] = logits.shape
    const counted = countedLabels(labels, logits.shape[1], ignoredPixel)
    const right = mul(equal(argmax(logits, 1), labels), counted)
    return concat(
      [right, counted].map((pixels) => reshape(sum(pixels, [1, 2]), [examples, 1])),
      1,
    )
  },
  value: ([right, counted]) => (counted === 0 ? -1 : right / counted),
}

/** The mean over the classes that are in truth or prediction of their intersection over union; it counts the pixels of each class in both, in truth, in prediction. */
const meanIoU: Metric = {
  name: 'meanIoU',
  count(logits, labels) {
    const [examples, classes, height, width] = logits.shape
    const numbers = constant(
      Int32Array.from({ length: classes }, (_, c) => c),
      [1, classes, 1, 1],
      'int32',
    )
    const flat: Shape = [examples, 1, height, width]
    const truth = reshape(labels, flat)
    const predicted = equal(reshape(argmax(logits, 1), flat), numbers)
    const isClass = equal(truth, numbers)
    return concat(
      [mul(isClass, predicted), isClass, mul(predicted, countedLabels(truth, classes, ignoredPixel))].map((pixels) =>
        sum(pixels, [2, 3]),
      ),
      1,
    )
  },
  value(counts) {
    const classes = counts.length / 3
    let [total, present] = [0, 0]
    for (let c = 0; c < classes; c++) {
      const union = counts[classes + c] + counts[2 * classes + c] - counts[c]
      if (union === 0) continue
      total += counts[c] / union
      present++
    }
    return present === 0 ? -1 : total / present
  },
}

/**
 * Segmentation, for networks of pictures [N, C, H, W] to logits [N, classes, H, W], such as `unet` and `fcn`. An answer is the likeliest class of every pixel, [height, width]
 * row-major. Pixels of class 255 are ignored.
 * @param inputShape [channels, height, width]
 * @throws ArgumentError for options out of range; `decode` throws one for an output that is not a map for each class.
 */
export function segmentation(
  [, height, width]: Shape,
  { loss = 'crossEntropy' }: SegmentationOptions = {},
): Task<Uint8Array> {
  if (!Object.hasOwn(losses, loss))
    throw new ArgumentError(
      `segmentation: loss is ${JSON.stringify(loss)}; expected one of ${segmentationLosses.join(', ')}`,
    )
  const pixels = height * width
  return {
    name: 'segment',
    target: {
      dtype: 'int32',
      shape: [height, width],
      write({ mask }, target) {
        if (mask === undefined)
          throw new ArgumentError('segmentation: a picture has no mask; expected the class of each of its pixels')
        target.set(mask)
      },
    },
    loss: losses[loss],
    metrics: [meanIoU, pixelAccuracy],
    decode(output, mirrored) {
      const classes = output.length / pixels
      if (!Number.isInteger(classes) || classes < 2)
        throw new ArgumentError(
          `segmentation: ${output.length} values for ${pixels} pixels; expected a map of them for each class, of two or more`,
        )
      const logits = mirrored === undefined ? output : sumWithMirrored(output, mirrored, width)
      const mask = new Uint8Array(pixels)
      for (let i = 0; i < pixels; i++) {
        let best = 0
        for (let c = 1; c < classes; c++) if (logits[c * pixels + i] > logits[best * pixels + i]) best = c
        mask[i] = best
      }
      return mask
    },
  }
}

/** Logits of a picture and of its mirror image, added place by place. */
function sumWithMirrored(output: Float32Array, mirrored: Float32Array, width: number): Float32Array {
  const sums = output.slice()
  for (let row = 0; row < sums.length; row += width)
    for (let j = 0; j < width; j++) sums[row + j] += mirrored[row + width - 1 - j]
  return sums
}
