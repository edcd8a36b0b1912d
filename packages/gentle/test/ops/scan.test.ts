import { describe, expect, it } from 'vitest'
import { checkGradients } from '../../src/autodiff/check.ts'
import { gradients } from '../../src/autodiff/gradients.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { Random } from '../../src/core/random.ts'
import { sizeOf } from '../../src/core/shape.ts'
import { constant, type Tensor, variable } from '../../src/graph/tensor.ts'
import {
  add,
  call,
  concat,
  matmul,
  mul,
  reshape,
  type ScanOptions,
  scan,
  select,
  sigmoid,
  slice,
  sum,
  tanh,
  traceFunction,
} from '../../src/ops/index.ts'

const random = new Random(3, 'scan')

const drawn = (shape: readonly number[]) =>
  variable(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => 0.5 * random.normal()),
  )

async function valuesOf(outputs: Record<string, Tensor>): Promise<Record<string, number[]>> {
  const program = await reference({ precision: 'float64' }).compile({ inputs: {}, outputs })
  const results = await program.run()
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, Array.from(data)]))
}

const withSlopes = (
  results: Record<string, Tensor>,
  loss: Tensor,
  withRespectTo: Tensor[],
): Record<string, Tensor> => ({
  ...results,
  ...Object.fromEntries(gradients(loss, withRespectTo).map((slope, i) => [`slope ${i}`, slope])),
})

async function expectSame(looped: Record<string, Tensor>, flat: Record<string, Tensor>): Promise<void> {
  const [got, wanted] = [await valuesOf(looped), await valuesOf(flat)]
  for (const [name, values] of Object.entries(wanted))
    values.forEach((value, i) => {
      expect(got[name][i]).toBeCloseTo(value, 10)
    })
}

/** A plain recurrent network on inputs [T, N, K]. */
function elman(steps: number, batch = 2, width = 3) {
  const [x, h0] = [drawn([steps, batch, width]), drawn([batch, width])]
  const [w, u, b] = [drawn([width, width]), drawn([width, width]), drawn([width])]
  const cell = (h: Tensor, input: Tensor): Tensor => tanh(add(add(matmul(input, w), matmul(h, u)), b))
  const run = (options?: ScanOptions) =>
    scan(
      (h, input) => {
        const next = cell(h, input)
        return { state: next, output: mul(next, next) }
      },
      h0,
      x,
      options,
    )
  return { x, h0, w, u, b, cell, run, all: [x, h0, w, u, b] }
}

/** What `elman` computes, without a loop. */
function unrolled({ x, h0, cell }: ReturnType<typeof elman>, reverse = false, lengths?: readonly number[]) {
  const [steps, batch, width] = x.shape
  const order = Array.from({ length: steps }, (_, t) => (reverse ? steps - 1 - t : t))
  let h: Tensor = h0
  const outputs = new Array<Tensor>(steps)
  for (const t of order) {
    const input = reshape(slice(x, [t, 0, 0], [1, batch, width]), [batch, width])
    const next = cell(h, input)
    const mask = constant(
      Array.from({ length: batch }, (_, n) => (lengths === undefined || t < lengths[n] ? 1 : 0)),
      [batch, 1],
    )
    h = select(mask, next, h)
    outputs[t] = reshape(select(mask, mul(next, next), 0), [1, batch, width])
  }
  return { state: h, outputs: concat(outputs) }
}

const lossOf = ({ state, outputs }: { state: Tensor; outputs: Tensor }): Tensor =>
  add(sum(mul(outputs, outputs)), sum(mul(state, 0.7)))

describe('scan', () => {
  for (const reverse of [false, true]) {
    const direction = reverse ? 'backwards' : 'forwards'
    const expectUnrolled = (net: ReturnType<typeof elman>, options: ScanOptions, lengths?: readonly number[]) => {
      const [looped, flat] = [net.run({ reverse, ...options }), unrolled(net, reverse, lengths)]
      return expectSame(withSlopes({ ...looped }, lossOf(looped), net.all), withSlopes(flat, lossOf(flat), net.all))
    }

    it.each([1, 2, 7])(`gives what %i steps ${direction} give without a loop, and their gradients`, (steps) =>
      expectUnrolled(elman(steps), {}),
    )

    it.each([1, 2, 3, 7, 100])(
      `gives the same ${direction} where the state of every %i-th step alone is kept`,
      (rematerialize) => expectUnrolled(elman(7), { rematerialize }),
    )

    it.each([undefined, 2])(
      `stands still past the length of each example, ${direction}, every %s-th step kept`,
      (rematerialize) => {
        const lengths = [2, 5, 0]
        return expectUnrolled(elman(5, 3), { lengths: constant(lengths, [3], 'int32'), rematerialize }, lengths)
      },
    )
  }

  it('has gradients that finite differences confirm, to second order', () => {
    const net = elman(3)
    expect(checkGradients(lossOf(net.run()), net.all).error).toBeLessThan(1e-6)
    const first = gradients(lossOf(net.run()), net.all)
    const squares = first.map((g) => sum(mul(g, g))).reduce((a, b) => add(a, b))
    expect(checkGradients(squares, net.all).error).toBeLessThan(1e-6)
    const again = gradients(lossOf(net.run({ rematerialize: 2 })), net.all)
    const squaresAgain = again.map((g) => sum(mul(g, g))).reduce((a, b) => add(a, b))
    expect(checkGradients(squaresAgain, net.all).error).toBeLessThan(1e-6)
  })
  it('scans within a scan', () => {
    const [x, w] = [drawn([3, 4, 2]), drawn([2])]
    const { state } = scan(
      ({ h }, { row }) => {
        const inner = scan((s, r) => ({ state: tanh(add(mul(s, w), mul(r, h))) }), h, row)
        return { state: { h: sigmoid(inner.state) } }
      },
      { h: drawn([2]) },
      { row: x },
    )
    expect(checkGradients(sum(state.h), [x, w]).error).toBeLessThan(1e-6)
  })
})

describe('call', () => {
  it('computes a traced function on other tensors, and is differentiated as a whole', async () => {
    const w = drawn([3, 3])
    const layer = traceFunction({ x: { shape: [2, 3], dtype: 'float32' } }, ({ x }) => ({ y: tanh(matmul(x, w)) }))
    const x = drawn([2, 3])
    const { y } = call(layer, { x: call(layer, { x }).y })
    const plain = tanh(matmul(tanh(matmul(x, w)), w))
    await expectSame(
      withSlopes({ y }, sum(mul(y, y)), [x, w]),
      withSlopes({ y: plain }, sum(mul(plain, plain)), [x, w]),
    )
  })
})
