/** Attention against PyTorch's; test/goldens/make-attention.py wrote what it gives. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/gradients.ts'
import type { Backend } from '../../src/backends/backend.ts'
import { constant, type Tensor, type Variable, variable } from '../../src/graph/tensor.ts'
import * as nn from '../../src/nn/index.ts'
import { type Attended, add, mul, scaledDotProductAttention, sum } from '../../src/ops/index.ts'
import { generator } from '../goldens/generator.ts'

interface Golden {
  readonly output: number[]
  readonly weights: number[]
  readonly inputGradients: number[][]
  readonly parameterGradients: Record<string, number[]>
}

const goldens: Record<string, Golden> = JSON.parse(
  readFileSync(new URL('../goldens/attention.json', import.meta.url), 'utf8'),
)
const [examples, queries, keys, units] = [3, 4, 5, 6]
export const lengthsOf = (lengths: number[]): Tensor => constant(lengths, [lengths.length], 'int32')

type Attend = (inputs: readonly Tensor[], scope: nn.Scope) => Attended

const multiHead =
  (heads: number, { lengths, ...options }: nn.MultiHeadAttentionOptions & { lengths?: number[] }): Attend =>
  ([query, key = query, value = query], scope) =>
    nn
      .MultiHeadAttention(units, heads, options)
      .attend(query, key, value, scope, { lengths: lengths && lengthsOf(lengths) })

const additive =
  (lengths?: number[]): Attend =>
  ([query, values], scope) => {
    const attention = nn.AdditiveAttention(4)
    return attention.attend(query, attention.memory(values, scope, lengths && lengthsOf(lengths)), scope)
  }

const cases: Record<string, { readonly inputs: 1 | 2 | 3; readonly attend: Attend }> = {
  'self-attention of one head': { inputs: 1, attend: multiHead(1, {}) },
  'self-attention of three heads with lengths': { inputs: 1, attend: multiHead(3, { lengths: [2, 5, 1] }) },
  'causal self-attention with lengths': { inputs: 1, attend: multiHead(2, { causal: true, lengths: [5, 3, 4] }) },
  'cross-attention': { inputs: 3, attend: multiHead(2, {}) },
  'cross-attention with lengths, without bias': {
    inputs: 3,
    attend: multiHead(3, { bias: false, lengths: [4, 1, 5] }),
  },
  'additive attention': { inputs: 2, attend: additive() },
  'additive attention with lengths': { inputs: 2, attend: additive([1, 5, 3]) },
}

/** PyTorch's order of the parameters is the order in which they were drawn. */
const orders: Record<string, readonly string[]> = {
  multi: ['in_proj_weight', 'in_proj_bias', 'out_proj.weight', 'out_proj.bias'],
  additive: ['query.weight', 'key.weight', 'key.bias', 'energy.weight'],
}

function graphOf(name: string) {
  const { inputs, attend } = cases[name]
  const draw = generator(name)
  const isAdditive = name.startsWith('additive')
  const shapes = Array.from({ length: inputs }, (_, i) => [examples, i === 0 && inputs > 1 ? queries : keys, units])
  const xs = shapes.map((shape) => variable(shape, draw(shape, 'signed')))
  // Traced once to learn the parameters' shapes, which are then drawn in PyTorch's order.
  const scopeOf = (parameters: nn.Parameters): nn.Scope =>
    new nn.Scope({ parameters, state: new Map(), seed: 0, training: false })
  const made: nn.Parameters = new Map()
  attend(xs, scopeOf(made))
  const parameters: nn.Parameters = new Map()
  for (const key of orders[isAdditive ? 'additive' : 'multi']) {
    const shape = made.get(key)?.shape
    if (shape !== undefined)
      parameters.set(
        key,
        variable(
          shape,
          draw(shape, 'signed').map((value) => value / 2),
        ),
      )
  }
  expect(parameters.size).toBe(made.size)
  const { output, weights } = attend(xs, scopeOf(parameters))
  const weighedBy = (y: Tensor): Tensor => sum(mul(y, constant(draw(y.shape, 'signed'), y.shape)))
  const loss = add(weighedBy(output), weighedBy(weights))
  const of: Variable[] = [...xs, ...parameters.values()]
  const slopes = gradients(loss, of)
  const names = [...xs.map((_, i) => `input ${i}`), ...parameters.keys()]
  return { output, weights, ...Object.fromEntries(names.map((key, i) => [key, slopes[i]])) }
}

