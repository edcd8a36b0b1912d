import { expect, it } from 'vitest'
import { reference } from '../../src/backends/reference/reference.ts'
import { MemoryError } from '../../src/core/errors.ts'
import { writeSafetensors } from '../../src/formats/safetensors.ts'
import { loadModel, predict } from '../../src/train/index.ts'

/** The file of a model of one layer for pictures of 8 x 8. */
function fileOf(layer: object, weight?: readonly number[]): Uint8Array {
  const description = { layer: { type: 'sequential', layers: [layer] }, inputShape: [1, 8, 8] }
  const size = weight?.reduce((product, n) => product * n, 1) ?? 0
  return writeSafetensors(
    new Map(
      weight && [
        [
          '0.weight',
          { shape: weight, dtype: 'float32' as const, data: Float32Array.from({ length: size }, (_, i) => i) },
        ],
      ],
    ),
    { 'gentle.model': JSON.stringify(description) },
  )
}

const ones = new Float32Array(64).fill(1)
const upsample = (to: unknown) => fileOf({ type: 'upsample2d', to, options: {} })
const averages = (size: unknown) => fileOf({ type: 'adaptiveAvgPool2d', size })
const convolution = (options: object, kernel = 3) =>
  fileOf({ type: 'conv2d', channels: 1, kernel, options: { bias: false, ...options } }, [1, 1, kernel, kernel])

it.each([
  [
    'is enlarged to 2^47 bytes',
    upsample(2_000_000),
    /^0: resample2d gives \[1, 1, 16000000, 16000000\], 8192000000000000 bytes/,
  ],
  ['is a column of 10^9 pixels', upsample({ size: [900_000_000, 1] }), /^0: resample2d gives/],
  ['is a column of 10^8 pixels', upsample({ size: [100_000_000, 1] }), /an axis of 100000000 positions/],
  ['is averaged to 2^64 bytes', averages(2 ** 31 - 1), /^0: resample2d gives \[1, 1, 2147483647, 2147483647\]/],
  ['is averaged to a row of 10^8 pixels', averages([1, 100_000_000]), /an axis of 100000000 positions/],
  ['is padded beyond all memory', convolution({ padding: 1e9 }), /^0: conv2d gives \[1, 1, 2000000006, 2000000006\]/],
])('a model whose picture %s is refused at once', async (_, bytes, message) => {
  const model = await loadModel(bytes)
  const began = performance.now()
  const error = await predict(model, ones).catch((thrown) => thrown)
  expect(error).toBeInstanceOf(MemoryError)
  expect(error.message).toMatch(message)
  expect(error.message).not.toContain('\n')
  expect(performance.now() - began).toBeLessThan(1000)
})

it('a picture of 2^32 rows is refused by the weights that it would need, at once', async () => {
  const description = {
    layer: {
      type: 'sequential',
      layers: [
        { type: 'maxPool2d', size: 2, options: {} },
        { type: 'flatten' },
        { type: 'linear', units: 3, options: { bias: false } },
      ],
    },
    inputShape: [1, 2 ** 32, 6],
  }
  const weight = { shape: [3, 9], dtype: 'float32' as const, data: new Float32Array(27) }
  const file = writeSafetensors(new Map([['2.weight', weight]]), { 'gentle.model': JSON.stringify(description) })
  await expect(loadModel(file)).rejects.toThrow(/2\.weight is \[3, 9\], the model has \[3, 6442450944\]/)
})

it('the reference backend refuses it as well', async () => {
  const model = await loadModel(upsample(2_000_000), { backend: reference() })
  const error = await predict(model, ones).catch((thrown) => thrown)
  expect(error).toBeInstanceOf(MemoryError)
  expect(error.message).toMatch(
    /^0: resample2d gives \[1, 1, 16000000, 16000000\], \d+ bytes, and an array has at most/,
  )
})

it.each([
  ['a stride', convolution({ stride: 2 ** 31 - 1 }), 36],
  ['a dilation of one tap', convolution({ dilation: 2 ** 31 - 1 }, 1), 0],
])('%s of 2^31 leaves one place, and that is computed', async (_, bytes, first) => {
  const { data } = await predict(await loadModel(bytes), ones)
  expect(data[0]).toBe(first)
})

it.each(['maxPool2d', 'avgPool2d'])('%s with a stride of 2^31 has one window', async (type) => {
  const model = await loadModel(fileOf({ type, size: 2, options: { stride: 2 ** 31 - 1 } }))
  expect([...(await predict(model, ones)).data]).toEqual([1])
})
