/** Files of Keras, as make-keras.py writes them by Keras' own sources. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { reference } from '../../../src/backends/reference/reference.ts'
import { FormatError } from '../../../src/core/errors.ts'
import { loadKeras } from '../../../src/train/open-tensorflow.ts'
import { bytesFrom } from './golden.ts'

const { input, files }: Golden = JSON.parse(readFileSync(new URL('../../goldens/keras.json', import.meta.url), 'utf8'))

interface Golden {
  readonly input: { readonly shape: number[]; readonly data: number[] }
  readonly files: Readonly<Record<string, { file: string; output: number[] }>>
}

const backend = reference()

it.each(Object.entries(files))('a file of %s gives the numbers of its network', async (_, { file, output }) => {
  const model = await loadKeras(bytesFrom(file), { backend })
  expect(model.inputs).toEqual([{ name: 'picture', shape: [5, 6, 3], dtype: 'float32' }])
  expect(model.pixels).toEqual({ scale: 1, mean: 0, fit: 'stretch' })
  const picture = { shape: input.shape, dtype: 'float32' as const, data: Float32Array.from(input.data) }
  const { dense } = await model.run({ picture })
  expect(dense.shape).toEqual([2, 5])
  output.forEach((value, i) => {
    expect(dense.data[i]).toBeCloseTo(value, 5)
  })
})

const recurrent: Golden = JSON.parse(
  readFileSync(new URL('../../goldens/keras-recurrent.json', import.meta.url), 'utf8'),
)

it.each(Object.entries(recurrent.files))(
  'a recurrent network of %s gives its numbers, with words that are none passed over',
  async (_, { file, output }) => {
    const model = await loadKeras(bytesFrom(file), { backend })
    const { shape, data } = recurrent.input
    const { rnn } = await model.run({ words: { shape, dtype: 'float32', data: Float32Array.from(data) } })
    expect(rnn.shape).toEqual([3, 2])
    output.forEach((value, i) => {
      expect(rnn.data[i]).toBeCloseTo(value, 5)
    })
  },
)

it('weights keep their names', async () => {
  const { parameters, state } = await loadKeras(bytesFrom(files['keras 3'].file), { backend })
  expect([...parameters.keys()]).toEqual([
    ...['conv.kernel', 'conv.bias', 'bn.gamma', 'bn.beta', 'deep.depthwise_kernel', 'deep.bias'],
    ...['head.inner_dense.kernel', 'head.inner_dense.bias', 'dense.kernel', 'dense.bias'],
  ])
  expect([...state.keys()]).toEqual(['bn.moving_mean', 'bn.moving_variance'])
})

it('a file that is cut off or none is refused in one line', async () => {
  for (const { file } of Object.values(files)) {
    const bytes = bytesFrom(file)
    await expect(loadKeras(bytes.subarray(0, bytes.length / 2), { name: 'my.keras' })).rejects.toThrow(FormatError)
  }
  await expect(loadKeras(new Uint8Array(9), { name: 'my.h5' })).rejects.toThrow(/^my\.h5: its HDF5 file cannot be read/)
})

it('a heap that the HDF5 library would read for ever is refused before it', async () => {
  const hdf5 = Object.values(files).map(({ file }) => bytesFrom(file))
  const bytes = hdf5.find((each) => each[0] !== 0x50 && Buffer.from(each).includes('GCOL'))!.slice()
  const heap = Buffer.from(bytes).indexOf('GCOL')
  const view = new DataView(bytes.buffer)
  let object = heap + 16
  while (view.getUint16(object, true) !== 0)
    object += 16 + Math.ceil(Number(view.getBigUint64(object + 8, true)) / 8) * 8
  for (const size of [0, 4, 20]) {
    view.setBigUint64(object + 8, BigInt(size), true)
    await expect(loadKeras(bytes, { name: 'my.h5' })).rejects.toThrow(
      new FormatError(`my.h5: its HDF5 file is broken: the heap at byte ${heap} has free space of size ${size}`),
    )
  }
})

it('a list of free space that goes round, along which the HDF5 library would fill its memory, is refused before it', async () => {
  const hdf5 = Object.values(files).map(({ file }) => bytesFrom(file))
  const bytes = hdf5.find((each) => each[0] !== 0x50)!.slice()
  const heap = Buffer.from(bytes).indexOf('HEAP')
  const view = new DataView(bytes.buffer)
  const [first, data] = [16, 24].map((offset) => Number(view.getBigUint64(heap + offset, true)))
  view.setBigUint64(data + first, BigInt(first), true)
  await expect(loadKeras(bytes, { name: 'my.h5' })).rejects.toThrow(
    new FormatError(`my.h5: its HDF5 file is broken: the list of free space of the heap at byte ${heap} goes round`),
  )
})
