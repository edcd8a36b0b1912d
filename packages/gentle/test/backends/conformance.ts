import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../src/backends/backend.ts'
import { ArgumentError } from '../../src/core/errors.ts'
import { constant, input, variable } from '../../src/graph/tensor.ts'
import {
  add,
  argmax,
  broadcastTo,
  conv2d,
  floorDiv,
  matmul,
  mod,
  mul,
  oneHot,
  relu,
  reshape,
  slice,
  sub,
  sum,
  tanh,
} from '../../src/ops/index.ts'
import type { ElementwiseName, StructuredName } from '../../src/ops/table.ts'
import { compareBitsRandomly, compareRandomly } from './comparison.ts'
import { opCases } from './op-cases.ts'
import { randomGraph, randomNetwork, randomSteps } from './random-graph.ts'
import { randomInference } from './random-inference.ts'
import { randomLoops } from './random-loop.ts'
import { compareProgramsRandomly } from './random-programs.ts'
import { describeSpecialValues } from './special-values.ts'

/**
 * Registers the tests that every backend must pass: each op, random graphs, training, and what a program promises. `share` is how much of
 * the random cases to try.
 */
export function describeBackend(name: string, open: () => Promise<Backend>, share = 1): void {
  describe(name, () => {
    let backend: Backend
    beforeAll(async () => {
      backend = await open()
    })
    afterAll(() => backend?.close())

    for (const op of Object.keys(opCases) as (ElementwiseName | StructuredName)[])
      it(`computes ${op} as the reference does`, () =>
        compareRandomly(
          backend,
          share * (intricate.has(op) ? 60 : 20),
          (scene) => {
            const y = opCases[op].build(scene)
            return { outputs: { y }, tolerance: opCases[op].tolerance }
          },
          { special: 0.25 },
        ))

    it('runs random graphs with their gradients and updates as the reference does', () =>
      compareRandomly(backend, share * 150, randomGraph))

    it('runs random loops and calls with their gradients as the reference does', () =>
      compareRandomly(backend, share * 25, randomLoops))

    it('runs loops of random steps with their gradients as the reference does', () =>
      compareRandomly(backend, share * 25, randomSteps))

    it('trains random convolutional networks step by step as the reference does', () =>
      compareRandomly(backend, share * 20, randomNetwork))

    it('predicts with random networks for a few images as the reference does', () =>
      compareRandomly(backend, share * 40, randomInference))

    it('runs programs that read and change the same variables in random order as the reference does', () =>
      compareProgramsRandomly(backend, share * 60))

    describeSpecialValues(() => backend)
    describePrograms(() => backend)
  })
}

/** Registers the test that the number of threads changes no bit of any result; `share` is how much of the random cases to try. */
export function describeThreads(name: string, open: (threads: number) => Promise<Backend>, share = 1): void {
  describe(`${name} with 1, 2, 3 and 4 threads`, () => {
    let backends: Backend[]
    beforeAll(async () => {
      backends = await Promise.all([1, 2, 3, 4].map(open))
    })
    afterAll(() => Promise.all((backends ?? []).map((backend) => backend.close())))

    it('computes each op to the same bits', () =>
      compareBitsRandomly(backends, share * 100, (scene) => {
        const { build, tolerance } = scene.pick(Object.values(opCases))
        return { outputs: { y: build(scene) }, tolerance }
      }))

    it('runs random graphs to the same bits', () => compareBitsRandomly(backends, share * 40, randomGraph))

    it('runs random loops and calls to the same bits', () => compareBitsRandomly(backends, share * 10, randomLoops))

    it('predicts with random networks to the same bits', () =>
      compareBitsRandomly(backends, share * 30, randomInference))

    it('trains random convolutional networks to the same bits', () =>
      compareBitsRandomly(backends, share * 10, randomNetwork))
  })
}

