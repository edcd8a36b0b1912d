/** The class of every pixel. */
import { ArgumentError } from '../../core/errors.ts'
import type { Shape } from '../../core/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import type { Loss } from '../../nn/losses.ts'
import { diceLoss, ignoredPixel, pixelCrossEntropy, pixelFocalLoss } from '../../nn/segmentation-losses.ts'
import { add, div, equal, maximum, mul, notEqual } from '../../ops/elementwise.ts'
import { argmax, sum } from '../../ops/reduce.ts'
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

/** The sum over the examples of a batch of the share of pixels whose class is right. */
function sumOfPixelAccuracies(logits: Tensor, labels: Tensor): Tensor {
  const counted = notEqual(labels, ignoredPixel)
  const right = mul(equal(argmax(logits, 1), labels), counted)
  return sum(div(sum(right, [1, 2]), maximum(sum(counted, [1, 2]), 1)))
}

/**
 * Segmentation, for networks of pictures [N, C, H, W] to logits [N, classes, H, W], such as `unet` and `fcn`. An answer is the likeliest class of every pixel, [height, width]
 * row-major. Pixels of class 255 count nowhere. While it is trained, how right a picture is means the share of its pixels.
 * @param inputShape [channels, height, width]
 * @throws ArgumentError for options out of range.
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
    metric: sumOfPixelAccuracies,
    decode(output, mirrored) {
      const classes = output.length / pixels
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
