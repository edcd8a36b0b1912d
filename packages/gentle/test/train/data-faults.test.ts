/** Data that cannot be learned from is named, by the example, and not taken for a training that goes wrong. */
import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { DataError, DivergenceError } from '../../src/core/errors.ts'
import { Random } from '../../src/core/random.ts'
import { taskSet } from '../../src/data/annotated/task-set.ts'
import { augmented } from '../../src/data/augmentation/augmented.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { inMemory, namedInMemory, subset } from '../../src/data/index.ts'
import { constant, type Tensor } from '../../src/graph/tensor.ts'
import * as nn from '../../src/nn/index.ts'
import { pixelCrossEntropy } from '../../src/nn/vision-losses.ts'
import * as ops from '../../src/ops/index.ts'
import { sgd } from '../../src/optim/index.ts'
import { confusion, createTrainer, DivergedTraining, evaluate, fit, perceptronRule } from '../../src/train/index.ts'
import { evaluateViews } from '../../src/train/vision.ts'
import { detectionLoss } from '../../src/vision/tasks/detection-loss.ts'
import { localization } from '../../src/vision/tasks/localization.ts'
import { segmentation } from '../../src/vision/tasks/segmentation.ts'

const options = (learningRate = 0.1) => ({
  backend: reference(),
  optimizer: sgd({ learningRate }),
  batchSize: 4,
  epochs: 1,
})

/** Ten points of two coordinates, and their labels. */
const points = (labels: number[], inputs: Float32Array = new Float32Array(20).fill(0.5), name = 'points'): Dataset =>
  inMemory({ name, inputs, inputShape: [2], targets: Int32Array.from(labels) })

const fine = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0]
const network = nn.Sequential(nn.Linear(4), nn.Tanh(), nn.Linear(3))

/** With its labels, but not listed: they are known as batches are read. */
const unlisted = (set: Dataset): Dataset => ({ ...set, labels: undefined })

/** Its loss grows beyond all numbers by a rate that is too high. */
const growing = inMemory({
  inputs: new Float32Array(20).fill(0.5),
  inputShape: [2],
  targets: new Float32Array(10),
  targetShape: [1],
})
const squared = (learningRate: number) => ({ ...options(learningRate), loss: nn.meanSquaredError })

