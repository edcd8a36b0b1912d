import { afterAll, describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { ArgumentError, DataError } from '../../src/core/errors.ts'
import { logic, moons, spirals } from '../../src/data/index.ts'
import { lenet5, mlp, perceptron } from '../../src/models/index.ts'
import { countParameters, createModel } from '../../src/nn/index.ts'
import { adam, linearDecay, sgd } from '../../src/optim/index.ts'
import { evaluate, fit, perceptronRule, predict } from '../../src/train/index.ts'

const opened = wasm({ threads: 1 })
afterAll(async () => (await opened).close())

describe('LeNet-5', () => {
  it('has 61,706 parameters, each layer of the shape that the lecture draws', async () => {
    const model = await createModel(lenet5(), [1, 28, 28], { backend: reference() })
    expect(countParameters(model)).toBe(61_706)
    expect(model.outputShape).toEqual([10])
    expect([...model.parameters.values()].filter((p) => p.shape.length > 1).map(({ shape }) => shape)).toEqual([
      [6, 1, 5, 5],
      [16, 6, 5, 5],
      [120, 16, 5, 5],
      [84, 120],
      [10, 84],
    ])
  })

  it('takes other numbers of classes', async () => {
    const model = await createModel(lenet5({ classes: 26 }), [1, 28, 28], { backend: reference() })
    expect(model.outputShape).toEqual([26])
  })
})

describe('the perceptron of the classic rule', () => {
  it.each(['and', 'or'] as const)('learns %s without a mistake', async (name) => {
    const { model, mistakes } = await perceptronRule(logic(name), { backend: reference() })
    expect(mistakes.at(-1)).toBe(0)
    expect(mistakes.length).toBeLessThan(20)
    const { data } = await predict(model, Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1))
    expect([...data]).toEqual(name === 'and' ? [0, 0, 0, 1] : [0, 1, 1, 1])
  })

  it('never learns XOR', async () => {
    const { mistakes } = await perceptronRule(logic('xor'), { backend: reference(), epochs: 50 })
    expect(mistakes.length).toBe(50)
    expect(Math.min(...mistakes)).toBeGreaterThan(0)
  })

  it('refuses more than two classes and epochs out of range', async () => {
    await expect(perceptronRule(spirals({ classes: 3, examples: 6 }))).rejects.toThrow(DataError)
    await expect(perceptronRule(logic('and'), { epochs: 0 })).rejects.toThrow(ArgumentError)
  })
})

describe('the differentiable perceptron', () => {
  const train = async (name: 'and' | 'or' | 'xor') => {
    const options = { optimizer: sgd({ learningRate: 1 }), epochs: 100, backend: await opened }
    const { model } = await fit(perceptron(), logic(name), options)
    return (await evaluate(model, logic(name))).accuracy!
  }

  it('learns AND and OR', async () => {
    expect(await train('and')).toBe(1)
    expect(await train('or')).toBe(1)
  })

  it('does not learn XOR, which no line parts', async () => {
    expect(await train('xor')).toBeLessThan(1)
  })
})

describe('a multi-layer perceptron', () => {
  it.each([0, 1, 2])('learns XOR with four hidden neurons, from seed %i', async (seed) => {
    const options = { optimizer: adam({ learningRate: 0.05 }), epochs: 200, seed, backend: await opened }
    const { model } = await fit(mlp({ hidden: [4] }), logic('xor'), options)
    expect((await evaluate(model, logic('xor'))).accuracy).toBe(1)
  })

  it.each([
    ['moons', moons, 'tanh', 40],
    ['spirals', spirals, 'relu', 100],
  ] as const)('learns %s, and tells points that it never saw', async (_, make, activation, epochs) => {
    const optimizer = adam({ learningRate: linearDecay(0.02) })
    const options = { optimizer, epochs, batchSize: 50, backend: await opened }
    const { model } = await fit(mlp({ hidden: [32, 32], activation }), make({ examples: 500, seed: 1 }), options)
    const { accuracy } = await evaluate(model, make({ examples: 500, seed: 2 }))
    expect(accuracy).toBeGreaterThan(0.97)
  })

  it('is as deep and wide as it is told', async () => {
    const model = await createModel(mlp({ hidden: [5, 7], classes: 3, activation: 'relu' }), [2, 2], {
      backend: reference(),
    })
    expect([...model.parameters.values()].map(({ shape }) => shape)).toEqual([[5, 4], [5], [7, 5], [7], [3, 7], [3]])
  })

  it('refuses activations that are unknown and layers without neurons', () => {
    expect(() => mlp({ activation: 'step' as 'tanh' })).toThrow(ArgumentError)
    expect(() => mlp({ hidden: [0] })).toThrow(ArgumentError)
    expect(() => mlp({ classes: 0 })).toThrow(ArgumentError)
  })
})
