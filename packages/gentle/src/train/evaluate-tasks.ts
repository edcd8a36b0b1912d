/** How good a model is at a task, on an annotated set. */
import type { AnnotatedSet } from '../data/annotated/annotated-set.ts'
import type { Model } from '../nn/model.ts'
import { intersectionOverUnion } from '../vision/boxes.ts'
import {
  averagePrecision,
  type DetectedObject,
  type DetectionReport,
  type TruthObject,
} from '../vision/metrics/average-precision.ts'
import { addToConfusion, type SegmentationReport, segmentationMetrics } from '../vision/metrics/segmentation.ts'
import type { ScoredBox } from '../vision/suppression.ts'
import { largestObject } from '../vision/tasks/localization.ts'
import type { Task } from '../vision/tasks/task.ts'
import { type AnswerOptions, answers } from './answers.ts'

export interface LocalizationReport {
  /** Share of pictures whose label is right, 0 to 1. */
  readonly accuracy: number
  /** Mean over the pictures of the IoU of predicted and true box, whatever the label. */
  readonly meanIoU: number
  /** Share of pictures whose label is right and whose IoU is 0.5 or more. */
  readonly localized: number
}

/** Judges the largest object of each picture. @throws ArgumentError for a picture without one that counts. */
export async function evaluateLocalization(
  model: Model,
  task: Task<ScoredBox>,
  set: AnnotatedSet,
  options?: AnswerOptions,
): Promise<LocalizationReport> {
  let [right, overlap, both] = [0, 0, 0]
  for await (const { truth, answer } of answers(model, task, set, options)) {
    const { box, label } = largestObject(truth)
    const iou = intersectionOverUnion(box, answer.box)
    const named = answer.label === label
    overlap += iou
    if (named) right++
    if (named && iou >= 0.5) both++
  }
  return { accuracy: right / set.length, meanIoU: overlap / set.length, localized: both / set.length }
}

/** What a detector found, and what there was: as COCO's metrics take it. Images count from 0, as the set does. */
export interface Detections {
  readonly truths: readonly TruthObject[]
  readonly found: readonly DetectedObject[]
}

/** All objects of a set, and all that a detector takes for some. */
export async function detectAll(
  model: Model,
  task: Task<ScoredBox[]>,
  set: AnnotatedSet,
  options?: AnswerOptions,
): Promise<Detections> {
  const truths: TruthObject[] = []
  const found: DetectedObject[] = []
  for await (const { index, truth, answer } of answers(model, task, set, options)) {
    for (const [i, box] of truth.boxes.entries())
      truths.push({ image: index, category: truth.labels[i], box, crowd: truth.ignored?.[i] ?? false })
    for (const { label, box, score } of answer) found.push({ image: index, category: label, box, score })
  }
  return { truths, found }
}

/** COCO's metrics of a detector; categories are the labels. */
export async function evaluateDetection(
  model: Model,
  task: Task<ScoredBox[]>,
  set: AnnotatedSet,
  options?: AnswerOptions,
): Promise<DetectionReport> {
  const { truths, found } = await detectAll(model, task, set, options)
  return averagePrecision(truths, found)
}

/** Pixel accuracy, mean IoU, and Dice and IoU per class. */
export async function evaluateSegmentation(
  model: Model,
  task: Task<Uint8Array>,
  set: AnnotatedSet,
  options?: AnswerOptions,
): Promise<SegmentationReport> {
  const [classes] = model.outputShape
  const confusion = new Float64Array(classes * classes)
  for await (const { truth, answer } of answers(model, task, set, options))
    if (truth.mask !== undefined) addToConfusion(confusion, truth.mask, answer, classes)
  return segmentationMetrics(confusion, classes)
}
