/** Losses against PyTorch; test/goldens/make-losses-optimizers.py wrote what it gives. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { ArgumentError, ShapeError } from '../../src/core/errors.ts'
import type { Shape } from '../../src/core/shape.ts'
import { constant, input, variable } from '../../src/graph/tensor.ts'
import {
  binaryCrossEntropy,
  crossEntropy,
  hinge,
  huber,
  type Loss,
  meanAbsoluteError,
  meanSquaredError,
} from '../../src/nn/losses.ts'

interface Golden {
  readonly shape: Shape
  readonly prediction: number[]
  readonly target: number[]
  readonly integers: boolean
  readonly value: number
  readonly gradient: number[]
}

const goldens: Record<string, Golden> = JSON.parse(
  readFileSync(new URL('../goldens/losses-optimizers.json', import.meta.url), 'utf8'),
).losses

const labelSmoothing = 0.125
const classWeights = [0.5, 2, 1, 0.25]

const losses: Record<string, Loss> = {
  crossEntropy,
  'crossEntropy of large logits': crossEntropy,
  'crossEntropy with label smoothing': (z, y) => crossEntropy(z, y, { labelSmoothing }),
  'crossEntropy with class weights': (z, y) => crossEntropy(z, y, { classWeights }),
  'crossEntropy with class weights and label smoothing': (z, y) => crossEntropy(z, y, { classWeights, labelSmoothing }),
  binaryCrossEntropy,
  'binaryCrossEntropy of large logits': binaryCrossEntropy,
  'binaryCrossEntropy of soft targets': binaryCrossEntropy,
  meanSquaredError,
  meanAbsoluteError,
  'meanAbsoluteError of 0': meanAbsoluteError,
  huber,
  'huber with delta 0.5': (p, t) => huber(p, t, { delta: 0.5 }),
  'hinge of two classes': hinge,
  'hinge of many classes': hinge,
}

async function valueAndGradient(
  loss: Loss,
  { shape, prediction, target, integers }: Omit<Golden, 'value' | 'gradient'>,
) {
  const p = variable(shape, prediction)
  const t = integers ? constant(target, [target.length], 'int32') : constant(target, shape)
  const value = loss(p, t)
  const [gradient] = gradients(value, [p])
  const program = await reference({ precision: 'float64' }).compile({ inputs: {}, outputs: { value, gradient } })
  return program.run()
}

describe('PyTorch gives the same value and gradient of', () => {
  it.each(Object.entries(goldens))('%s', async (name, golden) => {
    const { value, gradient } = await valueAndGradient(losses[name], golden)
    expect(value.shape).toEqual([])
    expect(Math.abs(value.data[0] - golden.value)).toBeLessThan(1e-7 * Math.max(1, golden.value))
    expect(gradient.data.length).toBe(golden.gradient.length)
    for (const [i, wanted] of golden.gradient.entries())
      expect(Math.abs(gradient.data[i] - wanted), `gradient ${i}`).toBeLessThan(1e-7)
  })

  it('each of the losses that are tested here', () => {
    expect(Object.keys(losses).sort()).toEqual(Object.keys(goldens).sort())
  })
})

describe('a loss in float32', () => {
  it('stays finite where exp would overflow', async () => {
    const z = variable([1, 2], [1e4, -1e4])
    const many = crossEntropy(z, constant([1], [1], 'int32'))
    const two = binaryCrossEntropy(z, constant([0, 1], [1, 2]))
    const outputs = { many, two, many0: gradients(many, [z])[0], two0: gradients(two, [z])[0] }
    const results = await (await reference().compile({ inputs: {}, outputs })).run()
    expect(results['many'].data[0]).toBe(2e4)
    expect(results['two'].data[0]).toBe(1e4)
    expect([...results['many0'].data]).toEqual([1, -1])
    expect([...results['two0'].data]).toEqual([0.5, -0.5])
  })
})

describe('crossEntropy with class weights', () => {
  it.each([
    ['the reference', reference],
    ['wasm', () => wasm({ threads: 1 })],
  ])('is 0 where all labels of a batch weigh 0, and so are its slopes, on %s', async (_, open) => {
    const z = variable([2, 3], [1, -2, 3, 0.5, 2, -1])
    const labels = constant([1, 1], [2], 'int32')
    const backend = await open()
    for (const labelSmoothing of [0, 0.1]) {
      const value = crossEntropy(z, labels, { classWeights: [2, 0, 1], labelSmoothing })
      const [slope] = gradients(value, [z])
      const results = await (await backend.compile({ inputs: {}, outputs: { value, slope } })).run()
      expect(results['value'].data[0]).toBeCloseTo(0, 10)
      for (const each of results['slope'].data) expect(each).toBeCloseTo(0, 10)
    }
    await backend.close()
  })
})

describe('a loss refuses', () => {
  const logits = input([3, 4])
  const labels = input([3], 'int32')

  it('predictions and targets whose shapes differ, and tells both', () => {
    for (const loss of [binaryCrossEntropy, meanSquaredError, meanAbsoluteError, huber, hinge])
      expect(() => loss(logits, input([4, 3]))).toThrow(/\[3, 4\].*\[4, 3\]/)
    expect(() => crossEntropy(logits, input([4], 'int32'))).toThrow(/\[3, 4\].*\[4\]/)
    expect(() => hinge(logits, input([4], 'int32'))).toThrow(/\[3, 4\].*\[4\]/)
    expect(() => crossEntropy(logits, input([4], 'int32'))).toThrow(ShapeError)
  })

  it('labels that are not integers', () => {
    expect(() => crossEntropy(logits, input([3]))).toThrow(ShapeError)
  })

  it('options out of range', () => {
    for (const labelSmoothing of [-0.1, 1.1, Number.NaN])
      expect(() => crossEntropy(logits, labels, { labelSmoothing })).toThrow(ArgumentError)
    for (const classWeights of [
      [1, 1, 1],
      [1, 1, 1, -1],
      [1, 1, 1, Number.NaN],
    ])
      expect(() => crossEntropy(logits, labels, { classWeights })).toThrow(ArgumentError)
    for (const delta of [0, -1, Number.NaN]) expect(() => huber(logits, logits, { delta })).toThrow(ArgumentError)
  })
})
