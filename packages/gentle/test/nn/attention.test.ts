import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { constant, input } from '../../src/graph/tensor.ts'
import { layerFrom } from '../../src/models/layer-from.ts'
import * as nn from '../../src/nn/index.ts'
import { lengthMask, maskedSoftmax, scaledDotProductAttention } from '../../src/ops/index.ts'
import { generator } from '../goldens/generator.ts'
import { describeAttention, lengthsOf } from './attention-cases.ts'

describeAttention('the float64 reference', () => Promise.resolve(reference({ precision: 'float64' })), 1e-6)

describe('attention', () => {
  it('lets a query see what a mask says, and the keys before it alone where it is causal', async () => {
    const scores = constant([1, 2, 3, 1000, 2000, -5], [2, 3])
    const x = constant(generator('x')([1, 3, 2], 'signed'), [1, 3, 2])
    const outputs = {
      masked: maskedSoftmax(scores, constant([1, 0, 1, 1, 0, 0], [2, 3])),
      mask: lengthMask(lengthsOf([0, 2, 5]), 3),
      causal: scaledDotProductAttention(x, x, x, { causal: true }).weights,
      first: scaledDotProductAttention(x, x, x, { mask: constant([1, 0, 0], [3]) }).weights,
    }
    const results = await (await reference().compile({ inputs: {}, outputs })).run()
    const second = 1 / (1 + Math.exp(-2))
    for (const [i, wanted] of [1 - second, 0, second, 1, 0, 0].entries())
      expect(results.masked.data[i]).toBeCloseTo(wanted, 6)
    expect([...results.mask.data]).toEqual([0, 0, 0, 1, 1, 0, 1, 1, 1])
    const seen = [...results.causal.data].map((weight) => (weight > 0 ? 1 : 0))
    expect(seen).toEqual([1, 0, 0, 1, 1, 0, 1, 1, 1])
    expect([...results.first.data]).toEqual([1, 0, 0, 1, 0, 0, 1, 0, 0])
  })

  it('is a layer that files name, and refuses what does not fit', () => {
    const layer = nn.MultiHeadAttention(6, 2, { causal: true, dropout: 0.1 })
    expect(layerFrom(layer.description).description).toEqual(layer.description)
    const scope = new nn.Scope({ parameters: new Map(), state: new Map(), seed: 0, training: false })
    expect(() => nn.MultiHeadAttention(6, 4)).toThrow('6 units cannot be shared among 4 heads')
    expect(() => layer.apply(input([2, 5, 4]), scope)).toThrow('layer 0 (multiHeadAttention) on input [2, 5, 4]')
    expect(() => scaledDotProductAttention(input([2, 3, 4]), input([2, 5, 3]), input([2, 5, 3]))).toThrow(
      'expected [N, ..., L, E]',
    )
    const additive = nn.AdditiveAttention(4)
    const memory = additive.memory(input([2, 5, 3]), scope)
    expect(() => additive.attend(input([3, 4]), memory, scope)).toThrow('expected [2, Q] or [2, L, Q]')
    expect(() => lengthMask(input([2]), 4)).toThrow('expected int32 [N]')
    expect(() => maskedSoftmax(input([2, 3]), input([4, 2, 3]))).toThrow('does not broadcast')
  })
})
