/** Segmentation: the class of every pixel. */
import {
  addToConfusion,
  evaluateSegmentation,
  type SegmentationOptions,
  segmentation,
  segmentationMetrics,
} from 'gentle-dl/vision'
import { percent } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'
import type { AnnotatedTask } from './annotated-task.ts'

export const segment: AnnotatedTask<Uint8Array> = {
  name: 'segment',
  monitor: 'meanIoU',
  scoreName: 'mean IoU',
  countedInTraining: true,
  usualModel: 'unet',
  usualData: 'scenes:side=64,objects=1-4,size=20-36',
  recipe: { epochs: 4, batchSize: 16, optimizer: 'adamW', learningRate: 0.004, weightDecay: 1e-4 },
  network: (build, classes) => build(classes),
  classesOf(set, name) {
    if (set.maskClasses === undefined)
      throw new UsageError(`--data ${name} has no masks; --task segment needs the class of every pixel`)
    return set.maskClasses
  },
  task: (_, inputShape, loss) => segmentation(inputShape, { loss: loss as SegmentationOptions['loss'] }),
  async judge(model, set, options) {
    const report = await evaluateSegmentation(model, segmentation(model.inputShape), set, options)
    const { pixelAccuracy, meanIoU, meanDice, perClass } = report
    return {
      score: meanIoU,
      metrics: { 'mean IoU': meanIoU, 'mean Dice': meanDice, 'pixel accuracy': pixelAccuracy },
      perClass: [
        ['class', 'IoU', 'Dice'],
        ...perClass.map(({ iou, dice }, i) => [
          model.classes?.[i] ?? String(i),
          iou < 0 ? 'none' : percent(iou),
          dice < 0 ? 'none' : percent(dice),
        ]),
      ],
    }
  },
  said: (mask) => ({ mask }),
  quality({ mask }, answer) {
    if (mask === undefined) return 0
    // As many classes as either knows; 255 is for pixels that do not count.
    const classes = mask.reduce(
      (most, value) => (value === 255 ? most : Math.max(most, value + 1)),
      Math.max(...answer) + 1,
    )
    const confusion = new Float64Array(classes * classes)
    addToConfusion(confusion, mask, answer, classes)
    return Math.max(0, segmentationMetrics(confusion, classes).meanIoU)
  },
}
