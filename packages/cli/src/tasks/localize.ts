/** Localization: one object a picture, its label and its box. */
import {
  evaluateLocalization,
  intersectionOverUnion,
  type LocalizationOptions,
  largestBox,
  localization,
  localizer,
  type ScoredBox,
} from 'gentle-dl/vision'
import { UsageError } from '../terminal/usage.ts'
import type { AnnotatedTask } from './annotated-task.ts'

export const localize: AnnotatedTask<ScoredBox> = {
  name: 'localize',
  monitor: 'localized',
  scoreName: 'localized',
  countedInTraining: true,
  usualModel: 'resnet14',
  usualData: 'scenes:side=64,objects=1-1',
  recipe: { epochs: 3, batchSize: 16, optimizer: 'adamW', learningRate: 0.003, weightDecay: 1e-4 },
  network: (build, classes) => localizer(build(classes), { classes }),
  classesOf(set, name) {
    if (set.classes.length === 0) throw new UsageError(`--data ${name} has no boxes; --task localize needs them`)
    return set.classes
  },
  task: (_, inputShape, loss) => localization(inputShape, { box: loss as LocalizationOptions['box'] }),
  async judge(model, set, options) {
    const { accuracy, meanIoU, localized } = await evaluateLocalization(
      model,
      localization(model.inputShape),
      set,
      options,
    )
    return {
      score: localized,
      metrics: { 'label right': accuracy, 'mean IoU': meanIoU, 'label right and IoU >= 0.5': localized },
    }
  },
  said: (answer) => ({ objects: [answer] }),
  quality(truth, { label, box }) {
    const largest = largestBox(truth.boxes)
    return label === truth.labels[largest] ? intersectionOverUnion(truth.boxes[largest], box) : 0
  },
}
