import { expect, it } from 'vitest'
import { reference } from '../../../src/backends/reference/reference.ts'
import type { AnnotatedSet } from '../../../src/data/annotated/annotated-set.ts'
import { ignoredPixel, taskSet } from '../../../src/data/index.ts'
import * as nn from '../../../src/nn/index.ts'
import { evaluate } from '../../../src/train/index.ts'
import { evaluateSegmentation } from '../../../src/train/vision.ts'
import { segmentation } from '../../../src/vision/index.ts'

/** Pictures whose pixels say little of their masks; every seventh pixel counts nowhere, and class 3 never is. */
const set: AnnotatedSet = {
  name: 'masks',
  length: 5,
  inputShape: [1, 4, 6],
  classes: [],
  maskClasses: ['ground', 'a', 'b', 'c'],
  read(index, picture) {
    for (let i = 0; i < 24; i++) picture[i] = (((index * 24 + i) * 31) % 17) / 17
    const mask = Uint8Array.from({ length: 24 }, (_, i) => (i % 7 === 0 ? ignoredPixel : (i * 5 + index) % 3))
    return { boxes: [], labels: [], mask }
  },
}

it('is measured in training as it is afterwards: mean IoU and pixel accuracy of the whole set, not of batches', async () => {
  const task = segmentation(set.inputShape)
  const model = await nn.createModel(nn.Conv2d(4, 3, { padding: 1 }), set.inputShape, { backend: reference(), seed: 3 })
  const report = await evaluateSegmentation(model, task, set)
  expect(report.meanIoU).toBeGreaterThan(0)
  for (const batchSize of [2, 5]) {
    const { loss, metrics } = task
    const evaluation = await evaluate(model, taskSet(set, task.target), { loss, metrics, batchSize })
    expect(Object.keys(evaluation)).toEqual(['loss', 'meanIoU', 'pixelAccuracy'])
    expect(evaluation.meanIoU).toBeCloseTo(report.meanIoU, 12)
    expect(evaluation.pixelAccuracy).toBeCloseTo(report.pixelAccuracy, 12)
  }
})
