/** Loops against PyTorch's recurrent networks; test/goldens/make-recurrent.py wrote what they give. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { constant, type Tensor, variable } from '../../src/graph/tensor.ts'
import { add, matmul, mul, scan, sigmoid, slice, sum, tanh } from '../../src/ops/index.ts'
import { generator } from '../goldens/generator.ts'

interface Golden {
  readonly kind: 'RNN' | 'LSTM'
  readonly steps: number
  readonly lengths?: number[]
  readonly loss: number
  /** Of outputs and the gradient of the input, every so many-th number is stored. */
  readonly every: number
  readonly last: number[][]
  readonly outputs: number[]
  readonly inputGradient: number[]
  readonly stateGradients: number[][]
  readonly parameterGradients: Record<string, number[]>
}

const goldens: Record<string, Golden> = JSON.parse(
  readFileSync(new URL('../goldens/recurrent.json', import.meta.url), 'utf8'),
)
const [inputs, units, batch] = [3, 4, 3]

/** PyTorch's cells, with their names of the weights; gates stand in the order of input, forget, cell, output. */
const cells = {
  RNN: {
    gates: 1,
    step: ([h]: readonly Tensor[], products: (h: Tensor) => Tensor) => [tanh(products(h))],
  },
  LSTM: {
    gates: 4,
    step([h, c]: readonly Tensor[], products: (h: Tensor) => Tensor) {
      const all = products(h)
      const gate = (i: number): Tensor => slice(all, [0, i * units], [batch, units])
      const next = add(mul(sigmoid(gate(1)), c), mul(sigmoid(gate(0)), tanh(gate(2))))
      return [mul(sigmoid(gate(3)), tanh(next)), next]
    },
  },
}

function graphOf(name: string, { kind, steps, lengths }: Golden, rematerialize?: number): Graph {
  const draw = generator(name)
  const { gates, step } = cells[kind]
  const x = variable([steps, batch, inputs], draw([steps, batch, inputs], 'signed'))
  const first = Array.from({ length: kind === 'LSTM' ? 2 : 1 }, () =>
    variable([batch, units], draw([batch, units], 'signed')),
  )
  const parameter = (...shape: number[]) =>
    variable(
      shape,
      draw(shape, 'signed').map((value) => value / 2),
    )
  const parameters = {
    weight_ih_l0: parameter(gates * units, inputs),
    weight_hh_l0: parameter(gates * units, units),
    bias_ih_l0: parameter(gates * units),
    bias_hh_l0: parameter(gates * units),
  }
  const { state, outputs } = scan(
    (before: readonly Tensor[], input: Tensor) => {
      const next = step(before, (h) =>
        add(
          add(matmul(input, parameters.weight_ih_l0, { transposeB: true }), parameters.bias_ih_l0),
          add(matmul(h, parameters.weight_hh_l0, { transposeB: true }), parameters.bias_hh_l0),
        ),
      )
      return { state: next, output: next[0] }
    },
    first as readonly Tensor[],
    x,
    { lengths: lengths && constant(lengths, [batch], 'int32'), rematerialize },
  )
  const loss = state.map((h) => sum(h)).reduce((a, b) => add(a, b), sum(mul(outputs, outputs)))
  const names = Object.keys(parameters) as (keyof typeof parameters)[]
  const slopes = gradients(loss, [x, ...first, ...names.map((key) => parameters[key])])
  return {
    inputs: {},
    outputs: {
      loss,
      outputs,
      ...Object.fromEntries(state.map((h, i) => [`last ${i}`, h])),
      input: slopes[0],
      ...Object.fromEntries(first.map((_, i) => [`state ${i}`, slopes[1 + i]])),
      ...Object.fromEntries(names.map((key, i) => [key, slopes[1 + first.length + i]])),
    },
  }
}

describe.each([
  ['the float64 reference', () => Promise.resolve(reference({ precision: 'float64' })), 1e-6],
  ['wasm', () => wasm({ threads: 2 }), 2e-5],
] as const)('loops on %s', (_, open, tolerance) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await open()
  })
  afterAll(() => backend?.close())

  const expectNear = (actual: ArrayLike<number>, wanted: readonly number[], what: string, every = 1): void => {
    const largest = Math.max(1, ...wanted.map(Math.abs))
    wanted.forEach((value, i) => {
      expect(Math.abs(actual[i * every] - value) / largest, `${what}, number ${i}`).toBeLessThan(tolerance)
    })
  }

  it.each(
    Object.entries(goldens).flatMap(([name, golden]) => [
      [name, undefined, golden] as const,
      ...(golden.steps === 7 ? [[name, 3, golden] as const] : []),
    ]),
  )("give what PyTorch's %s gives, with all gradients (every %s-th step kept)", async (name, rematerialize, golden) => {
    const program = await backend.compile(graphOf(name, golden, rematerialize))
    const results = await program.run()
    program.dispose()
    expectNear(results.loss.data, [golden.loss], 'the loss')
    expectNear(results.outputs.data, golden.outputs, 'outputs', golden.every)
    expectNear(results.input.data, golden.inputGradient, 'the gradient of the input', golden.every)
    golden.last.forEach((wanted, i) => {
      expectNear(results[`last ${i}`].data, wanted.flat(2), `the last state ${i}`)
    })
    golden.stateGradients.forEach((wanted, i) => {
      expectNear(results[`state ${i}`].data, wanted.flat(2), `the gradient of state ${i}`)
    })
    for (const [key, wanted] of Object.entries(golden.parameterGradients))
      expectNear(results[key].data, wanted.flat(2), `the gradient of ${key}`)
  })
})
