import { describe, expect, it } from 'vitest'
import { parseGroup } from '../src/train/optimizers.ts'
import { optimizerOf, type Plan, planOf, settingsOfFlags } from '../src/train/settings.ts'

const recipe = { epochs: 1, batchSize: 4, optimizer: 'sgd', learningRate: 0.1 } as const
const plan = (settings: object): Plan =>
  planOf({ ...settingsOfFlags(settings), model: 'mlp', data: 'moons' }, recipe, { examples: 8, threads: 1 })

describe('--parameter-group', () => {
  it('names parameters and what is set for them', () => {
    expect(parseGroup('--parameter-group', 'layer1,*.bias:rate-factor=0.1,weight-decay=0')).toEqual({
      parameters: ['layer1', '*.bias'],
      rateFactor: 0.1,
      weightDecay: 0,
    })
    const { groups } = optimizerOf(plan({ parameterGroup: ['*.bias:weight-decay=0'] }), ['0.bias'], 2)
    expect(groups).toEqual([{ parameters: ['*.bias'], weightDecay: 0 }])
  })

  it.each([
    ['*.bias', /expected names:settings, such as '\*.bias:weight-decay=0'/],
    ['*.bias:decay=0', /unknown setting of --parameter-group \*.bias:decay=0: 'decay'/],
    ['*.bias:weight-decay=', /weight-decay is ''; expected a number/],
  ])('refuses %s', (text, message) => {
    expect(() => settingsOfFlags({ parameterGroup: [text] })).toThrow(message)
  })

  it('refuses shares out of range when the optimizer is made', () => {
    expect(() => optimizerOf(plan({ parameterGroup: ['a:rate-factor=0'] }), ['a'], 2)).toThrow(/rateFactor is 0/)
  })
})

describe('--optimizer', () => {
  it('lion, lars and lamb need a rate, for those of recipes are of others', () => {
    for (const optimizer of ['lion', 'lars', 'lamb']) {
      expect(() => plan({ optimizer })).toThrow(`--optimizer ${optimizer} needs --learning-rate`)
      expect(optimizerOf(plan({ optimizer, learningRate: 0.01 }), [], 2).description.type).toBe(optimizer)
    }
  })

  it('lars has a momentum, and lion has none to set', () => {
    const { description } = optimizerOf(plan({ optimizer: 'lars', learningRate: 1, momentum: 0.5 }), [], 2)
    expect(description['momentum']).toBe(0.5)
    expect(() => plan({ optimizer: 'lion', learningRate: 1, momentum: 0.5 })).toThrow(/--momentum needs/)
  })

  it('clips gradients by value', () => {
    expect(optimizerOf(plan({ clipValue: 0.5 }), [], 2).description['clipValue']).toBe(0.5)
  })
})
