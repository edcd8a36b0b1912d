/** Ten steps of each optimizer against PyTorch; test/goldens/make-losses-optimizers.py wrote what it gives. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { ArgumentError } from '../../src/core/errors.ts'
import { constant, input, variable } from '../../src/graph/tensor.ts'
import { meanSquaredError } from '../../src/nn/losses.ts'
import { add, matmul, tanh } from '../../src/ops/index.ts'
import {
  adaGrad,
  adam,
  adamW,
  linearDecay,
  type Optimizer,
  ratesByDepth,
  rmsProp,
  type Schedule,
  sgd,
} from '../../src/optim/index.ts'

interface Goldens {
  readonly problem: Record<'examples' | 'targets' | 'weights' | 'bias', number[]>
  readonly optimizers: Record<string, { readonly rate: number; readonly steps: number[][] }>
}

const { problem, optimizers: goldens }: Goldens = JSON.parse(
  readFileSync(new URL('../goldens/losses-optimizers.json', import.meta.url), 'utf8'),
)

const optimizers: Record<string, (learningRate: Schedule) => Optimizer> = {
  sgd: (learningRate) => sgd({ learningRate }),
  'sgd with momentum': (learningRate) => sgd({ learningRate, momentum: 0.9 }),
  "sgd with Nesterov's momentum": (learningRate) => sgd({ learningRate, momentum: 0.9, nesterov: true }),
  'sgd with weight decay': (learningRate) => sgd({ learningRate, weightDecay: 0.1 }),
  "sgd with Nesterov's momentum and weight decay": (learningRate) =>
    sgd({ learningRate, momentum: 0.8, nesterov: true, weightDecay: 0.1 }),
  'sgd with gradients clipped by norm': (learningRate) => sgd({ learningRate, clipNorm: 0.125 }),
  'sgd with a norm that is never reached': (learningRate) => sgd({ learningRate, clipNorm: 1000 }),
  'sgd with gradients clipped by value': (learningRate) => sgd({ learningRate, clipValue: 0.0625 }),
  adam: (learningRate) => adam({ learningRate }),
  'adam with its own betas, epsilon and weight decay': (learningRate) =>
    adam({ learningRate, beta1: 0.8, beta2: 0.9, epsilon: 0.01, weightDecay: 0.1 }),
  adamW: (learningRate) => adamW({ learningRate }),
  'adamW with weight decay': (learningRate) => adamW({ learningRate, weightDecay: 0.5 }),
  rmsProp: (learningRate) => rmsProp({ learningRate }),
  'rmsProp with momentum': (learningRate) => rmsProp({ learningRate, momentum: 0.9, decay: 0.9, epsilon: 0.01 }),
  'rmsProp with weight decay': (learningRate) => rmsProp({ learningRate, weightDecay: 0.1 }),
  adaGrad: (learningRate) => adaGrad({ learningRate }),
  'adaGrad with weight decay': (learningRate) => adaGrad({ learningRate, weightDecay: 0.1, epsilon: 0.01 }),
  'sgd with weight decay of weights alone': (learningRate) =>
    sgd({ learningRate, momentum: 0.9, weightDecay: 0.1, decayParameters: 'weights' }),
  'adam with weight decay of weights alone': (learningRate) =>
    adam({ learningRate, weightDecay: 0.1, decayParameters: 'weights' }),
  'adamW with weight decay of weights alone': (learningRate) =>
    adamW({ learningRate, weightDecay: 0.5, decayParameters: 'weights' }),
  'rmsProp with weight decay of weights alone': (learningRate) =>
    rmsProp({ learningRate, weightDecay: 0.1, decayParameters: 'weights' }),
  'adaGrad with weight decay of weights alone': (learningRate) =>
    adaGrad({ learningRate, weightDecay: 0.1, decayParameters: 'weights' }),
  'sgd with a quarter of the rate for weights': (learningRate) =>
    sgd({ learningRate, momentum: 0.9, weightDecay: 0.1, rateFactor: slowWeights }),
  'adamW with a quarter of the rate for weights': (learningRate) =>
    adamW({ learningRate, weightDecay: 0.5, rateFactor: slowWeights }),
}

const slowWeights = (name: string): number => (name === 'weights' ? 0.25 : 1)

/** Weights and biases after each of ten steps. */
async function tenSteps({ schedule, begin }: Optimizer): Promise<number[][]> {
  const weights = variable([2, 3], problem.weights, 'weights')
  const bias = variable([2], problem.bias, 'bias')
  const prediction = tanh(add(matmul(constant(problem.examples, [6, 3]), weights, { transposeB: true }), bias))
  const loss = meanSquaredError(prediction, constant(problem.targets, [6, 2]))
  const rate = input([])
  const parameters = [weights, bias]
  const updates = begin(parameters).updates(gradients(loss, parameters), rate)
  const backend = reference({ precision: 'float64' })
  const program = await backend.compile({ inputs: { rate }, outputs: {}, updates })
  const steps: number[][] = []
  for (let step = 0; step < 10; step++) {
    await program.run({ rate: schedule(step, 10) })
    steps.push([...(await backend.read(weights)), ...(await backend.read(bias))])
  }
  return steps
}

