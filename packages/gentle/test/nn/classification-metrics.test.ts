/** Metrics of classifiers against scikit-learn, as an evaluation counts them batch by batch. */
import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { ArgumentError, DataError, ShapeError } from '../../src/core/errors.ts'
import { inMemory } from '../../src/data/index.ts'
import { constant, input } from '../../src/graph/tensor.ts'
import * as nn from '../../src/nn/index.ts'
import { sgd } from '../../src/optim/index.ts'
import { createTrainer, evaluate, fit, loadTrainingState, saveTrainingState } from '../../src/train/index.ts'
import { type ClassificationGolden, classificationGoldens, predictedOf } from './classification-goldens.ts'

const mirror = (size: number) => nn.createModel(nn.Flatten(), [size], { backend: reference() })

const named = (classes: number): string[] => Array.from({ length: classes }, (_, i) => `${i}`)

/** Inputs are logits, whose softmax are the probabilities. */
const examplesOf = ({ labels, classes, probabilities }: ClassificationGolden) =>
  inMemory({
    inputs: Float32Array.from(probabilities, (share) => Math.log(Math.max(share, 1e-30))),
    inputShape: [classes],
    targets: Int32Array.from(labels),
    classes: named(classes),
  })

const figures = [nn.precision, nn.recall, nn.f1]
const counting = [
  nn.accuracy,
  nn.topKAccuracy(2),
  nn.kappa,
  nn.matthews,
  ...figures.flatMap((figure) => [figure(), figure({ average: 'weighted' }), figure({ average: 'micro' })]),
]

describe.each(classificationGoldens)('for $name', (golden) => {
  const { classes, average } = golden

  it('metrics of the classes told are those of scikit-learn', async () => {
    const single = figures.flatMap((figure) => Array.from({ length: classes }, (_, i) => figure({ class: i })))
    const told = await evaluate(await mirror(classes), examplesOf(golden), {
      batchSize: 5,
      metrics: [...counting, ...single],
    })
    const expected: Record<string, number | null> = { kappa: golden.kappa, matthews: golden.matthews }
    // Where scores are tied at the last place, scikit-learn takes the label that comes last, and we any.
    if (golden.name === 'three classes with tied scores') expect(told['top2Accuracy']).toBeGreaterThan(golden.top2!)
    else if (golden.top2 !== null) expected['top2Accuracy'] = golden.top2
    for (const [i, name] of ['precision', 'recall', 'f1'].entries()) {
      expected[name] = average.macro[i]
      expected[`${name}Weighted`] = average.weighted[i]
      expected[`${name}Micro`] = average.micro[i]
      for (let label = 0; label < classes; label++) {
        // What neither occurs nor is told is NaN here.
        const isThere = golden.labels.includes(label) || predictedOf(golden).includes(label)
        expected[`${name}Class${label}`] = isThere ? golden.perClass[i][label] : null
      }
    }
    for (const [name, value] of Object.entries(expected))
      if (value === null) expect(told[name]).toBeNaN()
      else expect(told[name], name).toBeCloseTo(value, 12)
  })

  // Ties of rows that differ elsewhere are none behind a softmax of rounded numbers: classification-figures.test.ts compares those of the probabilities.
  if (golden.name !== 'three classes with tied scores')
    it('areas and calibration are those of scikit-learn', async () => {
      const metrics = [nn.auc(), nn.auc({ curve: 'precisionRecall' }), nn.auc({ class: 1 }), nn.calibrationError()]
      const told = await evaluate(await mirror(classes), examplesOf(golden), { batchSize: 5, metrics })
      const known = golden.curves.filter((curve) => curve !== null)
      const mean = known.reduce((sum, { averagePrecision }) => sum + averagePrecision, 0) / known.length
      if (golden.auc !== null) expect(told['auc']).toBeCloseTo(golden.auc, 6)
      if (known.length > 0) expect(told['averagePrecision']).toBeCloseTo(mean, 6)
      else expect([told['auc'], told['averagePrecision']]).toEqual([Number.NaN, 1])
      expect(told['aucClass1']).toEqual(
        golden.curves[1] === null ? Number.NaN : expect.closeTo(golden.curves[1].area, 6),
      )
      expect(told['calibrationError']).toBeCloseTo(golden.calibration[1].error, 5)
    })
})

