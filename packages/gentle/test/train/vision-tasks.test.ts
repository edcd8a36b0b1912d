import { expect, test } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import type { AnnotatedSet } from '../../src/data/annotated/annotated-set.ts'
import { resnet14 } from '../../src/models/index.ts'
import { createModel } from '../../src/nn/model.ts'
import { bestThreshold } from '../../src/train/vision-tasks/detect.ts'
import { visionTasks } from '../../src/train/vision-tasks/index.ts'

const { localize, detect, segment } = visionTasks

const box = (left: number, size = 10) => ({ left, top: 0, right: left + size, bottom: size })

/** Two pictures, the second without objects. */
const set: AnnotatedSet = {
  name: 'two',
  length: 2,
  inputShape: [3, 32, 32],
  classes: ['a', 'b'],
  read(index, picture) {
    picture.fill(index / 2)
    return index === 0 ? { boxes: [box(4)], labels: [1] } : { boxes: [], labels: [] }
  },
}

test('an answer is as good as what it says is right', () => {
  const truth = { boxes: [box(0), box(20)], labels: [0, 1] }
  expect(localize.qualityOf({ label: 0, box: box(0), score: 1 }, { boxes: [box(0)], labels: [0] })).toBe(1)
  expect(localize.qualityOf({ label: 1, box: box(0), score: 1 }, { boxes: [box(0)], labels: [0] })).toBe(0)
  const right = { label: 0, box: box(0), score: 0.9 }
  expect(detect.qualityOf([right, { label: 1, box: box(20), score: 0.8 }], truth)).toBe(1)
  expect(detect.qualityOf([right], truth)).toBeCloseTo(2 / 3, 12)
  expect(detect.qualityOf([right, right], truth)).toBeCloseTo(2 / 4, 12)
  expect(detect.qualityOf([], { boxes: [], labels: [] })).toBe(1)
  const mask = Uint8Array.of(0, 0, 1, 255)
  expect(segment.qualityOf(Uint8Array.of(0, 0, 1, 1), { boxes: [], labels: [], mask })).toBe(1)
  expect(segment.qualityOf(Uint8Array.of(0, 0, 0, 0), { boxes: [], labels: [], mask })).toBeCloseTo(1 / 3, 12)
})

test('a detector tells objects of any score; how good an answer is depends on the threshold', () => {
  const uncertain = { label: 0, box: box(0), score: 0.4 }
  expect(detect.contentOf([uncertain, { ...uncertain, score: 0.5 }]).objects).toHaveLength(2)
  const truth = { boxes: [box(0)], labels: [0] }
  expect(detect.qualityOf([uncertain], truth)).toBe(0)
  expect(detect.qualityOf([uncertain], truth, 0.3)).toBe(1)
})

test('the best threshold is the score with the best F1', () => {
  const curve = { scores: [0.9, 0.7, 0.3, 0.2], precision: [1, 0.5, 2 / 3, 0.5], recall: [0.25, 0.25, 0.5, 0.5] }
  expect(bestThreshold(curve)).toBe(0.3)
  expect(bestThreshold({ scores: [0.9], precision: [0], recall: [0] })).toBeUndefined()
})

test('a set that lacks what the task needs, and a loss that it does not have, are refused', () => {
  expect(detect.classesOf(set)).toEqual(['a', 'b'])
  expect(() => segment.classesOf(set)).toThrow(ArgumentError)
  expect(() => localize.classesOf({ ...set, classes: [] })).toThrow(/two has no boxes/)
  const network = detect.network((classes) => resnet14({ classes }), 2)
  expect(() => detect.task(network, set.inputShape, 'giou')).toThrow(ArgumentError)
  expect(() => segment.task(network, set.inputShape, 'giou')).toThrow(ArgumentError)
})

test('a model has a score, figures of the whole and of each class, and curves', async () => {
  const network = detect.network((classes) => resnet14({ classes }), 2)
  const model = await createModel(network, set.inputShape, { classes: set.classes })
  const { score, metrics, perClass, curves } = await detect.score(model, set)
  expect(score).toBe(metrics.AP)
  expect(perClass!.map(({ name }) => name)).toEqual(['a', 'b'])
  // There is nothing to find of the first class.
  expect(perClass![0].metrics).toEqual({ AP: -1, AP50: -1 })
  expect(curves!.map(({ name }) => name)).not.toContain('a')
})
