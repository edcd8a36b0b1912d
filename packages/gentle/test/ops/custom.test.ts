import {
  ArgumentError,
  type Backend,
  constant,
  type Graph,
  gradients,
  input,
  reference,
  type Tensor,
  variable,
  wasm,
} from 'gentle-dl'
import { checkGradients } from 'gentle-dl/inspect'
import { defineKernel, elementwiseKernel, f32x4, forEachItem, i32, Local, memoryCopy } from 'gentle-dl/kernels'
import { abs, add, apply, defineOp, div, matmul, mul, relu, scan, sub, sum, tanh } from 'gentle-dl/ops'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const softsignOp = defineOp({
  name: 'softsign',
  infer: ([x], _: object) => ({ shape: x.shape, dtype: x.dtype }),
  gradient({ inputs: [x] }, dy) {
    const rest = add(abs(x), 1)
    return [div(dy, mul(rest, rest))]
  },
  reference([x], _, y) {
    x.data.forEach((value, i) => {
      y.data[i] = value / (1 + Math.abs(value))
    })
  },
})
const softsign = (x: Tensor): Tensor => apply(softsignOp, [x], {})

defineKernel(softsignOp, ([x], y) =>
  elementwiseKernel([x], y, ([v]) => f32x4.div(v, f32x4.add(f32x4.splat(1), f32x4.abs(v)))),
)

const stepsOf = (shift: number, n: number): number => ((shift % n) + n) % n

const rollOp = defineOp({
  name: 'roll',
  infer: ([x], _: { shift: number }) => ({ shape: x.shape, dtype: x.dtype }),
  gradient: ({ attributes: { shift } }, dy) => [roll(dy, -shift)],
  reference([x], { shift }, y) {
    const n = x.shape.at(-1)!
    for (let row = 0; row < x.data.length; row += n)
      for (let i = 0; i < n; i++) y.data[row + ((i + stepsOf(shift, n)) % n)] = x.data[row + i]
  },
})
function roll(x: Tensor, shift: number): Tensor {
  return apply(rollOp, [x], { shift })
}

defineKernel(rollOp, ([x], y, { shift }) => {
  const n = x.shape.at(-1)!
  const steps = stepsOf(shift, n)
  return {
    items: x.shape.slice(0, -1).reduce((a, b) => a * b, 1),
    emit(context) {
      const row = new Local('i32')
      const at = (buffer: typeof x, i: number) => i32.add(i32.add(context.address(buffer), i32.mul(row, 4 * n)), 4 * i)
      return [
        forEachItem(context, row, [
          memoryCopy(at(y, steps), at(x, 0), 4 * (n - steps)),
          memoryCopy(at(y, 0), at(x, n - steps), 4 * steps),
        ]),
      ]
    },
  }
})

const filled = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.sin(3 * i + 1))
const constantOf = (...shape: number[]): Tensor => constant(filled(shape.reduce((a, b) => a * b, 1)), shape)

/** A dense layer on a batch in lanes, both ops in the middle of it, and gradients. */
function layer(): Graph {
  const x = input([19, 5])
  const w = variable([5, 7], filled(35), 'w')
  const y = matmul(softsign(roll(tanh(matmul(x, w)), 2)), constantOf(7, 3))
  const [slope] = gradients(sum(mul(y, relu(y))), [w])
  return { inputs: { x }, outputs: { y, slope, moved: roll(w, -3) }, updates: [[w, sub(w, mul(slope, 0.01))]] }
}

/** A loop that mixes its state with both ops. */
function recurrence(): Graph {
  const x = input([6, 8, 5])
  const w = variable([5, 5], filled(25), 'w')
  const { state, outputs } = scan(
    (h: Tensor, slice: Tensor) => {
      const next = softsign(add(matmul(roll(h, 1), w), slice))
      return { state: next, output: roll(next, 2) }
    },
    constant(filled(40), [8, 5]),
    x,
  )
  const [slope] = gradients(add(sum(mul(outputs, constantOf(6, 8, 5))), sum(mul(state, state))), [w])
  return { inputs: { x }, outputs: { state, outputs, slope } }
}

