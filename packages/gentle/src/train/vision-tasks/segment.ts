/** Segmentation: the class of every pixel. */
import { ArgumentError } from '../../core/errors.ts'
import { ignoredPixel } from '../../nn/segmentation-losses.ts'
import { addToConfusion, segmentationMetrics } from '../../vision/metrics/segmentation.ts'
import { type SegmentationOptions, segmentation } from '../../vision/tasks/segmentation.ts'
import { evaluateSegmentation } from '../evaluate-tasks.ts'
import type { VisionTask } from './vision-task.ts'

export const segment: VisionTask<Uint8Array> = {
  name: 'segment',
  monitor: 'meanIoU',
  countedInTraining: true,
  recipe: { epochs: 4, batchSize: 16, optimizer: 'adamW', learningRate: 0.004, weightDecay: 1e-4 },
  network: (build, classes) => build(classes),
  classesOf({ maskClasses, name }) {
    if (maskClasses === undefined)
      throw new ArgumentError(`${name} has no masks; segmentation needs the class of every pixel`)
    return maskClasses
  },
  task: (_, inputShape, loss) => segmentation(inputShape, { loss: loss as SegmentationOptions['loss'] }),
  async score(model, set, options) {
    const { perClass, ...metrics } = await evaluateSegmentation(model, segmentation(model.inputShape), set, options)
    return {
      score: metrics.meanIoU,
      metrics,
      perClass: perClass.map(({ iou, dice }, i) => ({
        name: (model.classes ?? set.maskClasses)?.[i] ?? String(i),
        metrics: { IoU: iou, Dice: dice },
      })),
    }
  },
  contentOf: (mask) => ({ mask }),
  /** Mean IoU of the classes in either. */
  qualityOf(answer, { mask }) {
    if (mask === undefined) return 0
    // As many classes as either knows.
    const classes = mask.reduce(
      (max, value) => (value === ignoredPixel ? max : Math.max(max, value + 1)),
      answer.reduce((max, value) => Math.max(max, value), 0) + 1,
    )
    const confusion = new Float64Array(classes * classes)
    addToConfusion(confusion, mask, answer, classes)
    return Math.max(0, segmentationMetrics(confusion, classes).meanIoU)
  },
}
