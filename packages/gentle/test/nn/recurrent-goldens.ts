/** Recurrent layers against PyTorch; test/goldens/make-recurrent-layers.py wrote what it gives. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import type { Backend } from '../../src/backends/backend.ts'
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
  /** Running statistics after the step. */
  readonly state: Record<string, number[]>
}

const goldens: Record<string, Golden> = JSON.parse(
  readFileSync(new URL('../goldens/recurrent-layers.json', import.meta.url), 'utf8'),
)
const [batch, steps, inputs, units] = [3, 5, 3, 2]

const stacked = { layers: 2, bidirectional: true } as const
export const layers: Record<string, nn.RecurrentLayer> = {
  rnn: nn.RNN(units),
  lstm: nn.LSTM(units),
  gru: nn.GRU(units),
  'rnn with lengths, of two layers in both directions': nn.RNN(units, stacked),
  'lstm with lengths, of two layers in both directions': nn.LSTM(units, stacked),
  'gru with lengths, of two layers in both directions': nn.GRU(units, stacked),
  'rnn with relu': nn.RNN(units, { activation: 'relu' }),
  'lstm without biases': nn.LSTM(units, { bias: false }),
  'gru backwards, of one step at least': nn.GRU(units, { bidirectional: true }),
  'rnn with layer norm': nn.RNN(units, { normalization: 'layer' }),
  'lstm with layer norm': nn.LSTM(units, { normalization: 'layer' }),
  'gru with layer norm': nn.GRU(units, { normalization: 'layer' }),
  'rnn with sequence-wise batch norm': nn.RNN(units, { normalization: 'batch' }),
  'lstm with sequence-wise batch norm': nn.LSTM(units, { normalization: 'batch' }),
  'gru with sequence-wise batch norm': nn.GRU(units, { normalization: 'batch' }),
  'gru that resets before': nn.GRU(units, { resetAfter: false }),
  'gru that resets before, with layer norm': nn.GRU(units, { resetAfter: false, normalization: 'layer' }),
  'lstm with a learned state': nn.LSTM(units, { learnedState: true }),
  'lstm with residuals': nn.LSTM(units, { layers: 3, residual: true }),
}

/** Numbers of the generator as PyTorch's first axis counts them, taken apart into one state a layer and direction. */
function statesOf(tensors: readonly Tensor[]): nn.SequenceState {
  const [count] = tensors[0].shape
  return Array.from({ length: count }, (_, i) =>
    tensors.map((x) => reshape(slice(x, [i, 0, 0], [1, batch, units]), [batch, units])),
  )
}

/** The tests of these cases, or of all, on a backend. */
export function testRecurrentGoldens(
  name: string,
  open: () => Promise<Backend>,
  tolerance: number,
  cases = Object.keys(layers),
): void {
  describe(`recurrent layers on ${name}`, () => {
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

    it.each(cases.map((name) => [name, goldens[name]] as const))(
      "give what PyTorch's %s gives, with all gradients",
      async (name, golden) => {
        const { kind, given, lengths, last } = golden
        const draw = (what: string, shape: Shape) => generator(`${name}: ${what}`)(shape, 'signed')
        const x = variable([batch, steps, inputs], draw('x', [batch, steps, inputs]))
        const count = last[0].length / (batch * units)
        const first = given
          ? (kind === 'lstm' ? ['h', 'c'] : ['h']).map((each) =>
              variable([count, batch, units], draw(each, [count, batch, units])),
            )
          : []
        const parameters: nn.Parameters = new Map()
        const kept: nn.Parameters = new Map()
        const after = new Map<string, Tensor>()
        const scope = new nn.Scope({
          parameters,
          state: kept,
          seed: 0,
          training: true,
          initialValues: (path, shape, initializer) =>
            path.includes('running') ? initializer(shape, undefined as never) : draw(path, shape),
          onUpdate: (state, next) => after.set(state.name, next),
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
          .map((y, i): Tensor => sum(mul(y, constant(draw(`slope ${i}`, y.shape), y.shape))))
          .reduce((a, b) => add(a, b))
        const variables: Variable[] = [x, ...first, ...parameters.values()]
        const slopes = gradients(loss, variables)
        const program = await backend.compile({
          inputs: {},
          outputs: {
            ...Object.fromEntries([...results, ...slopes].map((y, i) => [String(i), y])),
            ...Object.fromEntries(after),
          },
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
        expect([...kept.keys()].sort()).toEqual(Object.keys(golden.state).sort())
        for (const [key, values] of Object.entries(golden.state)) expectNear(found[key].data, values, key)
      },
    )
  })
}
