import { describe, expect, it } from 'vitest'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { ArgumentError } from '../../src/core/errors.ts'
import { Random } from '../../src/core/random.ts'
import { input } from '../../src/graph/tensor.ts'
import { createModel, type Layer, Linear, type Parameters, Scope, Sequential } from '../../src/nn/index.ts'
import * as nn from '../../src/nn/initializers.ts'
import { add } from '../../src/ops/index.ts'

/** [out, in, kh, kw] */
const shape = [30, 20, 5, 5]
const [fanIn, fanOut] = [20 * 25, 30 * 25]

const statistics = (values: Float32Array) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length
  return { mean, variance, max: values.reduce((a, b) => Math.max(a, Math.abs(b)), 0) }
}

describe('an initialiser', () => {
  it.each([
    ['glorotUniform', nn.glorotUniform, 2 / (fanIn + fanOut), Math.sqrt(3)],
    ['glorotNormal', nn.glorotNormal, 2 / (fanIn + fanOut), 6],
    ['heUniform', nn.heUniform, 2 / fanIn, Math.sqrt(3)],
    ['heNormal', nn.heNormal, 2 / fanIn, 6],
    ['heNormalOut', nn.heNormalOut, 2 / fanOut, 6],
    ['normalWith', nn.normalWith(0.01), 1e-4, 6],
    ['uniformWithin', nn.uniformWithin(0.3), 0.03, Math.sqrt(3)],
  ])('%s draws numbers of its variance around 0', (_, initializer, wanted, maxStds) => {
    const { mean, variance, max: largest } = statistics(initializer(shape, new Random(1)))
    expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(wanted / 15_000))
    expect(variance / wanted).toBeGreaterThan(0.95)
    expect(variance / wanted).toBeLessThan(1.05)
    expect(largest).toBeLessThanOrEqual(maxStds * Math.sqrt(wanted) * (1 + 1e-6))
  })

  it('fills with one value', () => {
    expect([...nn.zeros([2, 1], new Random(1))]).toEqual([0, 0])
    expect([...nn.constants(0.5)([2], new Random(1))]).toEqual([0.5, 0.5])
  })

  it('draws a row of length 1, however long it is', () => {
    const row = nn.orthogonal([1, 200_000], new Random(1))
    expect(row.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 4)
  })

  it('that needs inputs and outputs refuses a list of numbers', () => {
    expect(() => nn.heNormal([10], new Random(1))).toThrow(ArgumentError)
  })
})

describe('first parameters', () => {
  const first = (seed: number, layer = Sequential(Linear(3), Linear(3))) => {
    const parameters: Parameters = new Map()
    layer.apply(input([1, 3]), new Scope({ parameters, state: new Map(), seed, training: false }))
    return [...parameters.values()].map(({ initial }) => [...initial])
  }

  it('come from the seed alone, others for each layer', () => {
    expect(first(1)).toEqual(first(1))
    expect(first(1)[0]).not.toEqual(first(2)[0])
    expect(first(1)[0]).not.toEqual(first(1)[2])
  })

  it('are made when a backend first needs them, once, and not where others are written before', async () => {
    const backend = await wasm({ threads: 1 })
    try {
      const made: number[] = []
      const counted = (shape: readonly number[]): Float32Array => {
        made.push(shape[0])
        return new Float32Array(shape[0]).fill(7)
      }
      const layer: Layer = {
        ...Linear(3),
        apply: (x, scope) => add(add(x, scope.parameter('a', [3], counted)), scope.parameter('b', [1], counted)),
      }
      const { parameters, state } = await createModel(layer, [3], { backend })
      expect(made).toEqual([])
      await backend.write(parameters.get('b')!, [5])
      const x = input([1, 3])
      const y = layer.apply(x, new Scope({ parameters, state, seed: 0, training: false }))
      const program = await backend.compile({ inputs: { x }, outputs: { y } })
      expect([...(await program.run({ x: [0, 1, 2] })).y.data]).toEqual([12, 13, 14])
      expect(made).toEqual([3])
    } finally {
      await backend.close()
    }
  })

  it('are Glorot-uniform weights and biases of 0 unless asked otherwise', () => {
    const [weight, bias] = first(1)
    expect(Math.max(...weight.map(Math.abs))).toBeLessThanOrEqual(1)
    expect(bias).toEqual([0, 0, 0])
    expect(first(1, Linear(2, { weightInit: 'zeros' }))[0]).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('are drawn with the standard deviation that is asked for, and biases begin as asked', () => {
    const [weight, bias] = first(1, Linear(1000, { weightInit: { normal: 0.01 }, biasInit: 1 }))
    const { mean, variance } = statistics(Float32Array.from(weight))
    expect(Math.abs(mean)).toBeLessThan(1e-3)
    expect(Math.sqrt(variance) / 0.01).toBeCloseTo(1, 1)
    expect(bias.every((value) => value === 1)).toBe(true)
  })
})
