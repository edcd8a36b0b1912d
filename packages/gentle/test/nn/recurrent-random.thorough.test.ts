/** Recurrent layers of random options, on WebAssembly as on the reference. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { Random } from '../../src/core/random.ts'
import { constant, type Tensor, variable } from '../../src/graph/tensor.ts'
import * as nn from '../../src/nn/index.ts'
import { add, mul, sin, sum } from '../../src/ops/index.ts'
import { randomCases } from '../random-cases.ts'

let backend: Backend
beforeAll(async () => {
  backend = await wasm({ threads: 2, poison: true })
})
afterAll(() => backend?.close())

it.each(Array.from({ length: randomCases(2) }, (_, i) => [i] as const))('case %i gives the same', async (seed) => {
  const random = new Random(seed, 'recurrent layers')
  const below = (n: number): number => Math.floor(random.uniform() * n)
  const coin = (): boolean => random.uniform() < 0.5
  const [batch, steps, inputs, units] = [1 + below(17), 2 + below(9), 1 + below(9), 1 + below(9)]
  const common = {
    layers: 1 + below(3),
    bidirectional: coin(),
    bias: coin(),
    learnedState: coin(),
    dropout: coin() ? 0.3 : 0,
    inputDropout: coin() ? 0.3 : 0,
    recurrentDropout: coin() ? 0.3 : 0,
    normalization: ([undefined, undefined, 'batch', 'layer'] as const)[below(4)],
    rematerialize: coin() ? 1 + below(steps) : undefined,
    residual: coin(),
  }
  const outputs = !common.residual && coin() ? 'last' : 'all'
  const layer = [
    () => nn.RNN(units, { ...common, outputs, activation: coin() ? 'tanh' : 'relu' }),
    () => nn.LSTM(units, { ...common, outputs }),
    () => nn.GRU(units, { ...common, outputs, resetAfter: coin() }),
  ][below(3)]()
  const lengths = coin() ? Int32Array.from({ length: batch }, () => 1 + below(steps)) : undefined
  const parameters: nn.Parameters = new Map()
  const updates = new Map<string, Tensor>()
  const scope = new nn.Scope({
    parameters,
    state: new Map(),
    seed,
    training: true,
    step: constant(3, [], 'int32'),
    onUpdate: (state, next) => updates.set(state.name, next),
  })
  const x = variable(
    [batch, steps, inputs],
    Float32Array.from({ length: batch * steps * inputs }, () => random.normal()),
  )
  const given = { lengths: lengths && constant(lengths, [batch], 'int32') }
  const { outputs: y, state } = scope.applySequence('', layer, x, given)
  const loss = [y, ...state.flat()].map((part): Tensor => sum(mul(part, sin(part)))).reduce((a, b) => add(a, b))
  const slopes = gradients(loss, [x, ...parameters.values()])
  const names = ['x', ...parameters.keys()]
  const graph = {
    inputs: {},
    outputs: {
      y,
      ...Object.fromEntries(state.flat().map((part, i) => [`state ${i}`, part])),
      ...Object.fromEntries(updates),
      ...Object.fromEntries(slopes.map((slope, i) => [`gradient of ${names[i]}`, slope])),
    },
  }
  const [wanted, inFloat32, found] = await Promise.all(
    [reference({ precision: 'float64' }), reference(), backend].map(async (each) => {
      const program = await each.compile<never, string>(graph)
      const values = await program.run()
      program.dispose()
      return values
    }),
  )
  const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
    Array.from(a, (value, i) => Math.abs(value - b[i])).reduce((max, each) => Math.max(max, each), 0)
  for (const [name, { data }] of Object.entries(wanted)) {
    // Layer norm of few numbers that are nearly equal is as exact as float32 lets it be, which the reference tells.
    const allowed =
      1e-4 * Math.max(1, distance(data, new Float32Array(data.length))) + 8 * distance(data, inFloat32[name].data)
    expect(distance(data, found[name].data), `${JSON.stringify(layer.description)}: ${name}`).toBeLessThan(allowed)
  }
})
