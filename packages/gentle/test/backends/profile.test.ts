import { afterAll, describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import type { Backend } from '../../src/backends/backend.ts'
import type { Profile } from '../../src/backends/profile.ts'
import { reference } from '../../src/backends/reference/reference.ts'
import { traceEvents } from '../../src/backends/trace.ts'
import { wasm } from '../../src/backends/wasm/wasm.ts'
import { ArgumentError, GentleError } from '../../src/core/errors.ts'
import { Random } from '../../src/core/random.ts'
import { type Graph, rootsOf, topologicalOrder } from '../../src/graph/graph.ts'
import { input, variable } from '../../src/graph/tensor.ts'
import { lenet5 } from '../../src/models/index.ts'
import {
  Conv2d,
  createModel,
  crossEntropy,
  Flatten,
  type Layer,
  Linear,
  ReLU,
  Scope,
  Sequential,
} from '../../src/nn/index.ts'
import { mul, tanh } from '../../src/ops/index.ts'
import { sgd } from '../../src/optim/index.ts'

const random = new Random(0, 'pictures')
const feedOf = (batch: number) => ({
  x: Float32Array.from({ length: batch * 784 }, () => random.uniform()),
  y: Int32Array.from({ length: batch }, (_, i) => i % 10),
  learningRate: 0.05,
})

/** A step of a network's training, LeNet-5's unless told, compiled, and all variables that it changes. */
async function trainingStep(backend: Backend, batch = 20, network: Layer = lenet5()) {
  const { layer, parameters, state } = await createModel(network, [1, 28, 28], { backend })
  const [x, y, learningRate] = [input([batch, 1, 28, 28]), input([batch], 'int32'), input([])]
  const learned = [...parameters.values()]
  const loss = crossEntropy(layer.apply(x, new Scope({ parameters, state, seed: 0, training: true })), y)
  const optimizer = sgd({ learningRate: 0.05, momentum: 0.9 }).begin(learned)
  const graph: Graph = {
    inputs: { x, y, learningRate },
    outputs: { loss },
    updates: optimizer.updates(gradients(loss, learned), learningRate),
  }
  const variables = [...learned, ...optimizer.variables]
  const read = (): Promise<Float32Array[]> => Promise.all(variables.map((each) => backend.read(each)))
  return { graph, program: await backend.compile(graph), feed: feedOf(batch), read }
}

const multiplyAddsOf = (graph: Graph): number =>
  topologicalOrder(rootsOf(graph)).reduce(
    (total, node) => total + (node.op.multiplyAdds?.(node.inputs, node.attributes, node) ?? 0),
    0,
  )

const backends: Backend[] = []
const open = async (backend: Backend | Promise<Backend>): Promise<Backend> => {
  backends.push(await backend)
  return backend
}
afterAll(() => Promise.all(backends.map((backend) => backend.close())))

describe.each([
  ['wasm on 1 thread', () => wasm({ threads: 1 }), 20, lenet5()],
  ['wasm on 2 threads', () => wasm({ threads: 2 }), 20, lenet5()],
  // Its loops take seconds for more.
  ['the reference', () => reference(), 2, Sequential(Conv2d(2, 5, { stride: 3 }), ReLU(), Flatten(), Linear(10))],
])('a profile by %s', (_, backend: () => Backend | Promise<Backend>, batch, network) => {
  it('gives the outputs of a run and changes the variables as a run does, to the same bits', async () => {
    const [plain, profiled] = [
      await trainingStep(await open(backend()), batch, network),
      await trainingStep(await open(backend()), batch, network),
    ]
    const { feed } = plain
    for (let step = 0; step < 3; step++) {
      const expected = await plain.program.run(feed)
      const outputs =
        step === 1 ? (await profiled.program.profile(feed, { repeats: 3 })).outputs : await profiled.program.run(feed)
      expect(outputs).toEqual(expected)
      expect(await profiled.read()).toEqual(await plain.read())
    }
  })

  it('tells of every kernel a time above 0, and as many multiply-adds as the graph has', async () => {
    const { graph, program, feed } = await trainingStep(await open(backend()), batch, network)
    const { profile } = await program.profile(feed, { repeats: 2 })
    for (const { name, calls, milliseconds, bytesRead, bytesWritten, threads } of profile.kernels) {
      expect(milliseconds, name).toBeGreaterThan(0)
      expect(calls, name).toBeGreaterThan(0)
      expect(bytesRead + bytesWritten, name).toBeGreaterThan(0)
      expect(threads.reduce((total, { share }) => total + share, 0)).toBeCloseTo(1)
    }
    const total = (of: { readonly multiplyAdds: number }[]): number =>
      of.reduce((sum, each) => sum + each.multiplyAdds, 0)
    expect(total([...profile.kernels])).toBe(multiplyAddsOf(graph))
    expect(total([...profile.threads])).toBeCloseTo(multiplyAddsOf(graph))
    for (const { busy, waiting } of profile.threads) expect(busy + waiting).toBeCloseTo(profile.milliseconds)
  })

  it('becomes a trace whose events are in order, within the run, and one after another in each thread', async () => {
    const { program, feed } = await trainingStep(await open(backend()), batch, network)
    const { profile } = await program.profile(feed, { repeats: 2 })
    checkTrace(profile)
  })

  it('is refused for repeats that are not a whole number of at least 1, and without inputs', async () => {
    const { program, feed } = await trainingStep(await open(backend()), batch, network)
    for (const repeats of [0, 1.5]) await expect(program.profile(feed, { repeats })).rejects.toThrow(ArgumentError)
    await expect(program.profile({})).rejects.toThrow(ArgumentError)
  })
})

function checkTrace(profile: Profile): void {
  const { traceEvents: events } = JSON.parse(JSON.stringify(traceEvents(profile))) as ReturnType<typeof traceEvents>
  const names = events.filter(({ ph }) => ph === 'M')
  expect(names.map(({ name, args }) => [name, args['name']])).toEqual([
    ['process_name', `gentle: ${profile.backend}`],
    ...profile.threads.map((_, thread) => ['thread_name', `thread ${thread}`]),
  ])
  const stretches = events.filter(({ ph }) => ph === 'X')
  expect(names.length + stretches.length).toBe(events.length)
  expect(stretches.map(({ ts }) => ts)).toEqual(stretches.map(({ ts }) => ts).sort((a, b) => a - b))
  // Sums of the same times in another order.
  const rounding = 1e-6
  for (const [thread] of profile.threads.entries()) {
    let end = 0
    for (const { ts, dur } of stretches.filter(({ tid }) => tid === thread)) {
      expect(Math.abs(ts - end)).toBeLessThan(rounding)
      expect(dur).toBeGreaterThanOrEqual(0)
      end = ts + dur!
    }
    expect(Math.abs(end - 1000 * profile.milliseconds)).toBeLessThan(rounding)
  }
}

describe('a profile', () => {
  it('names kernels by their ops and layers, updates by their parameters', async () => {
    const { program, feed } = await trainingStep(await open(wasm({ threads: 2 })))
    const names = (await program.profile(feed, { repeats: 1 })).profile.kernels.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining([
        'conv2d + add + tanh (0)',
        'conv2dWeightGradient (3)',
        'avgPool2dGradient + mul + sub + mul (2)',
        'mul + sub (6.weight)',
      ]),
    )
  })

  it('names kernels by their variables where there are no layers', async () => {
    const x = input([8, 4])
    const program = await (await open(wasm({ threads: 1 }))).compile({
      inputs: { x },
      outputs: { y: tanh(mul(x, variable([8, 4], 0.1, 'theta'))) },
    })
    const { profile } = await program.profile({ x: new Float32Array(32) }, { repeats: 1 })
    expect(profile.kernels.map(({ name }) => name)).toContain('mul + tanh (theta)')
  })

  it('leaves out what is prepared once, where it has been', async () => {
    const { layer, parameters, state, backend } = await createModel(lenet5(), [1, 28, 28], {
      backend: await open(wasm({ threads: 2 })),
    })
    const picture = input([1, 1, 28, 28])
    const y = layer.apply(picture, new Scope({ parameters, state, seed: 0, training: false }))
    const program = await backend.compile({ inputs: { picture }, outputs: { y } })
    const kernelsOf = async (): Promise<string[]> =>
      (await program.profile({ picture: feedOf(1).x }, { repeats: 1 })).profile.kernels.map(({ ops }) => ops)
    expect(await kernelsOf()).toContain('packFilters')
    expect(await kernelsOf()).not.toContain('packFilters')
  })

  it('is refused of a program that was disposed of, also meanwhile', async () => {
    const { program, feed } = await trainingStep(await open(wasm({ threads: 2 })))
    const begun = program.profile(feed, { repeats: 1 })
    program.dispose()
    await expect(begun).rejects.toThrow(GentleError)
    await expect(program.profile(feed)).rejects.toThrow(/disposed/)
  })
})