/** What attention gives on a backend, and that nothing of padding counts. */
export function describeAttention(name: string, open: () => Promise<Backend>, tolerance: number): void {
  describe(`attention on ${name}`, () => {
    let backend: Backend
    beforeAll(async () => {
      backend = await open()
    })
    afterAll(() => backend?.close())

    const expectNear = (actual: ArrayLike<number>, wanted: readonly number[], what: string): void => {
      expect(actual.length, what).toBe(wanted.length)
      const largest = Math.max(1, ...wanted.map(Math.abs))
      for (const [i, value] of wanted.entries())
        expect(Math.abs(actual[i] - value) / largest, `${what}, number ${i}`).toBeLessThan(tolerance)
    }

    it.each(Object.keys(cases))('gives what PyTorch gives, with all gradients: %s', async (name) => {
      const wanted = goldens[name]
      const program = await backend.compile<never, string>({ inputs: {}, outputs: graphOf(name) })
      const results = await program.run()
      program.dispose()
      expectNear(results.output.data, wanted.output, 'output')
      expectNear(results.weights.data, wanted.weights, 'weights')
      wanted.inputGradients.forEach((gradient, i) => {
        expectNear(results[`input ${i}`].data, gradient, `gradient of input ${i}`)
      })
      for (const [key, gradient] of Object.entries(wanted.parameterGradients))
        expectNear(results[key].data, gradient, `gradient of ${key}`)
    })

    it('gives padding weight 0, whatever stands there, and rows that see nothing weights and output 0', async () => {
      const [n, s, e] = [3, 4, 2]
      const values = generator('padding')([n, s, e], 'signed')
      const lengths = [2, 4, 0]
      lengths.forEach((length, i) => {
        values.fill(Number.NaN, (i * s + length) * e, (i + 1) * s * e)
      })
      const query = variable([n, 3, e], generator('queries')([n, 3, e], 'signed'))
      const memory = variable([n, s, e], values)
      const scope = new nn.Scope({ parameters: new Map(), state: new Map(), seed: 0, training: false })
      const attention = nn.AdditiveAttention(3)
      const found = {
        dot: scaledDotProductAttention(query, memory, memory, { lengths: lengthsOf(lengths) }),
        additive: attention.attend(query, attention.memory(memory, scope, lengthsOf(lengths)), scope),
      }
      for (const { output, weights } of Object.values(found)) {
        const loss = add(sum(mul(output, output)), sum(mul(weights, weights)))
        const [ofQuery, ofMemory] = gradients(loss, [query, memory])
        const program = await backend.compile({ inputs: {}, outputs: { output, weights, ofQuery, ofMemory } })
        const results = await program.run()
        program.dispose()
        for (const [name, { data }] of Object.entries(results))
          expect([...data].every(Number.isFinite), name).toBe(true)
        for (let i = 0; i < n; i++)
          for (let l = 0; l < 3; l++) {
            const row = [...results.weights.data.slice((i * 3 + l) * s, (i * 3 + l + 1) * s)]
            expect(row.slice(lengths[i])).toEqual(new Array(s - lengths[i]).fill(0))
            expect(row.reduce((a, b) => a + b)).toBeCloseTo(lengths[i] === 0 ? 0 : 1, 6)
          }
        expect([...results.output.data.slice(2 * 3 * e)]).toEqual(new Array(3 * e).fill(0))
        expect([...results.ofMemory.data.slice(2 * s * e)]).toEqual(new Array(s * e).fill(0))
      }
    })
  })
}
