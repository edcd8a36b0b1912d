/** Test-time augmentation: a picture is looked at several times, each time changed a little, and the probabilities are averaged. */
import { ArgumentError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { sizeOf } from '../core/shape.ts'
import { Augmentation } from '../data/augmentation/augmentation.ts'
import { augmented } from '../data/augmentation/augmented.ts'
import { type Policy, settlePolicy } from '../data/augmentation/policy.ts'
import type { Dataset } from '../data/dataset.ts'
import { labelsOf } from '../data/memory.ts'
import type { Model } from '../nn/model.ts'
import { inOrder, readBatches } from './batches.ts'
import { checkListedLabels } from './check-labels.ts'
import { fitted } from './evaluate.ts'
import type { Evaluation } from './evaluation.ts'
import { type Confusion, classesOf, isIndependent, likeliest } from './predict.ts'
import { Predictor } from './predictor.ts'

export interface ViewOptions {
  /** How the views after the first, which is the picture itself, are changed. */
  readonly policy: Policy
  /** How often each picture is looked at. */
  readonly views: number
  /** By which views are drawn; 0 unless given. */
  readonly seed?: number
}

function checkViews({ policy, views }: ViewOptions): void {
  if (!Number.isInteger(views) || views < 1)
    throw new ArgumentError(`views is ${views}; expected a whole number of at least 1`)
  if (settlePolicy(policy).mixing !== undefined)
    throw new ArgumentError('views: the policy mixes pictures, but a view is of a single picture')
}

/** Sum over the rows of rows of probabilities, divided. */
function meanOf(views: readonly Float32Array[]): Float32Array {
  return views[0].map((_, i) => views.reduce((sum, view) => sum + view[i], 0) / views.length)
}

/**
 * A classifier's probabilities for one picture [channels, height, width] in [0, 1], the mean over views of it: [classes].
 * @param prepare what is done to each view, in place, before the network sees it
 * @throws ArgumentError for options out of range and policies that mix.
 */
export async function predictViews(
  model: Model,
  picture: Float32Array,
  options: ViewOptions,
  prepare: (pixels: Float32Array) => void = () => {},
): Promise<Float32Array> {
  checkViews(options)
  const [channels, height, width] = model.inputShape
  const augmentation = new Augmentation(options.policy, { channels, height, width })
  const stream = new Random(options.seed ?? 0, 'augmentation')
  const inputs = new Float32Array(options.views * picture.length)
  for (let view = 0; view < options.views; view++) {
    const pixels = inputs.subarray(view * picture.length, (view + 1) * picture.length)
    pixels.set(picture)
    if (view > 0) {
      augmentation.draw(stream.fork(view - 1, 0))
      augmentation.change(pixels)
    }
    prepare(pixels)
  }
  const classes = classesOf(model, 'predictViews')
  const predictor = new Predictor(model, 'probabilities')
  const probabilities = await predictor.run(inputs, options.views)
  predictor.dispose()
  return meanOf(
    Array.from({ length: options.views }, (_, view) => probabilities.subarray(view * classes, (view + 1) * classes)),
  )
}

/**
 * Loss and accuracy of a classifier by the mean of its probabilities over views, and what it takes each class for. The loss is the
 * cross-entropy of the mean.
 * @param prepare what is done to each view, in place, before the network sees it
 * @throws ShapeError when model and data set do not fit; ClassesError for classes that the model does not have; DataError for labels that are none of
 * its classes, and outputs that are NaN; ArgumentError for targets that are not labels and options out of range.
 */
export async function evaluateViews(
  model: Model,
  examples: Dataset,
  options: ViewOptions,
  prepare: (pixels: Float32Array) => void = () => {},
): Promise<Required<Pick<Evaluation, 'loss' | 'accuracy'>> & Confusion> {
  checkViews(options)
  const classes = classesOf(model, 'evaluateViews')
  const dataset = await fitted(model, examples)
  const labels = labelsOf(dataset)
  checkListedLabels({ ...dataset, labels }, [{ classes }])
  const size = sizeOf(dataset.inputShape)
  const sums = new Float64Array(dataset.length * classes)
  const predictor = new Predictor(model, 'probabilities')
  const changed = augmented(dataset, options.policy, { seed: options.seed })
  for (let view = 0; view < options.views; view++)
    for await (const { indices, inputs } of readBatches(
      view === 0 ? dataset : changed,
      inOrder(dataset.length),
      Math.min(256, dataset.length),
      Math.max(0, view - 1),
    )) {
      for (let i = 0; i < indices.length; i++) prepare(inputs.x.subarray(i * size, (i + 1) * size) as Float32Array)
      const probabilities = await predictor.run(inputs.x, indices.length)
      const start = indices[0] * classes
      for (let i = 0; i < probabilities.length; i++) sums[start + i] += probabilities[i]
    }
  predictor.dispose()
  const independent = isIndependent(model)
  const counts = new Int32Array(classes * classes)
  const predicted = new Int32Array(dataset.length)
  const confidence = new Float32Array(dataset.length)
  let [loss, right] = [0, 0]
  for (const [i, label] of labels.entries()) {
    const own = sums.subarray(i * classes, (i + 1) * classes)
    predicted[i] = likeliest(own, dataset, i)
    counts[label * classes + predicted[i]]++
    confidence[i] = own[predicted[i]] / options.views
    // The smallest float32 above 0 stands for a probability that was rounded to 0.
    const likelihood = (probability: number): number => Math.log(Math.max(probability, 2 ** -149))
    loss -= likelihood(own[label] / options.views)
    // Classes that have a probability each, of its own, are to be denied as well.
    if (independent) for (const [c, sum] of own.entries()) if (c !== label) loss -= likelihood(1 - sum / options.views)
    if (predicted[i] === label) right++
  }
  const probabilities = Float32Array.from(sums, (sum) => sum / options.views)
  const matrix = { counts, predicted, labels, confidence, probabilities }
  return { loss: loss / dataset.length, accuracy: right / dataset.length, ...matrix }
}