/** Ops whose kernels have most to decide, and so most to get wrong. */
const intricate = new Set<string>([
  'matmul',
  'conv2d',
  'conv2dInputGradient',
  'conv2dWeightGradient',
  'sum',
  'transpose',
])

function describePrograms(backend: () => Backend): void {
  const values = (array: { readonly data: ArrayLike<number> }): number[] => Array.from(array.data)

  it('gives back an input, a variable and a constant that are outputs themselves', async () => {
    const x = input([2, 3])
    const labels = input([3], 'int32')
    const scalar = input([])
    const v = variable([2], [5, 6], 'v')
    const c = constant([7, 8, 9], [3])
    const i = constant([1, 2], [2], 'int32')
    const program = await backend().compile({ inputs: { x, labels, scalar }, outputs: { x, labels, scalar, v, c, i } })
    const y = await program.run({ x: [1, 2, 3, 4, 5, 6], labels: [-1, 0, 7], scalar: 2.5 })
    expect(Object.fromEntries(Object.entries(y).map(([name, array]) => [name, values(array)]))).toEqual({
      x: [1, 2, 3, 4, 5, 6],
      labels: [-1, 0, 7],
      scalar: [2.5],
      v: [5, 6],
      c: [7, 8, 9],
      i: [1, 2],
    })
    expect([y.labels.dtype, y.i.dtype, y.x.dtype]).toEqual(['int32', 'int32', 'float32'])
    expect(y.labels.data).toBeInstanceOf(Int32Array)
    expect([y.x.shape, y.scalar.shape]).toEqual([[2, 3], []])
  })

  it('gives results in memory that it is given, and updates variables as ever', async () => {
    const x = input([3])
    const v = variable([3], [1, 2, 3], 'v')
    const largest = argmax(x, 0)
    const program = await backend().compile({
      inputs: { x },
      outputs: { y: mul(x, v), largest },
      updates: [[v, add(v, x)]],
    })
    const into = { y: new Float32Array(3), largest: new Int32Array(1) }
    await program.runInto({ x: [1, 5, 2] }, into)
    expect([values({ data: into.y }), values({ data: into.largest })]).toEqual([[1, 10, 6], [1]])
    await program.runInto({ x: [1, 0, 0] }, into)
    expect(values({ data: into.y })).toEqual([2, 0, 0])
    for (const wrong of [
      { ...into, y: new Float32Array(4) },
      { ...into, largest: new Float32Array(1) },
      { y: into.y } as typeof into,
    ])
      await expect(program.runInto({ x: [1, 2, 3] }, wrong)).rejects.toThrow(
        /runInto: output '(y|largest)' needs memory for \d numbers of type/,
      )
    expect(await backend().read(v)).toEqual(Float32Array.of(3, 7, 5))
  })

  it('gives back a result that is used further on, and one under two names', async () => {
    const x = input([3])
    const inner = tanh(x)
    const outer = relu(mul(inner, 2))
    const program = await backend().compile({ inputs: { x }, outputs: { inner, outer, again: inner } })
    const y = await program.run({ x: [-1, 0, 1] })
    const t = Math.tanh(1)
    for (const [name, wanted] of [
      ['inner', [-t, 0, t]],
      ['outer', [0, 0, 2 * t]],
      ['again', [-t, 0, t]],
    ] as const)
      values(y[name]).forEach((actual, i) => {
        expect(actual).toBeCloseTo(wanted[i], 6)
      })
  })

  it('keeps results as they were when the program runs again', async () => {
    const x = input([9])
    const program = await backend().compile({ inputs: { x }, outputs: { y: mul(x, 2), x } })
    const first = await program.run({ x: new Float32Array(9).fill(1) })
    await program.run({ x: new Float32Array(9).fill(3) })
    expect(values(first.y)).toEqual(Array(9).fill(2))
    expect(values(first.x)).toEqual(Array(9).fill(1))
  })

  it('swaps two variables', async () => {
    const a = variable([17], 1, 'a')
    const b = variable([17], 2, 'b')
    const program = await backend().compile({
      inputs: {},
      outputs: {},
      updates: [
        [a, b],
        [b, a],
      ],
    })
    await program.run()
    expect([(await backend().read(a))[16], (await backend().read(b))[0]]).toEqual([2, 1])
    await program.run()
    expect([(await backend().read(a))[16], (await backend().read(b))[0]]).toEqual([1, 2])
  })

  it('profiles a run: the outputs and variables are those of one run, however often it was repeated', async () => {
    const x = input([9, 3])
    const [w, s] = [variable([3], [1, 2, 3]), variable([], 2)]
    const y = mul(x, w)
    const program = await backend().compile({
      inputs: { x },
      outputs: { y, total: sum(y) },
      updates: [
        [w, add(w, sum(y, 0))],
        [s, mul(s, s)],
      ],
    })
    const { outputs, profile } = await program.profile({ x: new Float32Array(27).fill(1) }, { repeats: 3 })
    expect(values(outputs['total'])).toEqual([54])
    expect([...(await backend().read(w))]).toEqual([10, 20, 30])
    expect([...(await backend().read(s))]).toEqual([4])
    expect(profile.threads).toHaveLength(backend().threads)
    expect(values((await program.run({ x: new Float32Array(27).fill(1) }))['total'])).toEqual([540])
    program.dispose()
  })

  it('turns three variables round, one through a reshape', async () => {
    const a = variable([2, 3], [1, 2, 3, 4, 5, 6], 'a')
    const b = variable([3, 2], 7, 'b')
    const c = variable([6], 8, 'c')
    const program = await backend().compile({
      inputs: {},
      outputs: {},
      updates: [
        [a, reshape(b, [2, 3])],
        [b, reshape(c, [3, 2])],
        [c, reshape(a, [6])],
      ],
    })
    await program.run()
    const state = await Promise.all([a, b, c].map(async (v) => Array.from(await backend().read(v))))
    expect(state).toEqual([Array(6).fill(7), Array(6).fill(8), [1, 2, 3, 4, 5, 6]])
  })

  it('gives a variable the value it had before the run, as output and to every update', async () => {
    const a = variable([3], [1, 2, 3], 'a')
    const b = variable([3], 0, 'b')
    const next = mul(a, 10)
    const program = await backend().compile({
      inputs: {},
      outputs: { before: a, next },
      updates: [
        [a, next],
        [b, add(a, b)],
      ],
    })
    const first = await program.run()
    const second = await program.run()
    expect([values(first.before), values(first.next)]).toEqual([
      [1, 2, 3],
      [10, 20, 30],
    ])
    expect(values(second.before)).toEqual([10, 20, 30])
    expect(Array.from(await backend().read(b))).toEqual([11, 22, 33])
  })

  it('sets variables to an input, to a constant, to themselves and to part of another', async () => {
    const x = input([2])
    const a = variable([2], 0, 'a')
    const b = variable([2], 0, 'b')
    const c = variable([2], [3, 4], 'c')
    const d = variable([2], 0, 'd')
    const whole = variable([4], [1, 2, 3, 4], 'whole')
    const program = await backend().compile({
      inputs: { x },
      outputs: {},
      updates: [
        [a, x],
        [b, constant([5, 6], [2])],
        [c, c],
        [d, slice(whole, [1], [2])],
      ],
    })
    await program.run({ x: [1, 2] })
    const state = await Promise.all([a, b, c, d].map(async (v) => Array.from(await backend().read(v))))
    expect(state).toEqual([
      [1, 2],
      [5, 6],
      [3, 4],
      [2, 3],
    ])
  })

  it('shares variables between programs that run in turn', async () => {
    const w = variable([5], 1, 'w')
    const x = input([5])
    const training = await backend().compile({ inputs: { x }, outputs: { sum: sum(w) }, updates: [[w, add(w, x)]] })
    const evaluation = await backend().compile({ inputs: {}, outputs: { y: mul(w, 100) } })
    const seen: number[] = []
    for (let i = 1; i <= 3; i++) {
      await training.run({ x: new Float32Array(5).fill(i) })
      seen.push(values((await evaluation.run()).y)[4])
    }
    expect(seen).toEqual([200, 400, 700])
    training.dispose()
    expect(values((await evaluation.run()).y)).toEqual(Array(5).fill(700))
  })

  it('keeps two programs apart that run in turn on different sizes', async () => {
    const [small, large] = await Promise.all(
      [3, 40].map((n) => {
        const x = input([n, n])
        return backend().compile({ inputs: { x }, outputs: { y: matmul(x, x) } })
      }),
    )
    const ones = (n: number) => new Float32Array(n * n).fill(1)
    for (let i = 0; i < 3; i++) {
      expect(values((await small.run({ x: ones(3) })).y)).toEqual(Array(9).fill(3))
      expect(values((await large.run({ x: ones(40) })).y)).toEqual(Array(1600).fill(40))
    }
  })

  it('runs one after the other when runs are started together', async () => {
    const counter = variable([], 0, 'counter')
    const program = await backend().compile({
      inputs: {},
      outputs: { counter },
      updates: [[counter, add(counter, 1)]],
    })
    const runs = await Promise.all([program.run(), program.run(), program.run()])
    expect(runs.map((run) => values(run.counter)[0])).toEqual([0, 1, 2])
    expect(Array.from(await backend().read(counter))).toEqual([3])
  })

  it('reads and writes variables before and between runs, as copies', async () => {
    const v = variable([2], [1, 2], 'v')
    expect(Array.from(await backend().read(v))).toEqual([1, 2])
    await backend().write(v, [3, 4])
    const program = await backend().compile({ inputs: {}, outputs: { y: add(v, 1) } })
    expect(values((await program.run()).y)).toEqual([4, 5])
    const copy = await backend().read(v)
    copy.fill(99)
    expect(values((await program.run()).y)).toEqual([4, 5])
    await backend().write(v, Float32Array.of(7, 8))
    expect(values((await program.run()).y)).toEqual([8, 9])
  })

  it('takes int32 inputs as they are, above what float32 can hold', async () => {
    const x = input([3], 'int32')
    const program = await backend().compile({
      inputs: { x },
      outputs: { y: slice(x, [1], [2]), z: reshape(x, [3, 1]) },
    })
    const y = await program.run({ x: Int32Array.of(5, 2 ** 24 + 1, -(2 ** 31)) })
    expect(values(y.y)).toEqual([2 ** 24 + 1, -(2 ** 31)])
    expect(values(y.z)).toEqual([5, 2 ** 24 + 1, -(2 ** 31)])
  })

  it('divides int32 at its limits, and by 0', async () => {
    const [a, b] = [input([6], 'int32'), input([6], 'int32')]
    const program = await backend().compile({
      inputs: { a, b },
      outputs: { quotient: floorDiv(a, b), rest: mod(a, b) },
    })
    const min = -(2 ** 31)
    const y = await program.run({
      a: Int32Array.of(min, min, 2 ** 31 - 1, min, 7, -7),
      b: Int32Array.of(-1, 1, min, 2 ** 31 - 1, 0, 0),
    })
    expect(values(y.quotient)).toEqual([2 ** 31 - 1, min, -1, -2, 0, 0])
    expect(values(y.rest)).toEqual([0, 0, -1, 2 ** 31 - 2, 7, -7])
  })

  it('chains int32 results into further ops', async () => {
    const x = input([2, 3])
    const program = await backend().compile({ inputs: { x }, outputs: { y: oneHot(argmax(x), 3) } })
    expect(values((await program.run({ x: [1, 3, 2, 9, 8, 9] })).y)).toEqual([0, 1, 0, 1, 0, 0])
  })

  it('computes with constants alone', async () => {
    const a = constant([1, 2, 3, 4], [2, 2])
    const program = await backend().compile({ inputs: {}, outputs: { y: sum(matmul(a, a)), z: sub(3, a) } })
    const y = await program.run()
    expect([values(y.y), values(y.z)]).toEqual([[54], [2, 1, 0, -1]])
  })

  it('accepts inputs that nothing uses', async () => {
    const x = input([2])
    const program = await backend().compile({ inputs: { x, unused: input([3]) }, outputs: { x } })
    expect(values((await program.run({ x: [1, 2], unused: [0, 0, 0] })).x)).toEqual([1, 2])
  })

  it('passes NaN and infinities on, so that a divergence shows', async () => {
    const x = input([3])
    const outputs = { relu: relu(x), tanh: tanh(x), add: add(x, 1), sum: sum(x) }
    const program = await backend().compile({ inputs: { x }, outputs })
    const y = await program.run({ x: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] })
    expect(values(y.relu)).toEqual([Number.NaN, Number.POSITIVE_INFINITY, 0])
    expect(values(y.tanh)).toEqual([Number.NaN, 1, -1])
    expect(values(y.add)).toEqual([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    expect(values(y.sum)).toEqual([Number.NaN])
  })

  it('refuses values that are missing, unknown or of a wrong size, and runs on', async () => {
    const x = input([2])
    const program = await backend().compile<string, string>({ inputs: { x }, outputs: { y: mul(x, 2) } })
    await expect(program.run({})).rejects.toThrow(ArgumentError)
    await expect(program.run({ x: [1, 2], z: 3 })).rejects.toThrow("there is no input 'z'")
    await expect(program.run({ x: [1, 2, 3] })).rejects.toThrow("input 'x' has 3 values; shape [2] needs 2")
    expect(values((await program.run({ x: [1, 2] })).y)).toEqual([2, 4])
  })

  it('refuses a graph whose input is not listed', async () => {
    const x = input([2])
    await expect(backend().compile({ inputs: {}, outputs: { x } })).rejects.toThrow('is used but not listed')
  })

  it('sees in each run the weights as they are: written by the host, or updated by another program', async () => {
    const x = input([1, 3, 4, 4])
    const w = variable([8, 3, 3, 3], 1, 'w')
    const scale = variable([8, 1, 1], 1, 'scale')
    const predict = await backend().compile({ inputs: { x }, outputs: { y: mul(conv2d(x, w), scale) } })
    const halve = await backend().compile({ inputs: {}, outputs: {}, updates: [[w, mul(w, 0.5)]] })
    const first = async (): Promise<number> => (await predict.run({ x: new Float32Array(48).fill(1) })).y.data[0]
    expect(await first()).toBe(27)
    await backend().write(w, new Float32Array(216).fill(2))
    expect(await first()).toBe(54)
    expect(await first()).toBe(54)
    await halve.run()
    expect(await first()).toBe(27)
    await backend().write(scale, new Float32Array(8).fill(3))
    expect(await first()).toBe(81)
    backend().release([w, scale])
  })

  it('sets a variable to what is always the same in each run, also after another program has changed it', async () => {
    const x = input([4])
    const state = variable([4], 7, 'state')
    const begin = await backend().compile({
      inputs: { x },
      outputs: { y: add(x, 1) },
      updates: [[state, broadcastTo(constant(0), [4])]],
    })
    const count = await backend().compile({ inputs: {}, outputs: {}, updates: [[state, add(state, 1)]] })
    for (let turn = 0; turn < 3; turn++) {
      await begin.run({ x: [1, 2, 3, 4] })
      expect([...(await backend().read(state))]).toEqual([0, 0, 0, 0])
      await count.run()
      await count.run()
      expect([...(await backend().read(state))]).toEqual([2, 2, 2, 2])
    }
    backend().release([state])
  })
}
