import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../../src/autodiff/gradients.ts'
import type { Backend } from '../../../src/backends/backend.ts'
import { reference } from '../../../src/backends/reference/reference.ts'
import { lower } from '../../../src/backends/wasm/lowering/lowerer.ts'
import { wasm } from '../../../src/backends/wasm/wasm.ts'
import { simplify } from '../../../src/compile/simplify.ts'
import { input, type Tensor, variable } from '../../../src/graph/tensor.ts'
import { add, argmax, cast, conv2d, max, mod, mul, reshape, sum } from '../../../src/ops/index.ts'

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
  const outputs = {
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
