/** Arrays and sets of them: NumPy's files, IDX, CIFAR. */
import { cifar10 } from '../../../packages/gentle/src/data/cifar.ts'
import { idxFolder, numpySet } from '../../../packages/gentle/src/data/index.ts'
import { readNpy, writeNpy } from '../../../packages/gentle/src/formats/npy.ts'
import { readNpz } from '../../../packages/gentle/src/formats/npz.ts'
import { zipBytes } from '../../../packages/gentle/test/formats/pytorch/zip-bytes.ts'
import { changeBytes } from '../change-bytes.ts'
import { changeText } from '../change-text.ts'
import { changeInZip } from '../change-zip.ts'
import type { Change, FuzzedReader } from '../fuzzed-reader.ts'
import { bytesFrom, golden, goldenFiles } from '../goldens.ts'

/** The header of an array is text before its elements. */
const changeHeader: Change = (bytes, random) => {
  if (bytes.length < 10) return bytes
  const end = bytes.indexOf(10) + 1
  const header = changeText(bytes.subarray(10, end), random)
  const changed = Uint8Array.of(...bytes.subarray(0, 10), ...header, ...bytes.subarray(end))
  new DataView(changed.buffer).setUint16(8, header.length, true)
  return changed
}

export const npy = (): FuzzedReader => ({
  seeds: goldenFiles('npy'),
  changes: [changeHeader],
  read: (bytes) => readNpy(bytes),
})

const npzSeeds = (): Uint8Array[] => {
  const { stored, deflated, channelsLast } = golden<Record<'stored' | 'deflated' | 'channelsLast', string>>('npz')
  const array = (values: readonly number[]) => ({
    name: '.npy',
    data: writeNpy({ shape: [values.length], dtype: 'int32', data: Int32Array.from(values) }),
  })
  const rows = writeNpy({ shape: [12, 2], dtype: 'float32', data: new Float32Array(24) })
  const labels = { ...array([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]), name: 'y.npy' }
  return [...[stored, deflated, channelsLast].map(bytesFrom), zipBytes([{ name: 'x.npy', data: rows }, labels])]
}

export const npz = (): FuzzedReader => ({
  seeds: npzSeeds(),
  changes: [changeInZip([changeBytes, changeHeader])],
  read: (bytes) => readNpz(bytes),
})

/** Sets of arrays, down to their classes. */
export const numpySets = (): FuzzedReader => ({ ...npz(), read: (bytes) => numpySet(bytes) })

const idxBytes = (shape: readonly number[]): Uint8Array => {
  const size = shape.reduce((product, n) => product * n, 1)
  const bytes = new Uint8Array(4 + 4 * shape.length + size)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 0x0800 + shape.length)
  shape.forEach((n, axis) => {
    view.setUint32(4 + 4 * axis, n)
  })
  for (let i = 0; i < size; i++) bytes[4 + 4 * shape.length + i] = i % (shape.length === 1 ? 4 : 256)
  return bytes
}

/** Four files, one after the other: which bytes are whose, the first byte tells. */
export const idx = (): FuzzedReader => {
  const [images, labels] = [idxBytes([12, 3, 3]), idxBytes([12])]
  const files = (trainImages: Uint8Array, trainLabels: Uint8Array) =>
    new Map([
      ['train-images-idx3-ubyte', trainImages],
      ['train-labels-idx1-ubyte', trainLabels],
      ['t10k-images-idx3-ubyte', images],
      ['t10k-labels-idx1-ubyte', labels],
    ])
  return {
    seeds: [images, labels],
    read: (bytes) => idxFolder(bytes.length < 60 ? files(images, bytes) : files(bytes, labels)),
  }
}

export const cifar = (): FuzzedReader => {
  const record = Uint8Array.from({ length: 3073 * 2 }, (_, i) => (i % 3073 === 0 ? i % 10 : i % 256))
  const names = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`)
  return {
    seeds: [record],
    read: (bytes) =>
      cifar10(
        new Map([
          ...names.map((name) => [name, record] as const),
          ['data_batch_3.bin', bytes],
          ['test_batch.bin', record],
        ]),
      ),
  }
}
