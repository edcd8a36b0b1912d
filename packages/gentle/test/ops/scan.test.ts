import { describe, expect, it } from 'vitest'
import { checkGradients } from '../../src/autodiff/check.ts'
import { gradients } from '../../src/autodiff/gradients.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { Random } from '../../src/core/random.ts'
import { sizeOf } from '../../src/core/shape.ts'
import { topologicalOrder } from '../../src/graph/graph.ts'
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
  sigmoid,
  slice,
  sum,
  tanh,
  traceFunction,
  where,
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
    h = where(mask, next, h)
    outputs[t] = reshape(where(mask, mul(next, next), 0), [1, batch, width])
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

  it.each(
    [1, 2, 7, 64].flatMap((steps) => [
      [steps, ''],
      [steps, 'with lengths'],
    ]) as [number, string][],
  )('has gradients over %i steps that finite differences confirm %s', (steps, how) => {
    const net = elman(steps, 2, 2)
    const lengths = how === '' ? undefined : constant([Math.ceil(steps / 2), steps], [2], 'int32')
    const loss = lossOf(net.run({ lengths }))
    // Beyond their lengths inputs have no influence, and the error of a difference of 0 has no scale.
    expect(checkGradients(loss, [net.h0, net.w, net.u, net.b], { elements: 4 }).error).toBeLessThan(1e-6)
    if (how === '') expect(checkGradients(loss, [net.x], { elements: 6 }).error).toBeLessThan(1e-6)
  })

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

  it('reads no padding: what lies past a length, even NaN, changes neither results nor gradients', async () => {
    const net = elman(4, 2)
    const padded = net.x.initial.slice()
    padded.fill(Number.NaN, 3 * 6, 4 * 6)
    padded.fill(Number.NaN, 2 * 6 + 3, 3 * 6)
    const lengths = constant([3, 2], [2], 'int32')
    const [x, clean] = [variable(net.x.shape, padded), net.x]
    const over = (inputs: Tensor) =>
      scan((h: Tensor, input: Tensor) => ({ state: net.cell(h, input), output: net.cell(h, input) }), net.h0, inputs, {
        lengths,
      })
    const [a, b] = [over(x), over(clean)]
    const learned = [net.h0, net.w, net.u, net.b]
    await expectSame(withSlopes({ ...a }, lossOf(a), learned), withSlopes({ ...b }, lossOf(b), learned))
  })

  it('carries and reads whole numbers, with lengths too', async () => {
    const x = constant([1, 2, 3, 4, 5, 6], [3, 2], 'int32')
    const { state, outputs } = scan(
      (total: Tensor, n: Tensor) => ({ state: add(total, n), output: mul(n, 10) }),
      constant([0, 0], [2], 'int32'),
      x,
      { lengths: constant([3, 2], [2], 'int32') },
    )
    expect(await valuesOf({ state, outputs })).toEqual({ state: [9, 6], outputs: [10, 20, 30, 40, 50, 0] })
  })

  it('costs what its steps cost together', () => {
    const { outputs } = elman(5, 2, 3).run()
    const total = topologicalOrder([outputs]).reduce(
      (sum, node) => sum + (node.op.multiplyAdds?.(node.inputs, node.attributes, node) ?? 0),
      0,
    )
    expect(total).toBe(5 * 2 * (2 * 3 * 3))
  })

  it('counts steps by themselves where there are no inputs', async () => {
    const { state } = scan((n: Tensor) => ({ state: mul(n, 2) }), constant(1), [], { steps: 10 })
    expect(await valuesOf({ state })).toEqual({ state: [1024] })
  })

  describe('refuses', () => {
    const [h, x] = [constant(0, [2, 3]), constant(1, [4, 2, 3])]
    const step = (state: Tensor, input: Tensor) => ({ state: add(state, input) })

    it('inputs of different leading sizes', () => {
      expect(() => scan((s: Tensor, { a }) => step(s, a), h, { a: x, b: constant(0, [5, 2, 3]) })).toThrow(
        'scan: inputs have shapes [4, 2, 3], [5, 2, 3]; expected one leading size, the number of steps',
      )
    })

    it('a state of another shape, and one with other parts', () => {
      expect(() => scan((s: Tensor, input: Tensor) => ({ state: sum(step(s, input).state) }), h, x)).toThrow(
        'scan: tensor 0 of the state is float32 [2, 3] before a step and float32 [] after it; they must be equal',
      )
      expect(() => scan(({ a }: { a: Tensor }) => ({ state: { b: a } as never }), { a: h }, x)).toThrow(
        'scan: the state that the step gives has the parts b; expected a',
      )
    })

    it('steps that are missing or not whole', () => {
      expect(() => scan((s: Tensor) => ({ state: s }), h, [])).toThrow(
        'scan: there are no inputs; give the number of steps',
      )
      expect(() => scan((s: Tensor) => ({ state: s }), h, [], { steps: 0.5 })).toThrow(
        'scan: steps is 0.5; expected a whole number of at least 1',
      )
      expect(() => scan(step, h, x, { steps: 3 })).toThrow('scan: steps is 3, but the inputs have 4')
      expect(() => scan(step, h, x, { rematerialize: 0 })).toThrow(
        'scan: rematerialize is 0; expected a whole number of at least 1',
      )
    })

    it('lengths that do not fit', () => {
      expect(() => scan(step, h, x, { lengths: constant([1, 2, 3], [3], 'int32') })).toThrow(
        'scan: there are 3 lengths for batches of 2, 2 examples',
      )
      expect(() => scan(step, h, x, { lengths: constant([1, 2], [2]) })).toThrow(
        'scan: lengths are float32 [2]; expected int32 [N]',
      )
    })

    it('tensors that leave the step by another way', async () => {
      let leaked = h as Tensor
      scan(
        (s: Tensor, input: Tensor) => {
          leaked = add(s, input)
          return { state: leaked }
        },
        h,
        x,
      )
      await expect(valuesOf({ leaked })).rejects.toThrow(/a tensor of the function traced at .* is used outside of it/)
    })
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

  it('refuses arguments of another form or shape', () => {
    const f = traceFunction({ x: { shape: [2], dtype: 'float32' } }, ({ x }) => mul(x, 2))
    expect(() => call(f, { x: constant(0, [3]) })).toThrow(
      'call: argument 0 is float32 [3], but the function was traced for float32 [2]; trace it for these shapes',
    )
    expect(() => call(f, { y: constant(0, [2]) } as never)).toThrow('call: the arguments has the parts y; expected x')
  })
})