describe('a label of no class', () => {
  it.each([3, -1, 255, -(2 ** 31)])('is refused by the example that has it: %d of 3 classes', async (label) => {
    const set = points(fine.with(7, label))
    const message = `example 7 of data set points has label ${label}; expected 0 to 2 for 3 classes; labels count from 0`
    const model = (await fit(network, points(fine), options())).model
    for (const faulty of [set, unlisted(set)]) {
      await expect(fit(network, faulty, options())).rejects.toThrow(new DataError(message))
      await expect(evaluate(model, faulty)).rejects.toThrow(new DataError(message))
      await expect(confusion(model, faulty)).rejects.toThrow(new DataError(message))
    }
  })

  it('is found before the first step where a set lists its labels, else before its own, and changes nothing', async () => {
    for (const [set, steps] of [
      [points(fine.with(9, 3)), 0],
      [unlisted(points(fine.with(9, 3))), 2],
    ] as const) {
      // The order of the seed has example 9 last of all.
      const trainer = await createTrainer(network, set, { ...options(), seed: seedWithLast(9) })
      const before = async () => [...(await nn.readWeights(trainer.model)).values()].map((values) => [...values])
      for (let step = 0; step < steps; step++) await trainer.step()
      const weights = await before()
      await expect(trainer.step()).rejects.toThrow(DataError)
      expect(await before()).toEqual(weights)
      expect(trainer.stepsDone).toBe(steps)
    }
  })

  it('is refused by every loss and metric of labels', async () => {
    const set = points(fine.with(2, 3))
    const wrong = /example 2 of data set points has label 3/
    await expect(fit(network, set, { ...options(), loss: nn.hinge, metrics: [] })).rejects.toThrow(wrong)
    const smoothed = (z: Tensor, y: Tensor) => nn.crossEntropy(z, y, { labelSmoothing: 0.1 })
    await expect(fit(network, set, { ...options(), loss: smoothed, metrics: [] })).rejects.toThrow(wrong)
    const none = (z: Tensor) => ops.mean(z)
    for (const metric of [nn.accuracy, nn.topKAccuracy(2)])
      await expect(fit(network, set, { ...options(), loss: none, metrics: [metric] })).rejects.toThrow(wrong)
  })

  it('is refused by a loss of one’s own that says what it expects, and is NaN in one that does not', async () => {
    const own = (z: Tensor, y: Tensor): Tensor => ops.neg(ops.mean(ops.mul(ops.oneHot(y, 3), ops.logSoftmax(z))))
    const telling = (z: Tensor, y: Tensor): Tensor => {
      nn.expectLabels(y, 3)
      return own(z, y)
    }
    const set = points(fine.with(2, 3))
    await expect(fit(network, set, { ...options(), loss: telling, metrics: [] })).rejects.toThrow(DataError)
    await expect(fit(network, set, { ...options(), loss: own, metrics: [] })).rejects.toThrow(DivergenceError)
  })

  it('is told of pixels with their place, where one label does not count', async () => {
    const masks = Int32Array.from({ length: 5 * 6 }, (_, i) => (i === 3 * 6 + 4 ? 7 : i % 5 === 0 ? 255 : i % 2))
    const set = (targets: Int32Array): Dataset =>
      inMemory({
        name: 'masks',
        inputs: new Float32Array(30).fill(1),
        inputShape: [1, 2, 3],
        targets,
        targetShape: [2, 3],
      })
    const segmenter = nn.Conv2d(2, 1)
    const masked = { ...options(), loss: pixelCrossEntropy }
    await expect(fit(segmenter, set(masks), masked)).rejects.toThrow(
      new DataError(
        'example 3 of data set masks has label 7 at [1, 1]; expected 0 to 1 for 2 classes, or 255, which does not count; labels count from 0',
      ),
    )
    const { history } = await fit(segmenter, set(masks.map((label) => (label === 7 ? 255 : label))), masked)
    expect(history[0].train.loss).toBeGreaterThan(0)
  })

  it('is looked for in sequences, but not in what pads them', async () => {
    const sequences = (bad: number) => [Int32Array.of(0, 1, 0), Int32Array.of(1, bad), Int32Array.of(0)]
    const set = (bad: number) =>
      namedInMemory({
        name: 'texts',
        inputs: { letters: { values: sequences(1) } },
        target: { values: sequences(bad), padding: -1 },
      })
    const loss: nn.BatchLoss = {
      name: 'first letters',
      of(logits, target) {
        nn.expectLabels(target, 2)
        return nn.crossEntropy(
          ops.slice(logits, [0, 0, 0], [3, 1, 2]).reshape([3, 2]),
          ops.slice(target, [0, 0], [3, 1]).reshape([3]),
        )
      },
    }
    const tagger = nn.ofInput('letters', nn.Embedding(2, 2))
    const training = { ...options(), loss, metrics: [] }
    await expect(fit(tagger, set(2), training)).rejects.toThrow('example 1 of data set texts has label 2 at [1];')
    expect((await fit(tagger, set(1), training)).history).toHaveLength(1)
  })

  it('is refused in a batch of one’s own, and where labels are mixed or looked at several times', async () => {
    const trainer = await createTrainer(network, points(fine), options())
    const batch = { examples: 2, inputs: { x: new Float32Array(4) }, targets: Int32Array.of(1, 3) }
    await expect(trainer.step(batch)).rejects.toThrow('example 1 of the batch has label 3;')

    const pictures: Dataset = {
      ...inMemory({
        name: 'pictures',
        inputs: new Float32Array(3 * 4),
        inputShape: [1, 2, 2],
        targets: Int32Array.of(0, 2, 1),
      }),
      classes: ['a', 'b'],
    }
    const classifier = nn.Sequential(nn.Flatten(), nn.Linear(2))
    const mixing = augmented(pictures, [{ type: 'mixUp' }])
    await expect(fit(classifier, mixing, options())).rejects.toThrow('example 1 has label 2; expected 0 to 1')
    const model = await nn.createModel(classifier, [1, 2, 2], { backend: reference() })
    const views = { policy: [{ type: 'flip' as const }], views: 2 }
    await expect(evaluateViews(model, pictures, views)).rejects.toThrow('example 1 of data set pictures has label 2;')
    await expect(perceptronRule({ ...points(fine), classes: ['a', 'b'] }, options())).rejects.toThrow(
      'example 2 of data set points has label 2; expected 0 or 1',
    )
  })
})

