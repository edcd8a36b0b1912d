import { describe, expect, it } from 'vitest'
import { FormatError } from '../../../src/core/errors.ts'
import { readTensorflowWeights } from '../../../src/formats/tensorflow/index.ts'

const bytesOf = (values: ArrayBufferView): Uint8Array => new Uint8Array(values.buffer as ArrayBuffer)

/** A manifest of one group of one tensor, and its file. */
const one = (entry: object, bytes: Uint8Array) =>
  readTensorflowWeights(
    [{ paths: ['a.bin'], weights: [{ name: 'w', shape: [2], dtype: 'float32', ...entry }] }],
    () => bytes,
  )

const values = async (entry: object, bytes: Uint8Array): Promise<number[]> => [
  ...(await one(entry, bytes)).get('w')!.data,
]

describe('a weights manifest', () => {
  it('gives numbers that are stored as they are', async () => {
    expect(await values({}, bytesOf(new Float32Array([1.5, -2])))).toEqual([1.5, -2])
    expect(await values({ dtype: 'int32' }, bytesOf(new Int32Array([7, -7])))).toEqual([7, -7])
    expect(await values({ dtype: 'bool' }, new Uint8Array([0, 1]))).toEqual([0, 1])
  })

  it('scales bytes, words and halves to numbers', async () => {
    const by = (dtype: string) => ({ quantization: { dtype, scale: 0.5, min: -3 } })
    expect(await values(by('uint8'), new Uint8Array([0, 255]))).toEqual([-3, 124.5])
    expect(await values(by('uint16'), bytesOf(new Uint16Array([1, 65535])))).toEqual([-2.5, 32764.5])
    expect(await values({ dtype: 'int32', ...by('uint8') }, new Uint8Array([3, 5]))).toEqual([-1, 0])
    // 1 and -0.5 in IEEE 754 binary16.
    expect(await values({ quantization: { dtype: 'float16' } }, bytesOf(new Uint16Array([0x3c00, 0xb800])))).toEqual([
      1, -0.5,
    ])
  })

  it('goes on from one file of a group to the next, in the middle of a tensor too', async () => {
    const all = bytesOf(new Float32Array([1, 2, 3, 4, 5]))
    const files: Readonly<Record<string, Uint8Array>> = { a: all.subarray(0, 6), b: all.subarray(6) }
    const manifest = {
      weightsManifest: [
        {
          paths: ['a', 'b'],
          weights: [
            { name: 'v', shape: [3], dtype: 'float32' },
            { name: 'w', shape: [2, 1], dtype: 'float32' },
          ],
        },
      ],
    }
    const text = new TextEncoder().encode(JSON.stringify(manifest))
    const tensors = await readTensorflowWeights(text, async (path) => files[path])
    expect([...tensors.get('v')!.data]).toEqual([1, 2, 3])
    expect(tensors.get('w')).toMatchObject({ shape: [2, 1], dtype: 'float32' })
    expect([...tensors.get('w')!.data]).toEqual([4, 5])
  })

  it.each<[string, object, Uint8Array, RegExp]>([
    ['a file that is too short', {}, new Uint8Array(7), /"w" ends at byte 8, but its files "a.bin" have 7/],
    ['a file that is too long', {}, new Uint8Array(9), /have 9 bytes, and its weights 8; they do not belong together/],
    ['texts', { dtype: 'string' }, new Uint8Array(8), /"w" is of "string"; expected float32, int32 or bool/],
    ['a shape that is none', { shape: [-1] }, new Uint8Array(8), /the shape of "w" is not a list of sizes/],
    [
      'another quantization',
      { quantization: { dtype: 'int4', scale: 1, min: 0 } },
      new Uint8Array(2),
      /"w", of float32, is quantized as "int4"/,
    ],
    [
      'a quantization without a scale',
      { quantization: { dtype: 'uint8', min: 0 } },
      new Uint8Array(2),
      /"w" is quantized without numbers `scale` and `min`/,
    ],
    [
      'halves of integers',
      { dtype: 'int32', quantization: { dtype: 'float16' } },
      new Uint8Array(4),
      /"w", of int32, is quantized as "float16"/,
    ],
  ])('is refused with %s', async (_, entry, bytes, message) => {
    await expect(one(entry, bytes)).rejects.toThrow(FormatError)
    await expect(one(entry, bytes)).rejects.toThrow(message)
  })

  it('is refused where it is none', async () => {
    const none = new TextEncoder().encode('{')
    await expect(readTensorflowWeights(none, () => none, 'my.json')).rejects.toThrow(/my\.json: it is not JSON text/)
    await expect(readTensorflowWeights({}, () => none)).rejects.toThrow(/no list of groups of weights/)
  })
})