describe('metrics of classifiers', () => {
  it('take one logit an example, and targets that are probabilities, as accuracy does', async () => {
    const labels = [1, 0, 1, 1]
    const metrics = [nn.accuracy, nn.f1({ class: 1 }), nn.auc(), nn.calibrationError({ bins: 4 })]
    const one = { inputs: Float32Array.of(2, -1, -0.5, 3), inputShape: [1], classes: ['no', 'yes'] }
    const told = await evaluate(await mirror(1), inMemory({ ...one, targets: Int32Array.from(labels) }), { metrics })
    expect(told).toMatchObject({ accuracy: 0.75, f1Class1: expect.closeTo(0.8, 12), auc: 1 })
    const pairs = Float32Array.from([...one.inputs].flatMap((z) => [0, z]))
    const two = { inputs: pairs, inputShape: [2], classes: ['no', 'yes'] }
    const shares = Float32Array.from(labels.flatMap((label) => (label === 1 ? [0.2, 0.8] : [0.9, 0.1])))
    const soft = await evaluate(await mirror(2), inMemory({ ...two, targets: shares, targetShape: [2] }), { metrics })
    for (const name of ['accuracy', 'f1Class1', 'auc', 'calibrationError'])
      expect(soft[name], name).toBeCloseTo(told[name]!, 6)
  })

  it('refuse classes that there are not, averages of them, maps, and labels of no class', async () => {
    expect(() => nn.f1({ class: -1 })).toThrow(ArgumentError)
    expect(() => nn.auc({ class: 0.5 })).toThrow(ArgumentError)
    expect(() => nn.calibrationError({ bins: 0 })).toThrow(ArgumentError)
    const target = input([4], 'int32')
    const batch = { inputs: {}, target }
    for (const { count } of [nn.f1({ class: 3 }), nn.auc({ class: 3 })])
      expect(() => count(input([4, 3]), target, batch)).toThrow(/of 3 classes, 0 to 2/)
    for (const { count } of [nn.f1(), nn.kappa, nn.auc(), nn.calibrationError()]) {
      expect(() => count(input([4, 3, 5, 5]), target, batch)).toThrow(ShapeError)
      expect(() => count(input([4, 3]), input([4, 2]), batch)).toThrow(ShapeError)
      // Labels as floats are none of ten classes: only one number an example is told apart by one.
      expect(() => count(input([4, 3]), input([4]), batch)).toThrow(ShapeError)
    }
    const set = inMemory({ inputs: new Float32Array(4), inputShape: [2], targets: Int32Array.of(0, 2) })
    await expect(evaluate(await mirror(2), set, { metrics: [nn.f1()] })).rejects.toThrow(DataError)
  })

  it('are NaN where a score is', async () => {
    const scores = constant([1, Number.NaN, 0, 1], [2, 2])
    const target = constant([0, 1], [2], 'int32')
    for (const { count, value } of [nn.f1(), nn.kappa, nn.auc(), nn.calibrationError()]) {
      const y = count(scores, target, { inputs: {}, target })
      const { data } = (await (await reference().compile({ inputs: {}, outputs: { y } })).run()).y
      const width = data.length / 2
      const sums = Float64Array.from({ length: width }, (_, i) => Number(data[i]) + Number(data[width + i]))
      expect(value!(width === 6 ? sums : Float64Array.from(data), 2)).toBeNaN()
    }
  })
})

describe('a training', () => {
  /** Many of class 0, few of class 1, told apart by the second input. */
  const rare = inMemory({
    inputs: Float32Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? 1 : i % 20 === 1 ? 2 : -1)),
    inputShape: [2],
    targets: Int32Array.from({ length: 40 }, (_, i) => Number(i % 10 === 0)),
    classes: ['no', 'yes'],
  })
  const options = {
    backend: reference(),
    optimizer: sgd({ learningRate: 0.1 }),
    batchSize: 16,
    epochs: 4,
    validation: rare,
    metrics: [nn.f1(), nn.auc(), nn.accuracy],
  }

  it.each(['f1', 'auc'])('chooses its best epoch by %s', async (monitor) => {
    const { history, epoch } = await fit(nn.Linear(2), rare, { ...options, monitor })
    const scores = history.map(({ validation }) => validation![monitor]!)
    expect(scores[epoch - 1]).toBe(Math.max(...scores))
    expect(history.findLast(({ best }) => best)?.epoch).toBe(epoch)
    // What is collected is of evaluations alone.
    expect(Object.keys(history[0].train)).toEqual(['loss', 'f1', 'accuracy'])
  })

  it('chooses by the smallest calibration error, and goes on from within an epoch with the same figures', async () => {
    const by = { ...options, metrics: [nn.calibrationError(), nn.f1()] }
    const whole = await fit(nn.Linear(2), rare, by)
    const errors = whole.history.map(({ validation }) => validation!['calibrationError']!)
    expect(errors[whole.epoch - 1]).toBe(Math.min(...errors))
    const trainer = await createTrainer(nn.Linear(2), rare, by)
    await trainer.step()
    const state = loadTrainingState(saveTrainingState(await trainer.state()))
    const resumed = await fit(nn.Linear(2), rare, { ...by, state })
    const plain = ({ train, validation, best }: (typeof whole.history)[number]) => ({ train, validation, best })
    expect(resumed.history.map(plain)).toEqual(whole.history.map(plain))
  })

  it('prefers any number to none, and of epochs without one that of the smallest loss', async () => {
    const none = inMemory({
      inputs: Float32Array.of(1, -1),
      inputShape: [2],
      targets: Int32Array.of(0),
      classes: ['no', 'yes'],
    })
    const { history, epoch } = await fit(nn.Linear(2), rare, { ...options, monitor: 'auc', validation: none })
    expect(history.map(({ validation }) => validation!['auc'])).toEqual(history.map(() => Number.NaN))
    const losses = history.map(({ validation }) => validation!.loss)
    expect(losses[epoch - 1]).toBe(Math.min(...losses))
  })
})
