import { describe, expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { sizeOf } from '../../src/core/shape.ts'
import { constant } from '../../src/graph/tensor.ts'
import { gnmt } from '../../src/models/gnmt.ts'
import { inputsLayerFrom } from '../../src/models/layer-from.ts'
import * as nn from '../../src/nn/index.ts'
import { createTranslator } from '../../src/train/translator.ts'
import { describeGnmt, inputs, networkOf } from './gnmt-cases.ts'

describeGnmt('the float64 reference', () => Promise.resolve(reference({ precision: 'float64' })), 1e-6)

describe('gnmt', () => {
  it('refuses options and inputs that do not fit', async () => {
    const options = { sourceTokens: 7, targetTokens: 5 }
    expect(() => gnmt({ ...options, layers: 1 })).toThrow('layers is 1; expected a whole number from 2 to 8')
    expect(() => gnmt({ ...options, sharedEmbedding: true })).toThrow('share their embedding; expected equal numbers')
    expect(() => gnmt({ ...options, unit: 3 } as never)).toThrow("option 'unit' is unknown")
    const scope = new nn.Scope({ parameters: new Map(), state: new Map(), seed: 0, training: false })
    expect(() => networkOf(2).applyInputs({ source: inputs.source }, scope)).toThrow("there is no input 'previous'")
    const other = { ...inputs, previous: constant(0, [3, 4]) }
    expect(() => networkOf(2).applyInputs(other, scope)).toThrow('previous is float32 [3, 4]')
    const model = await nn.createModel(
      nn.ofInput('x', nn.Linear(2)),
      { x: { dtype: 'float32', shape: [3] } },
      { backend: reference() },
    )
    expect(() => createTranslator(model, { begin: 1, end: 1 })).toThrow('is of type ofInput')
  })

  it('says of a network whose probabilities are not numbers what its weights come of', async () => {
    const token = { dtype: 'int32', shape: [], sequence: 8 } as const
    const fields = { source: token, previous: token }
    const initialValues = (_: string, shape: readonly number[]) => new Float32Array(sizeOf(shape)).fill(3e38)
    const model = await nn.createModel(networkOf(2), fields, { backend: reference(), initialValues })
    const translator = createTranslator(model, { begin: 1, end: 1 })
    for (const beamSize of [1, 4])
      await expect(translator.translate([[3, 1]], { beamSize })).rejects.toThrow(
        /^the network cannot translate: .* not numbers, .* too high a learning rate/,
      )
  })

  it('translates one after the other what is asked at once, and refuses a beamSize before it compiles', async () => {
    const token = { dtype: 'int32', shape: [], sequence: 8 } as const
    const model = await nn.createModel(networkOf(2), { source: token, previous: token }, { backend: reference() })
    const translator = createTranslator(model, { begin: 1, end: 1 })
    const sources = [
      [3, 4, 5, 1],
      [6, 2, 1],
      [5, 1],
    ]
    const translate = async (source: number[]) => {
      const [[best]] = await translator.translate([source], { beamSize: 2, maxLength: 5 })
      return [...best.tokens, best.score]
    }
    const alone: number[][] = []
    for (const source of sources) alone.push(await translate(source))
    expect(await Promise.all(sources.map(translate))).toEqual(alone)
    for (const beamSize of [0, 1.5, Number.NaN])
      await expect(translator.translate(sources, { beamSize })).rejects.toThrow('translate: beamSize is')
    translator.dispose()
  })

  it('is a network that files name', () => {
    const network = gnmt({ sourceTokens: 7, targetTokens: 7, units: 8, layers: 4, sharedEmbedding: true })
    const again = inputsLayerFrom(JSON.parse(JSON.stringify(network.description)))
    expect(again.description).toEqual(network.description)
    expect(nn.decodes(again)).toBe(true)
    expect(() => inputsLayerFrom({ type: 'gnmt' })).toThrow('gnmt')
  })
})
