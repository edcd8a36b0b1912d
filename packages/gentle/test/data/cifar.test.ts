import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ArgumentError, DataError } from '../../src/core/errors.ts'
import { cifar10, cifar100 } from '../../src/data/cifar.ts'

/** Records of so many label bytes; the picture of example i is all i + channel. */
function records(labels: readonly (readonly number[])[], first = 0): Uint8Array {
  const size = labels[0].length + 3072
  const bytes = new Uint8Array(labels.length * size)
  for (const [i, own] of labels.entries()) {
    bytes.set(own, i * size)
    for (let c = 0; c < 3; c++) {
      const from = i * size + own.length + c * 1024
      bytes.fill(first + i + 100 * c, from, from + 1024)
    }
  }
  return bytes
}

const tenFiles = (): Map<string, Uint8Array> =>
  new Map([
    ...[1, 2, 3, 4, 5].map((n): [string, Uint8Array] => [`data_batch_${n}.bin`, records([[0], [1]], 10 * n)]),
    ['test_batch.bin', records([[1], [0], [2]])],
    ['batches.meta.txt', new TextEncoder().encode('airplane\nautomobile\nbird\n\n')],
  ])

const folder = mkdtempSync(join(tmpdir(), 'gentle-cifar-'))
afterAll(() => rmSync(folder, { recursive: true }))

function inFolder(name: string, files: ReadonlyMap<string, Uint8Array>): string {
  const path = join(folder, name)
  mkdirSync(path)
  for (const [file, bytes] of files) writeFileSync(join(path, file), bytes)
  return path
}

describe.each([
  ['in memory', async (files: Map<string, Uint8Array>) => cifar10(files, { validation: 2 })],
  [
    'in a folder',
    async (files: Map<string, Uint8Array>) => cifar10(inFolder(`f${Math.random()}`, files), { validation: 2 }),
  ],
])('CIFAR-10 %s', (_, open) => {
  it('has its pictures, labels and names', async () => {
    const { train, validation, test } = await open(tenFiles())
    expect([train.length, validation.length, test.length]).toEqual([8, 2, 3])
    expect(train.classes).toEqual(['airplane', 'automobile', 'bird'])
    // Of each class its share.
    expect(Array.from(validation.labels!).sort()).toEqual([0, 1])
    const [inputs, targets] = [new Float32Array(2 * 3072), new Int32Array(2)]
    test.read([2, 0], inputs, targets)
    expect([...targets]).toEqual([2, 1])
    expect([inputs[0], inputs[1023], inputs[1024], inputs[3071]]).toEqual(
      [2, 2, 102, 202].map((b) => Math.fround(b / 255)),
    )
    expect(inputs[3072]).toBe(0)
  })

  it('reads examples of several files in any order', async () => {
    const { train } = await open(tenFiles())
    const [inputs, targets] = [new Float32Array(8 * 3072), new Int32Array(8)]
    train.read([7, 6, 5, 4, 3, 2, 1, 0], inputs, targets)
    const values = Array.from({ length: 8 }, (_, i) => Math.round(255 * inputs[i * 3072]))
    expect(new Set(values).size).toBe(8)
    for (const [i, value] of values.entries()) expect(targets[i]).toBe(value % 10)
    expect(() => train.read([8], inputs, targets)).toThrow(ArgumentError)
    expect(() => train.read([0, 1], new Float32Array(3072), targets)).toThrow('room for 3072 values')
  })
})

describe('CIFAR-100', () => {
  const files = new Map([
    [
      'train.bin',
      records([
        [0, 7],
        [1, 3],
        [0, 7],
        [1, 3],
      ]),
    ],
    ['test.bin', records([[1, 99]])],
  ])

  it('has fine labels, and coarse ones where they are asked for', async () => {
    expect((await cifar100(files, { validation: 2 })).test.labels).toEqual(Uint8Array.of(99))
    const coarse = await cifar100(files, { validation: 2, labels: 'coarse' })
    expect(coarse.test.labels).toEqual(Uint8Array.of(1))
    expect(coarse.test.classes).toHaveLength(20)
    await expect(cifar100(files, { labels: 'both' as 'fine' })).rejects.toThrow(
      "labels is 'both'; expected fine or coarse",
    )
  })
})

describe('CIFAR files that are not right are refused', () => {
  it('when some are missing, with all their names', async () => {
    const files = tenFiles()
    files.delete('data_batch_2.bin')
    files.delete('test_batch.bin')
    await expect(cifar10(files)).rejects.toThrow(DataError)
    await expect(cifar10(files)).rejects.toThrow('has no data_batch_2.bin, test_batch.bin; expected the binary version')
    await expect(cifar10(join(folder, 'nowhere'))).rejects.toThrow('has no data_batch_1.bin')
  })

  it('when one is cut off, or of the other set', async () => {
    const files = tenFiles()
    files.set('data_batch_3.bin', records([[0]]).slice(0, 3000))
    await expect(cifar10(files)).rejects.toThrow(
      'data_batch_3.bin of the files given has 3000 bytes; expected a multiple of 3073',
    )
    files.set('data_batch_3.bin', records([[17]]))
    await expect(cifar10(files)).rejects.toThrow('example 4 has label 17; expected 0 to 2')
  })
})
