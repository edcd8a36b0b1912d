import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { gradients } from '../../../src/autodiff/index.ts'
import { buildOf } from '../../../src/backends/wasm/build-of.ts'
import { keptProgram } from '../../../src/backends/wasm/kept-programs.ts'
import type { ProgramImage } from '../../../src/backends/wasm/program-image.ts'
import { openWasm } from '../../../src/backends/wasm/wasm.ts'
import type { Graph } from '../../../src/graph/graph.ts'
import { apply, constant, input, type Tensor, variable } from '../../../src/graph/tensor.ts'
import { lenet5 } from '../../../src/models/index.ts'
import { createModel, crossEntropy, Scope } from '../../../src/nn/index.ts'
import { defineOp } from '../../../src/ops/custom.ts'
import { add, clip, mul, scan } from '../../../src/ops/index.ts'
import { sgd } from '../../../src/optim/index.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gentle-kept-'))
  vi.stubEnv('GENTLE_CACHE', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const programs = (): string[] => readdirSync(join(folder, 'programs')).map((name) => join(folder, 'programs', name))

describe('a training step', () => {
  /** What two steps of LeNet-5 give, and a profile of a third, in a backend of its own, as in another process. */
  async function trained(build: string) {
    const backend = await openWasm({ threads: 1 }, build)
    try {
      const { layer, parameters, state } = await createModel(lenet5(), [1, 28, 28], { backend })
      const [x, y, learningRate] = [input([4, 1, 28, 28]), input([4], 'int32'), input([])]
      const learned = [...parameters.values()]
      const loss = crossEntropy(layer.apply(x, new Scope({ parameters, state, seed: 0, training: true })), y)
      const optimizer = sgd({ learningRate: 0.05, momentum: 0.9 }).begin(learned)
      const updates = optimizer.updates(gradients(loss, learned), learningRate)
      const program = await backend.compile({ inputs: { x, y, learningRate }, outputs: { loss }, updates })
      const pixels = Float32Array.from({ length: 4 * 784 }, (_, i) => Math.fround((i % 97) / 97))
      const feed = { x: pixels, y: [1, 2, 3, 4], learningRate: 0.05 }
      const losses = [await program.run(feed), await program.run(feed)].map((outputs) => outputs['loss'].data)
      const { outputs, profile } = await program.profile(feed, { repeats: 1 })
      const weights = await Promise.all(learned.map((each) => backend.read(each)))
      return {
        values: [...losses, outputs['loss'].data, ...weights],
        bytes: program.bytes,
        kernels: profile.kernels.length,
      }
    } finally {
      await backend.close()
    }
  }

  it('is compiled once by a build, and computes the same bits afterwards', async () => {
    const first = await trained('one')
    const [file] = programs()
    const { ino } = statSync(file)
    expect(await trained('one')).toEqual(first)
    // A program that is made again would have been written again, as another file.
    expect(statSync(file).ino).toBe(ino)
  })
})

describe('a graph', () => {
  const image: ProgramImage = {
    code: new Uint8Array([0, 97, 115, 109]),
    addresses: [64],
    variables: [],
    constants: [],
    arenaBytes: 64,
    scratchBytes: 0,
    inputs: [],
    outputs: [],
  }
  const graphOf = (make: (x: Tensor) => Tensor): Graph => {
    const x = input([3])
    return { inputs: { x }, outputs: { y: make(x) } }
  }
  /** The program of a graph that gives its input. */
  const keptOfInput = (build: string) =>
    keptProgram(
      graphOf((x) => x),
      build,
    )

  it('has another program than all that differ from it', () => {
    const weights = variable([3], 1)
    const looped = (factor: number) => (x: Tensor) =>
      scan((state) => ({ state: mul(state, factor) }), x, [], { steps: 2 }).state
    const graphs = [
      graphOf((x) => add(x, constant([1, 2, 3], [3]))),
      graphOf((x) => add(x, constant([1, 2, 4], [3]))),
      graphOf((x) => add(x, constant([1, 2, 3], [3, 1]))),
      graphOf((x) => mul(x, constant([1, 2, 3], [3]))),
      graphOf((x) => clip(x, 0, 1)),
      graphOf((x) => clip(x, -0, 1)),
      graphOf((x) => clip(x, 0, Number.POSITIVE_INFINITY)),
      graphOf((x) => add(x, weights)),
      graphOf((x) => add(weights, x)),
      { ...graphOf((x) => add(x, weights)), updates: [[weights, mul(weights, 2)]] } as Graph,
      graphOf(looped(2)),
      graphOf(looped(3)),
    ]
    for (const graph of graphs) {
      const kept = keptProgram(graph, 'a build')!
      expect(kept.image).toBeUndefined()
      kept.keep(image, 1000)
      expect(keptProgram(graph, 'a build')?.image).toEqual(image)
      expect(keptProgram(graph, 'another build')?.image).toBeUndefined()
    }
  })

  it('is the same when it is traced again, whatever its variables hold', () => {
    const make = (value: number) => graphOf((x) => add(x, variable([3], value)))
    keptProgram(make(1), 'a build')?.keep(image, 1000)
    expect(keptProgram(make(2), 'a build')?.image).toEqual(image)
  })

  it('with an op from outside of the library is not kept, nor is what is compiled at once', () => {
    const copyOp = defineOp({
      name: 'copy',
      infer: ([{ shape, dtype }]) => ({ shape, dtype }),
      gradient: (_, dy) => [dy],
      reference: ([x], _, y) => y.data.set(x.data),
    })
    expect(
      keptProgram(
        graphOf((x) => apply(copyOp, [x], {})),
        'a build',
      ),
    ).toBeUndefined()
    keptOfInput('a build')?.keep(image, 1)
    expect(keptOfInput('a build')?.image).toBeUndefined()
  })

  it('is compiled again where its file was damaged', () => {
    const found = () => keptOfInput('a build')
    found()?.keep(image, 1000)
    const [file] = programs()
    const whole = readFileSync(file)
    for (const bytes of [whole.with(100, whole[100] ^ 1), whole.subarray(0, 50), new Uint8Array()]) {
      writeFileSync(file, bytes)
      expect(found()?.image).toBeUndefined()
    }
    found()?.keep(image, 1000)
    expect(found()?.image).toEqual(image)
  })

  it('that was used long before 64 others makes room', () => {
    const keepIt = (build: string) => keptOfInput(build)?.keep(image, 1000)
    keepIt('first')
    keepIt('used')
    for (const file of programs()) utimesSync(file, 1000, 1000)
    expect(keptOfInput('used')?.image).toEqual(image)
    for (let i = 0; i < 63; i++) keepIt(String(i))
    expect(programs()).toHaveLength(64)
    expect(keptOfInput('used')?.image).toEqual(image)
    expect(keptOfInput('first')?.image).toBeUndefined()
  })
})

it('sources keep no programs: they change while their version stays', () => {
  expect(buildOf(import.meta.url)).toBeUndefined()
  expect(buildOf('https://example.org/wasm.js')).toBeUndefined()
  const file = join(folder, 'wasm.js')
  const url = new URL(`file://${file}`).href
  expect(buildOf(url)).toBeUndefined()
  writeFileSync(file, '1')
  const build = buildOf(url)
  expect(build).toContain(url)
  utimesSync(file, 1, 1)
  expect(buildOf(url)).not.toBe(build)
})
