/** One object a picture: what it is, and where. */

import { ArgumentError, ShapeError } from '../../core/errors.ts'
import * as portableMath from '../../core/portable-math.ts'
import { formatShape, type Shape } from '../../core/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { boxIoU, giouLoss, smoothL1 } from '../../nn/box-losses.ts'
import { countedLabels } from '../../nn/labels.ts'
import { crossEntropy } from '../../nn/losses.ts'
import type { Metric } from '../../nn/metrics.ts'
import { add, cast, equal, greaterEqual, mul } from '../../ops/elementwise.ts'
import { argmax } from '../../ops/reduce.ts'
import { reshape, slice } from '../../ops/structure.ts'
import { type Box, largestBox } from '../boxes.ts'
import type { ScoredBox } from '../suppression.ts'
import type { TargetEncoding, Task, Truth } from './task.ts'

/**
 * The target of localization, float32 [5]: the label of the largest object that counts, then left, top, right and bottom of its box as shares of the picture.
 * @param inputShape [channels, height, width]
 */
function targetOf([, height, width]: Shape): TargetEncoding {
  return {
    dtype: 'float32',
    shape: [5],
    write(truth, target) {
      const { box, label } = largestObject(truth)
      const { left, top, right, bottom } = box
      target[0] = label
      target[1] = left / width
      target[2] = top / height
      target[3] = right / width
      target[4] = bottom / height
    },
  }
}

/** The largest object of a picture that counts. @throws ArgumentError where there is none. */
export function largestObject({ boxes, labels, ignored }: Truth): { readonly box: Box; readonly label: number } {
  const largest = largestBox(boxes, ignored)
  if (largest < 0)
    throw new ArgumentError(
      'localization: a picture has no object that counts; expected one in each, leave out those without',
    )
  return { box: boxes[largest], label: labels[largest] }
}

/** Label logits, label, predicted and true box of a batch. @throws ShapeError for other shapes. */
function parts(prediction: Tensor, target: Tensor) {
  const [examples, outputs] = prediction.shape
  if (prediction.shape.length !== 2 || outputs < 5 || target.shape.length !== 2 || target.shape[1] !== 5)
    throw new ShapeError(
      `localization: predictions ${formatShape(prediction.shape)} and targets ${formatShape(target.shape)}; expected [N, classes + 4] and [N, 5]`,
    )
  const classes = outputs - 4
  return {
    logits: slice(prediction, [0, 0], [examples, classes]),
    box: slice(prediction, [0, classes], [examples, 4]),
    label: reshape(cast(slice(target, [0, 0], [examples, 1]), 'int32'), [examples]),
    truth: slice(target, [0, 1], [examples, 4]),
  }
}

export interface LocalizationOptions {
  /** What is learned of the box: 'giou', 'smoothL1', or 'both'; 'both' unless given. */
  readonly box?: 'giou' | 'smoothL1' | 'both'
}

/** Edges are shares of the picture: from a hundredth on, smooth L1 is to be straight. */
const beta = 0.01

/** Share of the examples that are right in both: the label, and an IoU of 0.5 or more. */
const localized: Metric = {
  name: 'localized',
  count(prediction, target) {
    const { logits, box, label, truth } = parts(prediction, target)
    const right = mul(equal(argmax(logits), label), countedLabels(label, logits.shape[1]))
    return mul(right, greaterEqual(boxIoU(box, truth), 0.5))
  },
}

/**
 * Classification and localization, for networks that `localizer` makes. The loss is the cross-entropy of the label, plus what the box lacks: 1 - generalised IoU (Rezatofighi et
 * al., 2019), smooth L1 of its edges (Girshick, "Fast R-CNN", 2015, section 2.3), or both: IoU is what counts in the end, and smooth L1 leads there from far away, where boxes do
 * not meet. Right is an example whose label is right and whose box has an IoU of at least 0.5.
 * @param inputShape [channels, height, width]
 * @throws ArgumentError for options out of range.
 */
export function localization(inputShape: Shape, { box: by = 'both' }: LocalizationOptions = {}): Task<ScoredBox> {
  if (!['giou', 'smoothL1', 'both'].includes(by))
    throw new ArgumentError(`localization: box is ${JSON.stringify(by)}; expected 'giou', 'smoothL1' or 'both'`)
  const [, height, width] = inputShape
  return {
    name: 'localize',
    target: targetOf(inputShape),
    metrics: [localized],
    loss(prediction, target) {
      const { logits, box, label, truth } = parts(prediction, target)
      const edges = mul(smoothL1(box, truth, { beta }), 10)
      const overlap = mul(giouLoss(box, truth), 2)
      return add(crossEntropy(logits, label), by === 'giou' ? overlap : by === 'smoothL1' ? edges : add(edges, overlap))
    },
    decode(output, mirrored) {
      const classes = output.length - 4
      const values = mirrored === undefined ? output : meanWithMirrored(output, mirrored)
      let label = 0
      for (let c = 1; c < classes; c++) if (values[c] > values[label]) label = c
      let total = 0
      for (let c = 0; c < classes; c++) total += portableMath.exp(values[c] - values[label])
      const [left, top, right, bottom] = values.subarray(classes)
      const box: Box = { left: left * width, top: top * height, right: right * width, bottom: bottom * height }
      return { label, score: 1 / total, box }
    },
  }
}

/** The mean of two outputs, of which one is for the mirror image: its left edge is the other's right. */
function meanWithMirrored(output: Float32Array, mirrored: Float32Array): Float32Array {
  const classes = output.length - 4
  const back = mirrored.slice()
  back[classes] = 1 - mirrored[classes + 2]
  back[classes + 2] = 1 - mirrored[classes]
  return output.map((value, i) => (value + back[i]) / 2)
}