describe('ops of one’s own', () => {
  let backends: Backend[]
  beforeAll(async () => {
    backends = await Promise.all([1, 2].map((threads) => wasm({ threads, poison: true })))
  })
  afterAll(() => Promise.all(backends.map((backend) => backend.close())))

  const run = async (backend: Backend, build: () => Graph): Promise<Record<string, ArrayLike<number>>> => {
    const graph = build()
    const program = await backend.compile(graph)
    const feed = Object.fromEntries(
      Object.entries(graph.inputs).map(([name, { shape }]) => [name, filled(shape.reduce((a, b) => a * b, 1))]),
    )
    await program.run(feed)
    const outputs = await program.run(feed)
    return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, Float32Array.from(data)]))
  }

  it.each([
    ['a layer with its gradient and update', layer],
    ['a loop with its gradient', recurrence],
  ])('give in %s what their references give, to the same bits on 1 and 2 threads', async (_, build) => {
    const expected = await run(reference(), build)
    const [one, two] = await Promise.all(backends.map((backend) => run(backend, build)))
    expect(two).toEqual(one)
    for (const [name, values] of Object.entries(expected))
      for (let i = 0; i < values.length; i++) expect(one[name][i], name).toBeCloseTo(values[i], 4)
  })

  it('are differentiated like any op, in a loop too', () => {
    const x = variable([3, 4], filled(12), 'x')
    expect(checkGradients(sum(mul(softsign(roll(x, 1)), constantOf(3, 4))), [x]).error).toBeLessThan(1e-6)
    const { state } = scan((h: Tensor, row: Tensor) => ({ state: roll(softsign(mul(h, row)), 1) }), constantOf(4), x)
    expect(checkGradients(sum(mul(state, constantOf(4))), [x]).error).toBeLessThan(1e-6)
  })

  it('stay apart where they have one name, and where JSON does not tell their attributes apart', async () => {
    const scaled = (factor: number) =>
      defineOp({
        name: 'scaled',
        infer: ([x], _: { limit: number }) => x,
        gradient: () => [undefined],
        reference([x], { limit }, y) {
          y.data[0] = Math.min(factor * x.data[0], limit)
        },
      })
    const x = input([])
    const [twice, thrice] = [scaled(2), scaled(3)]
    for (const [op, factor] of [
      [twice, 2],
      [thrice, 3],
    ] as const)
      defineKernel(op, ([operand], y, { limit }) =>
        elementwiseKernel([operand], y, ([v]) => f32x4.min(f32x4.mul(v, f32x4.splat(factor)), f32x4.splat(limit))),
      )
    const outputs = {
      twice: apply(twice, [x], { limit: Infinity }),
      thrice: apply(thrice, [x], { limit: Infinity }),
      min: apply(thrice, [x], { limit: -Infinity }),
    }
    for (const backend of [reference(), ...backends]) {
      const results = await (await backend.compile({ inputs: { x }, outputs })).run({ x: 5 })
      expect(Object.values(results).map(({ data }) => data[0])).toEqual([10, 15, -Infinity])
    }
  })

  it('without a kernel run on the reference, and are refused by name on the wasm backend', async () => {
    const op = defineOp({
      name: 'negated',
      infer: ([x], _: object) => x,
      gradient: (_, dy) => [mul(dy, -1)],
      reference([x], _, y) {
        y.data.set(x.data.map((value) => -value))
      },
    })
    const graph = { inputs: {}, outputs: { y: apply(op, [constant([1, 2], [2])], {}) } }
    expect([...(await (await reference().compile(graph)).run()).y.data]).toEqual([-1, -2])
    await expect(backends[0].compile(graph)).rejects.toThrow(
      new ArgumentError(
        "compile: the op 'negated' has no kernel for the wasm backend; give it one by defineKernel of gentle-dl/kernels, or compile on reference()",
      ),
    )
  })

  it.each(['add', 'matmul', 'scan', 'input', 'toString'])('are refused under the name %s', (name) => {
    const define = () => defineOp({ name, infer: ([x], _: object) => x, gradient: () => [], reference() {} })
    expect(define).toThrow(
      new ArgumentError(`defineOp: the name '${name}' is taken by an op of the library; choose another`),
    )
  })
})
