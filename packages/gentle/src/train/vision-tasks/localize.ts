/** Localization: one object a picture, its label and its box. */
import { ArgumentError } from '../../core/errors.ts'
import { localizer } from '../../models/localizer.ts'
import { intersectionOverUnion } from '../../vision/boxes.ts'
import type { ScoredBox } from '../../vision/suppression.ts'
import { type LocalizationOptions, largestObject, localization } from '../../vision/tasks/localization.ts'
import { evaluateLocalization } from '../evaluate-tasks.ts'
import type { VisionTask } from './vision-task.ts'

export const localize: VisionTask<ScoredBox> = {
  name: 'localize',
  monitor: 'localized',
  countedInTraining: true,
  recipe: { epochs: 3, batchSize: 16, optimizer: 'adamW', learningRate: 0.003, weightDecay: 1e-4 },
  network: (build, classes) => localizer(build(classes), { classes }),
  classesOf({ classes, name }) {
    if (classes.length === 0) throw new ArgumentError(`${name} has no boxes; localization needs them`)
    return classes
  },
  task: (_, inputShape, loss) => localization(inputShape, { box: loss as LocalizationOptions['box'] }),
  async score(model, set, options) {
    const report = await evaluateLocalization(model, localization(model.inputShape), set, options)
    return { score: report.localized, metrics: { ...report } }
  },
  contentOf: (answer) => ({ objects: [answer] }),
  qualityOf({ label, box }, truth) {
    const largest = largestObject(truth)
    return label === largest.label ? intersectionOverUnion(largest.box, box) : 0
  },
}
