import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../../src/autodiff/gradients.ts'
import type { Backend } from '../../../src/backends/backend.ts'
import { reference } from '../../../src/backends/reference/reference.ts'
import { lower } from '../../../src/backends/wasm/lowering/lowerer.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { simplify } from '../../../src/compile/simplify.ts'
import { input, type Tensor, variable } from '../../../src/graph/tensor.ts'
import {
  add,
  argmax,
  argmin,
  cast,
  conv2d,
  matmul,
  max,
  min,
  mod,
  mul,
  prod,
  reshape,
  sum,
} from '../../../src/ops/index.ts'

describe('whole numbers beside images, in blocks of 8 of them', () => {
  let backend: Backend
  beforeAll(async () => {
    backend = await wasm({ threads: 2 })
  })
  afterAll(() => backend.close())

  const batch = 11
  const images = input([batch, 3, 6, 6])
  const counts = input([batch, 4, 6, 6], 'int32')
  const filters = variable([4, 3, 1, 1], 0.25)
  const features = conv2d(images, filters)
  const counted = mul(mod(counts, 7), counts)
  const beside = (whole: Tensor) => add(features, cast(whole, 'float32'))
  const outputs: Record<string, Tensor> = {
    channels: beside(sum(counted, 1, { keepDims: true })),
    rows: beside(max(counted, [2, 3], { keepDims: true })),
    places: beside(reshape(argmax(counted, 1), [batch, 1, 6, 6])),
    images: sum(counted, [0, 2]),
    each: beside(counted),
    // Training, not prediction: blocks of images, not of channels.
    gradient: gradients(sum(mul(features, features)), [filters])[0],
  }

  it('are folded as the reference folds them', async () => {
    const feed = {
      images: Float32Array.from({ length: batch * 108 }, (_, i) => (i % 9) - 4),
      counts: Int32Array.from({ length: batch * 144 }, (_, i) => ((i * 7919) % 2001) - 1000),
    }
    const inputs = { images, counts }
    const [own, expected] = await Promise.all(
      [backend, reference()].map(async (each) => (await each.compile({ inputs, outputs })).run(feed)),
    )
    for (const name of Object.keys(outputs)) expect(own[name].data, name).toEqual(expected[name].data)
    expect(own['images'].dtype).toBe('int32')
  })

  it('stand in blocks', () => {
    const { kernels } = lower(simplify({ inputs: { images, counts }, outputs }))
    const blocks = kernels.filter(({ split, reads }) => split.by === 'blocks' && reads.some((x) => x.dtype === 'int32'))
    const names = blocks.map(({ name }) => name).join()
    for (const name of ['sum', 'max', 'argmax', 'sum images']) expect(names).toContain(name)
  })
})

describe('whole numbers of 32 bits', () => {
  const smallest = -(2 ** 31)
  const x = input([2, 3], 'int32')
  const outputs = { sum: sum(x, 1), prod: prod(x, 1), max: max(x, 1), min: min(x, 1), argmin: argmin(x), all: prod(x) }

  it.each([
    ['the reference', () => reference()],
    ['wasm', () => wasm({ threads: 1 })],
  ])('are folded by %s, and wrap around', async (_, open) => {
    const backend = await open()
    const program = await backend.compile({ inputs: { x }, outputs })
    const results = await program.run({ x: Int32Array.of(smallest, -1, 1, 2 ** 30 + 1, 2 ** 30, 3) })
    await backend.close()
    const found = Object.fromEntries(Object.entries(results).map(([name, { data, dtype }]) => [name, [dtype, ...data]]))
    expect(found).toEqual({
      sum: ['int32', smallest, smallest + 4],
      prod: ['int32', smallest, 2 ** 30 + 2 ** 31 - 2 ** 32],
      max: ['int32', 1, 2 ** 30 + 1],
      min: ['int32', smallest, 3],
      argmin: ['int32', 0, 2],
      all: ['int32', 0],
    })
  })

  it.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('are multiplied as matrices, transposed or not: %s, %s', async (transposeA, transposeB) => {
    const [a, b] = [input([2, 2, 2], 'int32'), input([2, 2], 'int32')]
    const backend = await wasm({ threads: 1 })
    const y = matmul(a, b, { transposeA, transposeB })
    const program = await backend.compile({ inputs: { a, b }, outputs: { y } })
    const factors = { a: Int32Array.of(1, 2, 3, 4, -5, 6, 2 ** 30, 8), b: Int32Array.of(1, -2, 3, 4) }
    const { data } = (await program.run(factors))['y']
    await backend.close()
    const entry = (values: Int32Array, from: number, i: number, j: number, isTransposed: boolean): number =>
      values[from + (isTransposed ? 2 * j + i : 2 * i + j)]
    const expected = Array.from({ length: 8 }, (_, at) => {
      const [matrix, i, j] = [at & 4, (at >> 1) & 1, at & 1]
      const products = [0, 1].map((k) =>
        Math.imul(entry(factors.a, matrix, i, k, transposeA), entry(factors.b, 0, k, j, transposeB)),
      )
      return (products[0] + products[1]) | 0
    })
    expect([...data]).toEqual(expected)
  })
})
