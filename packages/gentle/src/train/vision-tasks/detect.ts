/** Detection: all objects of a picture. */
import { ArgumentError } from '../../core/errors.ts'
import { detector, levelsOf } from '../../models/detector.ts'
import { intersectionOverUnion } from '../../vision/boxes.ts'
import { averagePrecision } from '../../vision/metrics/average-precision.ts'
import { falsePositives } from '../../vision/metrics/false-positives.ts'
import { type PrecisionRecallCurve, precisionRecallCurve } from '../../vision/metrics/precision-recall-curve.ts'
import type { ScoredBox } from '../../vision/suppression.ts'
import { detection } from '../../vision/tasks/detection.ts'
import { detectAll } from '../evaluate-tasks.ts'
import type { VisionTask } from './vision-task.ts'

/** Answers below are not counted among what a picture shows, where nothing better is known. */
const defaultThreshold = 0.5

/** The score from which on objects are shown for the best F1, as far as truth tells; undefined where nothing is found. */
export function bestThreshold({ recall, precision, scores }: PrecisionRecallCurve): number | undefined {
  const f1 = recall.map((r, i) => (2 * r * precision[i]) / (r + precision[i] || 1))
  const best = f1.reduce((at, value, i) => (value > f1[at] ? i : at), 0)
  return f1[best] > 0 ? scores[best] : undefined
}

export const detect: VisionTask<ScoredBox[]> = {
  name: 'detect',
  monitor: 'mAP',
  countedInTraining: false,
  recipe: { epochs: 2, batchSize: 16, optimizer: 'adamW', learningRate: 0.003, weightDecay: 1e-4, clipNorm: 10 },
  network: (build, classes) => detector(build(classes), { classes, channels: 48 }),
  classesOf({ classes, name }) {
    if (classes.length === 0) throw new ArgumentError(`${name} has no boxes; detection needs them`)
    return classes
  },
  task(network, inputShape, loss) {
    if (loss !== undefined)
      throw new ArgumentError(`detection: loss is ${JSON.stringify(loss)}; a detector has its own loss; leave it out`)
    return detection(levelsOf(network, inputShape))
  },
  async score(model, set, options) {
    const task = detection(levelsOf(model.layer, model.inputShape))
    const { truths, found } = await detectAll(model, task, set, options)
    const { perCategory, ...metrics } = averagePrecision(truths, found)
    const names = model.classes ?? set.classes
    const curves = names.flatMap((name, category) => {
      const curve = precisionRecallCurve(truths, found, { category })
      return curve.recall.length > 0 ? [{ name, ...curve }] : []
    })
    const { all, perCategory: ofCategory } = falsePositives(truths, found)
    const threshold = bestThreshold(precisionRecallCurve(truths, found))
    return {
      score: metrics.AP,
      ...(threshold === undefined ? {} : { threshold }),
      metrics,
      perClass: names.map((name, label) => {
        const own = perCategory[label]
        return { name, metrics: { AP: own?.AP ?? -1, AP50: own?.AP50 ?? -1 } }
      }),
      curves,
      mistakes: {
        all,
        perClass: names.flatMap((name, label) => (ofCategory[label] ? [{ name, counts: ofCategory[label] }] : [])),
      },
    }
  },
  contentOf: (answer) => ({ objects: answer }),
  /** F1 of the objects at an IoU of 0.5. */
  qualityOf(answer, truth, threshold = defaultThreshold) {
    const left = new Set(truth.boxes.keys())
    const said = answer.filter(({ score }) => score >= threshold)
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
