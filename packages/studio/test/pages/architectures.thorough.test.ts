import { summarize, summarizeInputs } from 'gentle-dl/inspect'
import { gnmt, networks } from 'gentle-dl/models'
import { describe, expect, it } from 'vitest'
import { layersFrom, presets } from '../../src/pages/architectures/layers.ts'
import { type NetworkName, titles } from '../../src/pages/architectures/names.ts'
import { program } from '../../src/pages/architectures/program.ts'
import { look, type Question } from '../../src/pages/architectures/session.ts'
import { printed } from './run-program.ts'

const question = (more: Partial<Question>): Question => ({
  first: 'lenet5',
  batchSize: 32,
  open: [],
  layers: [],
  inputShape: [1, 28, 28],
  ...more,
})

const sizesOf = (preset: string): number[] => presets[preset].input.split(',').map(Number)

describe('what a network costs', () => {
  it('is what the library counts, for each that is offered', () => {
    for (const name of ['lenet5', 'alexnet_original', 'googlenet', 'resnet50', 'mobilenet_v2'] as const) {
      const { totals, layers } = look(question({ first: name })).first!
      const { build, inputShape } = networks[name]
      const { parameters, macs, flops, inferenceBytes, trainingBytes, ...summary } = summarize(build({}), inputShape, {
        batchSize: 32,
      })
      expect(totals).toMatchObject({ parameters, macs, flops, inferenceBytes, trainingBytes })
      expect(layers.slice(1).map(({ trainingBytes }) => trainingBytes)).toEqual(
        summary.layers.map(({ trainingBytes }) => trainingBytes),
      )
    }
  })

  it('is told of translation with a layer for its loop, and sums up to the whole', () => {
    const pieces = { dtype: 'int32', shape: [], sequence: 30 } as const
    const network = gnmt({ sourceTokens: 32_000, targetTokens: 32_000, units: 1024, layers: 8 })
    const { totals, layers } = look(question({ first: 'gnmt' })).first!
    const { macs, parameters } = summarizeInputs(network, { source: pieces, previous: pieces })
    expect(totals).toMatchObject({ macs, parameters })
    expect(layers.reduce((sum, layer) => sum + layer.macs, 0)).toBe(macs)
    expect(layers.find(({ type }) => type === 'gnmt')!.title).toBe('LSTM with attention')
  })

  it('is known of every name', () => {
    for (const name of Object.keys(titles) as NetworkName[])
      expect(look(question({ first: name, batchSize: 2 })).first!.totals.parameters).toBeGreaterThan(0)
  })
})

describe('the program that is shown', () => {
  it.each(['resnet18', 'deepspeech', 'gnmt'] as const)('counts %s as the page does', async (shown) => {
    const { layers, inputShape, ...rest } = question({ first: shown, batchSize: 4 })
    const text = await printed(program(shown, { layers, inputShape, batchSize: rest.batchSize }))
    const { totals } = look(question({ first: shown, batchSize: 4 })).first!
    for (const key of ['parameters', 'macs', 'flops', 'inferenceBytes', 'trainingBytes'] as const)
      expect(text).toContain(`${key}: ${totals[key]}`)
  })

  it.each(Object.keys(presets))('makes the built network, %s', async (preset) => {
    const [layers, inputShape] = [layersFrom(presets[preset].layers), sizesOf(preset)]
    const text = await printed(program('own', { layers, inputShape, batchSize: 4 }))
    const { totals } = look(question({ first: 'own', layers, inputShape, batchSize: 4 })).first!
    for (const key of ['parameters', 'macs', 'flops', 'inferenceBytes', 'trainingBytes'] as const)
      expect(text).toContain(`${key}: ${totals[key]}`)
  })
})
