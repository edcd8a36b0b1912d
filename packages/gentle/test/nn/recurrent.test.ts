/** Recurrent layers against PyTorch's; test/goldens/make-recurrent-layers.py wrote what they give. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import type { Shape } from '../../src/core/shape.ts'
import { constant, type Tensor, type Variable, variable } from '../../src/graph/tensor.ts'
import { layerFrom } from '../../src/models/layer-from.ts'
import * as nn from '../../src/nn/index.ts'
import { add, mul, reshape, slice, stack, sum } from '../../src/ops/index.ts'
import { generator } from '../goldens/generator.ts'

interface Golden {
  readonly kind: 'rnn' | 'lstm' | 'gru'
  readonly given: boolean
  readonly lengths?: number[]
  readonly shape: Shape
  readonly outputs: number[]
  readonly last: number[][]
  readonly inputGradient: number[]
  readonly stateGradients: number[][]
  readonly parameters: Record<string, { readonly shape: Shape; readonly gradient: number[] }>
}

const goldens: Record<string, Golden> = JSON.parse(
  readFileSync(new URL('../goldens/recurrent-layers.json', import.meta.url), 'utf8'),
)
const [batch, steps, inputs, units] = [3, 5, 3, 2]

const stacked = { layers: 2, bidirectional: true } as const
const layers: Record<string, nn.RecurrentLayer> = {
  rnn: nn.RNN(units),
  lstm: nn.LSTM(units),
  gru: nn.GRU(units),
  'rnn with lengths, of two layers in both directions': nn.RNN(units, stacked),
  'lstm with lengths, of two layers in both directions': nn.LSTM(units, stacked),
  'gru with lengths, of two layers in both directions': nn.GRU(units, stacked),
  'rnn with relu': nn.RNN(units, { activation: 'relu' }),
  'lstm without biases': nn.LSTM(units, { bias: false }),
  'gru backwards, of one step at least': nn.GRU(units, { bidirectional: true }),
}

/** Numbers of the generator as PyTorch's first axis counts them, taken apart into one state a layer and direction. */
function statesOf(tensors: readonly Tensor[]): nn.SequenceState {
  const [count] = tensors[0].shape
  return Array.from({ length: count }, (_, i) =>
    tensors.map((x) => reshape(slice(x, [i, 0, 0], [1, batch, units]), [batch, units])),
  )
}

describe.each([
  ['the float64 reference', () => Promise.resolve(reference({ precision: 'float64' })), 1e-6],
  ['wasm', () => wasm({ threads: 2 }), 1e-5],
] as const)('recurrent layers on %s', (_, open, tolerance) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await open()
  })
  afterAll(() => backend?.close())

  const expectNear = (actual: ArrayLike<number>, wanted: readonly number[], what: string): void => {
    const largest = Math.max(1, ...wanted.map(Math.abs))
    expect(actual.length, what).toBe(wanted.length)
    wanted.forEach((value, i) => {
      expect(Math.abs(actual[i] - value) / largest, `${what}, number ${i}`).toBeLessThan(tolerance)
    })
  }

  it.each(Object.entries(goldens))("give what PyTorch's %s gives, with all gradients", async (name, golden) => {
    const { kind, given, lengths, last } = golden
    const draw = generator(name)
    const x = variable([batch, steps, inputs], draw([batch, steps, inputs], 'signed'))
    const count = last[0].length / (batch * units)
    const first = given
      ? Array.from({ length: kind === 'lstm' ? 2 : 1 }, () => {
          const shape = [count, batch, units]
          return variable(shape, draw(shape, 'signed'))
        })
      : []
    const parameters: nn.Parameters = new Map()
    const scope = new nn.Scope({
      parameters,
      state: new Map(),
      seed: 0,
      training: true,
      firstValues: (_, shape) => draw(shape, 'signed'),
    })
    // By way of its description, as a weights file does.
    const layer = layerFrom(layers[name].description) as nn.RecurrentLayer
    const { outputs, state } = scope.applySequence('', layer, x, {
      lengths: lengths && constant(lengths, [batch], 'int32'),
      state: given ? statesOf(first) : undefined,
    })
    const ends = last.map((_, i) => stack(state.map((each) => each[i])))
    const results = [outputs, ...ends]
    const loss = results
      .map((y): Tensor => sum(mul(y, constant(draw(y.shape, 'signed'), y.shape))))
      .reduce((a, b) => add(a, b))
    const variables: Variable[] = [x, ...first, ...parameters.values()]
    const slopes = gradients(loss, variables)
    const program = await backend.compile({
      inputs: {},
      outputs: Object.fromEntries([...results, ...slopes].map((y, i) => [String(i), y])),
    })
    const found = await program.run()
    program.dispose()
    const wanted = [golden.outputs, ...last, golden.inputGradient, ...golden.stateGradients]
    for (const [i, numbers] of wanted.entries()) expectNear(found[i].data, numbers.flat(3), `result ${i}`)
    expect(outputs.shape).toEqual(golden.shape)
    expect([...parameters].map(([key, { shape }]) => [key, shape])).toEqual(
      Object.entries(golden.parameters).map(([key, { shape }]) => [key, shape]),
    )
    for (const [i, [key, { gradient }]] of Object.entries(golden.parameters).entries())
      expectNear(found[wanted.length + i].data, gradient.flat(2), `the gradient of ${key}`)
  })
})