describe('truth of no class', () => {
  /** Two pictures; the second has an object of a label, and a pixel of one. */
  const pictures = (object: number, pixel: number) => ({
    name: 'scenes',
    length: 2,
    inputShape: [1, 2, 2],
    classes: ['a', 'b'],
    maskClasses: ['background', 'a', 'b'],
    files: ['0.png', '1.png'],
    read(index: number, picture: Float32Array) {
      picture.fill(0.5)
      const mask = Uint8Array.of(0, 1, 255, index === 1 ? pixel : 2)
      return { boxes: [{ left: 0, top: 0, right: 1, bottom: 2 }], labels: [index === 1 ? object : 0], mask }
    },
  })
  const training = (loss: nn.Loss) => ({ ...options(), loss, metrics: [] })

  it('is refused by the picture that has it: of its objects and of its mask', async () => {
    const { target, loss } = localization([1, 2, 2])
    const localizer = nn.Sequential(nn.Flatten(), nn.Linear(6))
    await expect(fit(localizer, taskSet(pictures(2, 0), target), training(loss))).rejects.toThrow(
      new DataError('data set scenes: example 1 has an object of label 2; expected 0 to 1 for 2 classes'),
    )
    const task = segmentation([1, 2, 2])
    const segmenter = nn.Conv2d(3, 1)
    await expect(fit(segmenter, taskSet(pictures(1, 3), task.target), training(task.loss))).rejects.toThrow(
      'example 1 of data set scenes (1.png) has label 3 at [1, 1]; expected 0 to 2 for 3 classes, or 255, which does not count',
    )
    expect((await fit(segmenter, taskSet(pictures(1, 2), task.target), training(task.loss))).history).toHaveLength(1)
  })

  it('gives a loss that is NaN where a network tells fewer classes', async () => {
    const labels = constant([2, 0.1, 0.1, 0.5, 0.5], [1, 5])
    const { loss } = localization([1, 2, 2])
    const result = await reference().compile({ inputs: {}, outputs: { y: loss(constant(0, [1, 6]), labels) } })
    expect([...(await result.run()).y.data]).toEqual([Number.NaN])
    const places = constant([-1, 2, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1], [1, 6, 2])
    const detected = await reference().compile({
      inputs: {},
      outputs: { y: detectionLoss(constant(0, [1, 7, 2]), places) },
    })
    expect([...(await detected.run()).y.data]).toEqual([Number.NaN])
  })
})

