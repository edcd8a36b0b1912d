/** Targets that are probabilities of classes; test/goldens/make-soft-targets.py wrote what PyTorch gives. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { ShapeError } from '../../src/core/errors.ts'
import { inMemory } from '../../src/data/index.ts'
import { constant, input, variable } from '../../src/graph/tensor.ts'
import * as nn from '../../src/nn/index.ts'
import { sgd } from '../../src/optim/index.ts'
import { evaluate, fit } from '../../src/train/index.ts'

const golden: {
  readonly logits: number[]
  readonly targets: number[]
  readonly classWeights: number[]
  readonly labelSmoothing: number
  readonly cases: Record<string, { readonly value: number; readonly gradient: number[] }>
} = JSON.parse(readFileSync(new URL('../goldens/soft-targets.json', import.meta.url), 'utf8'))
const { classWeights, labelSmoothing } = golden

const options: Record<string, nn.CrossEntropyOptions> = {
  plain: {},
  'with label smoothing': { labelSmoothing },
  'with class weights': { classWeights },
  'with class weights and label smoothing': { classWeights, labelSmoothing },
}

describe('the cross entropy of probabilities', () => {
  it.each(Object.entries(golden.cases))('has the value and gradient of PyTorch, %s', async (name, wanted) => {
    const logits = variable([5, 4], golden.logits)
    const value = nn.crossEntropy(logits, constant(golden.targets, [5, 4]), options[name])
    const [gradient] = gradients(value, [logits])
    const results = await (
      await reference({ precision: 'float64' }).compile({ inputs: {}, outputs: { value, gradient } })
    ).run()
    expect(results['value'].data[0]).toBeCloseTo(wanted.value, 7)
    expect(results['gradient'].data.length).toBe(20)
    for (const [i, number] of wanted.gradient.entries())
      expect(results['gradient'].data[i], `gradient ${i}`).toBeCloseTo(number, 7)
  })

  it('refuses another number of classes, and labels in floating point', () => {
    expect(() => nn.crossEntropy(input([3, 4]), input([3, 5]))).toThrow(ShapeError)
    expect(() => nn.crossEntropy(input([3, 4]), input([3]))).toThrow(/\[3, 4\].*float32 targets \[3\]/)
  })
})

/** Logits as inputs; of the four examples the first three have their largest logit where the target is largest. */
const blended = (classes?: string[]) =>
  inMemory({
    inputs: Float32Array.of(3, 1, 0, 0, 2, 1, -1, 0, 4, 2, 0, 1),
    inputShape: [3],
    targets: Float32Array.of(0.7, 0.3, 0, 0.4, 0.6, 0, 0, 0, 1, 0.2, 0.5, 0.3),
    targetShape: [3],
    classes,
  })

describe('examples with probabilities as targets', () => {
  it('are right where the largest logit is at the likeliest class', async () => {
    const model = await nn.createModel(nn.Flatten(), [3], { backend: reference() })
    expect((await evaluate(model, blended(['a', 'b', 'c']))).accuracy).toBe(0.75)
  })

  it('are neither right nor wrong where the data set has no classes: then they are numbers to be met', async () => {
    const model = await nn.createModel(nn.Flatten(), [3], { backend: reference() })
    expect(Object.keys(await evaluate(model, blended(), { loss: nn.meanSquaredError }))).toEqual(['loss'])
  })

  it('are trained on, with labels as validation', async () => {
    const labels = inMemory({
      inputs: Float32Array.of(3, 1, 0, 0, 2, 1, -1, 0, 4),
      inputShape: [3],
      targets: Int32Array.of(0, 1, 2),
      classes: ['a', 'b', 'c'],
    })
    const { history } = await fit(nn.Linear(3), blended(['a', 'b', 'c']), {
      validation: labels,
      optimizer: sgd({ learningRate: 0.1 }),
      epochs: 20,
      backend: reference(),
    })
    expect(history[19].train.loss).toBeLessThan(history[0].train.loss)
    expect(history[19].train.accuracy).toBeGreaterThanOrEqual(0.75)
    expect(history[19].validation?.accuracy).toBe(1)
  })
})