describe('ten steps lead where PyTorch comes to, with', () => {
  it.each(Object.entries(goldens))('%s', async (name, { rate, steps: wanted }) => {
    const steps = await tenSteps(optimizers[name](linearDecay(rate)))
    for (const [step, values] of wanted.entries())
      for (const [i, value] of values.entries())
        expect(Math.abs(steps[step][i] - value), `step ${step + 1}, parameter ${i}`).toBeLessThan(5e-7)
  })

  it('each optimizer that is tested here', () => {
    expect(Object.keys(optimizers).sort()).toEqual(Object.keys(goldens).sort())
  })
})

describe('an optimizer refuses', () => {
  it.each<[string, () => Optimizer]>([
    ['a rate of 0', () => sgd({ learningRate: 0 })],
    ['a rate that is not a number', () => adam({ learningRate: Number.NaN })],
    ['a momentum of 1', () => sgd({ learningRate: 1, momentum: 1 })],
    ["Nesterov's momentum without momentum", () => sgd({ learningRate: 1, nesterov: true })],
    ['weight decay below 0', () => sgd({ learningRate: 1, weightDecay: -1 })],
    [
      'decay of what it does not know',
      () => sgd({ learningRate: 1, weightDecay: 1, decayParameters: 'biases' as 'all' }),
    ],
    ['clipping to 0', () => sgd({ learningRate: 1, clipNorm: 0 })],
    ['clipping to values below 0', () => sgd({ learningRate: 1, clipValue: -1 })],
    ['beta1 of 1', () => adam({ learningRate: 1, beta1: 1 })],
    ['beta2 below 0', () => adamW({ learningRate: 1, beta2: -0.1 })],
    ['epsilon below 0', () => adam({ learningRate: 1, epsilon: -1 })],
    ['a decay of 1', () => rmsProp({ learningRate: 1, decay: 1 })],
    ['epsilon that is not a number', () => adaGrad({ learningRate: 1, epsilon: Number.NaN })],
  ])('%s', (_, make) => {
    expect(make).toThrow(ArgumentError)
  })

  it('a share of 0 of the rate, and names the parameter', () => {
    const optimizer = sgd({ learningRate: 1, rateFactor: () => 0 })
    expect(() => optimizer.begin([variable([1], 0, 'conv1.weight')])).toThrow(
      'optimizer: rateFactor of conv1.weight is 0; expected a number above 0; freeze what must not learn',
    )
  })
})

describe('rates by depth', () => {
  const names = ['conv1.weight', 'conv1.bias', 'layer1.0.conv1.weight', 'fc.weight', 'fc.bias']

  it('grow by the same factor from each layer to the next, up to 1', () => {
    const factor = ratesByDepth(names, 0.25)
    expect(names.map(factor)).toEqual([0.25, 0.25, 0.5, 1, 1])
  })

  it('are 1 for the only layer, and where the first one has 1', () => {
    expect(ratesByDepth(['weight', 'bias'], 0.1)('bias')).toBe(1)
    expect(names.map(ratesByDepth(names, 1))).toEqual([1, 1, 1, 1, 1])
  })

  it('are refused out of range, and for names that there are not', () => {
    expect(() => ratesByDepth(names, 0)).toThrow(/first is 0; expected above 0, at most 1/)
    expect(() => ratesByDepth(names, 0.1)('head.weight')).toThrow(/no parameter .* is named 'head.weight'/)
  })
})
