/** Detection: all objects of a picture. */
import {
  averagePrecision,
  detectAll,
  detection,
  detector,
  intersectionOverUnion,
  levelsOf,
  precisionRecallCurve,
  type ScoredBox,
} from 'gentle-dl/vision'
import { precisionRecallPicture } from '../pictures/precision-recall-picture.ts'
import { percent } from '../terminal/terminal.ts'
import { UsageError } from '../terminal/usage.ts'
import type { AnnotatedTask } from './annotated-task.ts'

/** Answers below are not counted among what a picture shows. */
const sure = 0.5

const share = (value: number): string => (value < 0 ? 'none' : percent(value))

export const detect: AnnotatedTask<ScoredBox[]> = {
  name: 'detect',
  monitor: 'mAP',
  scoreName: 'mAP',
  countedInTraining: false,
  usualModel: 'resnet14',
  usualData: 'scenes',
  recipe: { epochs: 2, batchSize: 16, optimizer: 'adamW', learningRate: 0.003, weightDecay: 1e-4, clipNorm: 10 },
  network: (build, classes) => detector(build(classes), { classes, channels: 48 }),
  classesOf(set, name) {
    if (set.classes.length === 0) throw new UsageError(`--data ${name} has no boxes; --task detect needs them`)
    return set.classes
  },
  task(layer, inputShape, loss) {
    if (loss !== undefined)
      throw new UsageError('--loss is for --task localize and segment; a detector has one of its own')
    return detection(levelsOf(layer, inputShape))
  },
  async judge(model, set, options) {
    const task = detection(levelsOf(model.layer, model.inputShape))
    const { truths, found } = await detectAll(model, task, set, options)
    const { perCategory, ...metrics } = averagePrecision(truths, found)
    const names = model.classes ?? set.classes
    const curves = names.flatMap((name, category) => {
      const curve = precisionRecallCurve(truths, found, { category })
      return curve.recall.length > 0 ? [{ name, ...curve }] : []
    })
    return {
      score: metrics.AP,
      metrics,
      perClass: [
        ['class', 'AP', 'AP50'],
        ...names.map((name, label) => {
          const own = perCategory[label]
          return [name, own ? share(own.AP) : 'none', own ? share(own.AP50) : 'none']
        }),
      ],
      ...(curves.length > 0 ? { pictures: { 'precision-recall.svg': precisionRecallPicture(curves) } } : {}),
    }
  },
  said: (answer) => ({ objects: answer.filter(({ score }) => score >= sure) }),
  quality(truth, answer) {
    const left = new Set(truth.boxes.keys())
    const said = answer.filter(({ score }) => score >= sure)
    let right = 0
    for (const { label, box } of said) {
      const hit = [...left].find((i) => truth.labels[i] === label && intersectionOverUnion(truth.boxes[i], box) >= 0.5)
      if (hit === undefined) continue
      left.delete(hit)
      right++
    }
    const total = said.length + truth.boxes.length
    return total === 0 ? 1 : (2 * right) / total
  },
}
