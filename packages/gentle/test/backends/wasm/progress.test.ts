/** Variables that another thread takes up while the program that computes them still goes on. */
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { wasmInSight } from '../../../src/backends/wasm/sight.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { input, type Tensor, type Variable, variable } from '../../../src/graph/tensor.ts'
import { matmul } from '../../../src/ops/matmul.ts'

const n = 256
const stride = n * n + 16

/** A chain of products, of which each becomes a variable. */
function chain(length: number) {
  const x = input([n, n])
  const powers: Tensor[] = [x]
  while (powers.length < length) powers.push(matmul(powers.at(-1)!, x))
  const variables = powers.map((_, i) => variable([n, n], 1, `power ${i}`))
  return {
    variables,
    graph: { inputs: { x }, outputs: {}, updates: variables.map((each, i) => [each, powers[i]] as const) },
  }
}

/** Copies each stretch of some numbers as soon as the word is at least so large. */
const watcher = `const { parentPort, workerData: { word, values, stretches } } = require('node:worker_threads')
parentPort.postMessage('ready')
const copies = stretches.map(({ from, to, at }) => {
  while (Atomics.load(word, 0) < at);
  return { copy: values.slice(from, to), word: Atomics.load(word, 0) }
})
parentPort.postMessage(copies)`

it.each([
  ['one thread', () => wasmInSight({ threads: 1 })],
  ['several', () => wasmInSight({ threads: 2 })],
])(
  'computed by %s, they have their values when the number says so, the first ones before the last',
  async (_, open) => {
    const backend = await open()
    const { variables, graph } = chain(12)
    const places = new Map(variables.map((each, i): [Variable, number] => [each, i * stride]))
    const { values } = backend.expose!(places, variables.length * stride)
    expect(values[0]).toBe(1)
    const program = await backend.compile(graph)
    const { word, finalAt } = program.progress!
    const at = variables.map((each) => finalAt(each))
    expect(at).toEqual([...at].sort((a, b) => a - b))
    expect(new Set(at).size).toBeGreaterThan(8)
    word[0] = 0
    const stretches = at.map((each, i) => ({ from: i * stride, to: i * stride + n * n, at: each }))
    const worker = new Worker(watcher, { eval: true, workerData: { word, values, stretches } })
    await new Promise((resolve) => worker.once('message', resolve))
    const copied = new Promise<{ copy: Float32Array; word: number }[]>((resolve) => worker.once('message', resolve))
    await program.run({ x: Float32Array.from({ length: n * n }, (_, i) => (((i * 29) % 83) - 41) / 600) })
    const copies = await copied
    for (const [i, each] of variables.entries()) expect(copies[i].copy, each.name).toEqual(await backend.read(each))
    await worker.terminate()
    await backend.close()
  },
)

it('are seen by no other thread where nobody asked for it, and then nothing tells how far a program is', async () => {
  const backend = await wasm({ threads: 1 })
  expect(backend.expose).toBeUndefined()
  expect((await backend.compile(chain(2).graph)).progress).toBeUndefined()
  await backend.close()
})

it('that another thread has changed are what programs read, also in what they prepare; their memory is given back one by one', async () => {
  const backend = await wasmInSight({ threads: 1 })
  const [a, b] = [variable([2, 8], 2), variable([16], 3)]
  const places = new Map([
    [a, 0],
    [b, 32],
  ])
  const { values, changed } = backend.expose!(places, 64)
  const x = input([4, 2])
  const program = await backend.compile({ inputs: { x }, outputs: { y: matmul(x, a) } })
  const ones = new Float32Array(8).fill(1)
  expect((await program.run({ x: ones })).y.data[0]).toBe(4)
  values.fill(5)
  changed()
  expect((await program.run({ x: ones })).y.data[0]).toBe(10)
  expect([...(await backend.read(b))]).toEqual(Array(16).fill(5))
  program.dispose()
  backend.release([a])
  const small = variable([16], 7)
  expect(backend.expose!(new Map([[small, 0]]), 32).values.byteOffset).toBe(values.byteOffset)
  expect([...(await backend.read(b))]).toEqual(Array(16).fill(5))
  backend.release([b, small])
  const again = backend.expose!(new Map([[a, 0]]), 64)
  expect(again.values.byteOffset).toBe(values.byteOffset)
  expect([again.values[0], again.values[16]]).toEqual([2, 0])
  await backend.close()
})
