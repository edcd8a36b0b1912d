import { describe, expect, it } from 'vitest'
import { parseGroup } from '../src/train/optimizers.ts'
import { optimizerOf, type Plan, planOf, settingsOfFlags } from '../src/train/settings.ts'

const recipe = { epochs: 1, batchSize: 4, optimizer: 'sgd', learningRate: 0.1 } as const
const plan = (settings: object): Plan =>
  planOf({ ...settingsOfFlags(settings), model: 'mlp', data: 'moons' }, {}, recipe, { examples: 8, threads: 1 })

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
  it('lion, lars, lamb and adafactor need a rate, for those of recipes are of others', () => {
    for (const optimizer of ['lion', 'lars', 'lamb', 'adafactor']) {
      expect(() => plan({ optimizer })).toThrow(`--optimizer ${optimizer} needs --learning-rate`)
      expect(optimizerOf(plan({ optimizer, learningRate: 0.01 }), [], 2).description.type).toBe(optimizer)
    }
  })

  it('lars has a momentum, and lion has none to set', () => {
    const { description } = optimizerOf(plan({ optimizer: 'lars', learningRate: 1, momentum: 0.5 }), [], 2)
    expect(description['momentum']).toBe(0.5)
    expect(() => plan({ optimizer: 'lion', learningRate: 1, momentum: 0.5 })).toThrow(/--momentum needs/)
  })

  it('takes a rate of its own where the recipe is for one that moves weights by another scale', () => {
    expect(() => plan({ optimizer: 'adam' })).toThrow(
      '--optimizer adam needs --learning-rate: the 0.1 by which mlp is trained is for sgd',
    )
    expect(plan({ optimizer: 'adam', learningRate: 0.002 }).learningRate).toBe(0.002)
    const ofAdam = { ...recipe, optimizer: 'adam', learningRate: 0.01 } as const
    const planned = planOf({ model: 'mlp', data: 'moons', optimizer: 'adamW' }, {}, ofAdam, { examples: 8, threads: 1 })
    expect(planned.learningRate).toBe(0.01)
  })

  it('begins again after the epochs of the head alone, also where its rate goes by the validation', () => {
    const settings = { schedule: 'plateau:patience=1,factor=0.5', learningRate: 1, headEpochs: 3, epochs: 9 }
    const { schedule } = optimizerOf(plan(settings), ['a'], 2)
    const worse = Array.from({ length: 6 }, () => ({ validation: { loss: 1 } }))
    const rates = [0, 2, 3, 5, 6].map((ended) => schedule(2 * ended, 18, worse.slice(0, ended)))
    expect(rates).toEqual([1, 1, 1, 1, 0.5])
  })

  it('is warmed up by what was chosen for the data, but for a schedule that has a warm-up of its own', () => {
    const planned = (settings: object): Plan =>
      planOf({ model: 'mlp', data: 'moons', ...settings }, { warmup: 5 }, recipe, { examples: 8, threads: 1 })
    expect([planned({}).warmup, planned({ schedule: 'one-cycle' }).warmup]).toEqual([5, undefined])
    expect(() => planned({ schedule: 'one-cycle', warmup: 3 })).toThrow(
      '--warmup does not go with --schedule one-cycle',
    )
  })

  it('has a rate in proportion to the batch where it is told for which it is, after five epochs of warm-up or a fifth of all', () => {
    const ratesOf = (settings: object, examples = 1024): number[] => {
      const named = { model: 'mlp', data: 'moons', schedule: 'constant', epochs: 50, learningRate: 0.1, ...settings }
      const planned = planOf(named, {}, recipe, { examples, threads: 1 })
      const { schedule } = optimizerOf(planned, [], 10)
      return [0, 24, 49, 50, 400].map((step) => Number(schedule(step, 500).toFixed(4)))
    }
    expect(ratesOf({ batchSize: 256 })).toEqual([0.1, 0.1, 0.1, 0.1, 0.1])
    expect(ratesOf({ batchSize: 256, baseBatchSize: 32 })).toEqual([0.0157, 0.3922, 0.7843, 0.8, 0.8])
    expect(ratesOf({ batchSize: 64, accumulate: 4, baseBatchSize: 32 })).toEqual([0.0157, 0.3922, 0.7843, 0.8, 0.8])
    expect(ratesOf({ batchSize: 256, baseBatchSize: 32, warmup: 0 })).toEqual([0.8, 0.8, 0.8, 0.8, 0.8])
    expect(ratesOf({ batchSize: 256, baseBatchSize: 32, epochs: 10 })).toEqual([0.0381, 0.8, 0.8, 0.8, 0.8])
    // A batch is no larger than the set.
    expect(ratesOf({ batchSize: 256, baseBatchSize: 32 }, 64)[4]).toBe(0.2)
    expect(() => plan({ optimizer: 'adam', learningRate: 0.1, baseBatchSize: 32 })).toThrow(
      '--base-batch-size needs --optimizer sgd or lars',
    )
  })

  it('clips gradients by value', () => {
    expect(optimizerOf(plan({ clipValue: 0.5 }), [], 2).description['clipValue']).toBe(0.5)
  })
})