describe('NaN or an infinity in the data', () => {
  const withBad = (value: number): Dataset => ({
    ...points(fine, new Float32Array(20).fill(0.5).with(2 * 6 + 1, value)),
    classes: ['a', 'b', 'c'],
    nameOf: (index) => `points.csv, line ${index + 2}`,
  })
  const result = (value: number) =>
    `example 6 of data set points (points.csv, line 8), of class 'a', holds ${value} at [1] of its input`

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'is told by the example, and no rate is blamed: %d',
    async (value) => {
      // An infinite input saturates tanh: the loss is a number yet, but the next is none.
      const error: unknown = await fit(network, withBad(value), { ...options(), epochs: 3 }).catch((error) => error)
      expect(error).toBeInstanceOf(DivergedTraining)
      const { message, cause } = error as DivergedTraining
      expect(message).toContain(`; ${result(value)}: fix the example or leave it out`)
      expect(message).not.toMatch(/learning rate/)
      expect(cause).toEqual(new DataError(result(value)))
    },
  )

  it('is told by the index in the whole set where a part of it is trained on', async () => {
    const part = subset(withBad(Number.NaN), [9, 6, 1], 'part')
    await expect(fit(network, part, options())).rejects.toThrow('example 1 of data set part (points.csv, line 8)')
    const unnamed = subset(subset({ ...withBad(Number.NaN), nameOf: undefined }, [9, 6, 1, 2]), [3, 1, 0], 'part')
    await expect(fit(network, unnamed, options())).rejects.toThrow('example 1 of data set part (6 of the whole set)')
  })

  it('is told of targets and of inputs by name', async () => {
    const inputs = {
      a: { values: new Float32Array(8), shape: [2] },
      b: { values: Float32Array.of(0, 1, Number.NaN, 3) },
    }
    const layer: nn.InputsLayer = {
      description: { type: 'both' },
      applyInputs: ({ a, b }, scope) => ops.add(scope.apply('of', nn.Linear(1), a), ops.reshape(b, [-1, 1])),
    }
    const targets = { values: Float32Array.of(0, -Infinity, 0, 0), shape: [1] }
    await expect(fit(layer, namedInMemory({ inputs, target: targets }), squared(0.1))).rejects.toThrow(
      'example 2 of data set in memory holds NaN of its input b',
    )
    const clean = { ...inputs, b: { values: new Float32Array(4) } }
    await expect(fit(layer, namedInMemory({ inputs: clean, target: targets }), squared(0.1))).rejects.toThrow(
      'example 1 of data set in memory holds -Infinity at [0] of its target',
    )
  })

  it('is told of a set that a model is evaluated on', async () => {
    const { model } = await fit(network, points(fine), options())
    await expect(evaluate(model, withBad(Number.NaN))).rejects.toThrow(
      new DataError(`evaluate: the loss is NaN, since ${result(Number.NaN)}; fix the example or leave it out`),
    )
    await expect(fit(network, points(fine), { ...options(), validation: withBad(Number.NaN) })).rejects.toThrow(
      DataError,
    )
    await expect(confusion(model, withBad(Number.NaN))).rejects.toThrow(/gives NaN for example 6/)
  })

  it('is not looked for in files, whose pictures have none', async () => {
    const set = withBad(Number.NaN)
    const read = async (...of: Parameters<Dataset['read']>) => set.read(...of)
    await expect(fit(network, { ...set, read }, options())).rejects.toThrow(result(Number.NaN))
    let reads = 0
    const counting = async (...of: Parameters<Dataset['read']>) => {
      reads++
      return growing.read(...of)
    }
    const training = fit(nn.Linear(1), { ...growing, read: counting }, squared(1e30))
    await expect(training).rejects.toThrow(/use a smaller learning rate/)
    expect(reads).toBeLessThanOrEqual(4)
  })
})

describe('a loss that is not a number on clean data', () => {
  it('is told by the op that is the first to make NaN, in the layer where it is', async () => {
    const root: nn.Layer = { description: { type: 'root' }, apply: (x) => ops.sqrt(ops.sub(x, 1)) }
    const layers = nn.Sequential(nn.Linear(3), root, nn.Linear(3))
    for (const backend of [reference(), await wasm({ threads: 1 })]) {
      const trainer = await createTrainer(layers, points(fine), { ...options(1e-30), backend })
      await expect(trainer.gradients()).rejects.toThrow(
        /step 1 .*: sqrt \(1\) at .* \(forward, of shape \[4, 3\]\) gives NaN of .*; look at/,
      )
      trainer.dispose()
      await expect(fit(layers, points(fine), { ...options(), backend })).rejects.toThrow(
        /: sqrt \(1\) at .* gives NaN of/,
      )
      await backend.close()
    }
  })

  it('is told to be of the loss or the network at the first step, and of the learning rate later', async () => {
    const logOf0 = (z: Tensor) => ops.mean(ops.log(ops.mul(z, 0)))
    const first: Error = await fit(network, points(fine), { ...options(), loss: logOf0 }).catch((error) => error)
    expect(first.message).toMatch(
      /became -Infinity at step 1 .* no step was made before: log \(loss\) at .*data-faults\.test\.ts:\d+:\d+ \(forward, of shape \[4, 3\]\) gives -Infinity of -?0, in all examples of the batch; look at the loss/,
    )
    expect(first.message).not.toMatch(/learning rate/)
    const later: Error = await fit(nn.Linear(1), growing, squared(1e30)).catch((error) => error)
    expect(later.message).toMatch(
      /at step [23] .* use a smaller learning rate or clipNorm; detectAnomaly finds the op where it begins$/,
    )
    expect(later.cause).toBeUndefined()
  })
})

/** A seed whose first order of ten examples ends with one of them. */
function seedWithLast(index: number): number {
  for (let seed = 0; ; seed++) if (new Random(seed, 'order of epoch 1').permutation(10)[9] === index) return seed
}
