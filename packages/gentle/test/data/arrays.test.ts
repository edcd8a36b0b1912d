import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataError, FormatError, GentleError } from '../../src/core/errors.ts'
import { numpySet } from '../../src/data/arrays.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { writeNpy } from '../../src/formats/npy.ts'
import { readNpz } from '../../src/formats/npz.ts'
import { randomCases } from '../random-cases.ts'

const golden = JSON.parse(readFileSync(new URL('../goldens/npz.json', import.meta.url), 'utf8'))
const bytesOf = (name: string): Uint8Array => new Uint8Array(Buffer.from(golden[name], 'base64'))

const npy = (shape: number[], data: Float32Array | Int32Array): Uint8Array =>
  writeNpy({ shape, dtype: data instanceof Int32Array ? 'int32' : 'float32', data })

function read(dataset: Dataset, index: number) {
  const size = dataset.inputShape.reduce((a, b) => a * b, 1)
  const [inputs, targets] = [new Float32Array(size), new Int32Array(1)]
  dataset.read([index], inputs, targets)
  return { inputs, label: targets[0] }
}

describe('numpySet', () => {
  it.each(['stored', 'deflated'])(
    "reads numpy's %s file: bytes become [0, 1], validation is split off",
    async (name) => {
      const { train, validation, test } = await numpySet(bytesOf(name), { validation: 1 })
      expect([train.length, validation.length, test.length]).toEqual([5, 1, 2])
      expect(test.inputShape).toEqual([1, 2, 3])
      expect(test.classes).toEqual(['0', '1', '2'])
      const { inputs, label } = read(test, 1)
      expect(label).toBe(0)
      expect([...inputs]).toEqual((golden.testPixels as number[]).slice(6).map((byte) => Math.fround(byte / 255)))
    },
  )

  it('puts channels first, and splits a test set off where there is none', async () => {
    const array = (await readNpz(bytesOf('channelsLast'))).get('x')!
    const { train, validation, test } = await numpySet(bytesOf('channelsLast'), { validation: 1, test: 1 })
    expect([train.length, validation.length, test.length]).toEqual([2, 1, 1])
    expect(train.inputShape).toEqual([3, 2, 5])
    const found = [train, validation, test].flatMap((part) =>
      Array.from({ length: part.length }, (_, i) => read(part, i).inputs),
    )
    // The first picture of the file, wherever it went.
    const first = Float32Array.from({ length: 30 }, (_, i) => array.data[(i % 10) * 3 + Math.floor(i / 10)])
    expect(found).toContainEqual(first)
    const asItIs = await numpySet(bytesOf('channelsLast'), { layout: 'channelsFirst', validation: 1, test: 1 })
    expect(asItIs.train.inputShape).toEqual([2, 5, 3])
  })

  it('reads the .npy files of a folder or from memory', async () => {
    const files = new Map([
      ['x.npy', npy([4, 2], Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8))],
      ['y.npy', npy([4], Int32Array.of(0, 1, 0, 1))],
    ])
    const { train, test } = await numpySet(files, { validation: 1, test: 1, classes: ['no', 'yes'] })
    expect(train.inputShape).toEqual([2])
    expect(test.classes).toEqual(['no', 'yes'])
  })

  it('brings bytes to [0, 1], in pictures and in rows, leaves other numbers as they are, and says which', async () => {
    /** A .npy file of this type, of whole numbers up to 255. */
    const npy = (type: string, shape: number[], values: readonly number[]) => {
      const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }\n`
      const width = Number(type.at(-1))
      const bytes = new Uint8Array(10 + header.length + width * values.length)
      bytes.set(Buffer.from(`\x93NUMPY\x01\x00  ${header}`, 'latin1'))
      new DataView(bytes.buffer).setUint16(8, header.length, true)
      for (const [i, value] of values.entries())
        bytes[10 + header.length + width * i + (type.startsWith('>') ? width - 1 : 0)] = value
      return bytes
    }
    const opened = async (type: string, shape: number[], max: number) => {
      const size = shape.reduce((a, b) => a * b, 1)
      const values = Array.from({ length: 4 * size }, (_, i) => (i % 3 === 0 ? max : 0))
      const files = new Map([
        ['x.npy', npy(type, [4, ...shape], values)],
        ['y.npy', npy('|u1', [4], [0, 1, 0, 1])],
      ])
      const { train, reading } = await numpySet(files, { validation: 1, test: 1 })
      return { max: Math.max(...read(train, 0).inputs), values: reading.values, described: train.description }
    }
    const bytes = { values: 'bytes', described: { values: 'bytes' }, max: 1 }
    expect(await opened('|u1', [28, 28], 255)).toEqual(bytes)
    expect(await opened('|u1', [784], 255)).toEqual(bytes)
    expect(await opened('<i8', [784], 255)).toEqual(bytes)
    expect(await opened('>u2', [784], 255)).toEqual(bytes)
    expect(await opened('|u1', [12], 255)).toEqual(bytes)
    const numbers = (max: number) => ({ values: 'numbers', described: { values: 'numbers' }, max })
    expect(await opened('<i8', [12], 255)).toEqual(numbers(255))
    expect(await opened('|u1', [784], 6)).toEqual(numbers(6))
    expect(await opened('|u1', [28, 28], 1)).toEqual(numbers(1))
    expect(await opened('|b1', [28, 28], 1)).toEqual(numbers(1))
  })

  it.each([
    [{ x: [[3, 2], 'float32', 6] }, /has the arrays x; expected x_train, y_train/],
    [{ x: [[3, 2], 'float32', 6], y: [[2], 'int32', 2] }, /the labels are \[2\]; expected \[3\]/],
    [{ x: [[3, 2], 'float32', 6], y: [[3], 'float32', 3, 0.5] }, /label 0 is 0\.5; expected whole numbers/],
    [
      { x: [[3, 2], 'float32', 6], y: [[3], 'int32', 3, 2 ** 31 - 1] },
      /label 0 is 2147483647, which would make 2147483648 classes of 3 examples; number the classes from 0 on/,
    ],
    [{ x: [[3], 'float32', 3], y: [[3], 'int32', 3] }, /the inputs are \[3\]; expected \[N, \.\.\.\]/],
    [{ x: [[3, 2, 2], 'int32', 12, 300], y: [[3], 'int32', 3] }, /a pixel is 300; expected 0 to 255/],
  ] as [Record<string, [number[], 'float32' | 'int32', number, number?]>, RegExp][])(
    'refuses arrays that do not go together',
    async (arrays, message) => {
      const files = new Map(
        Object.entries(arrays).map(([name, [shape, dtype, length, value = 0]]) => [
          `${name}.npy`,
          writeNpy({
            shape,
            dtype,
            data: (dtype === 'int32' ? new Int32Array(length) : new Float32Array(length)).fill(value),
          }),
        ]),
      )
      const opened = numpySet(files)
      await expect(opened).rejects.toThrow(DataError)
      await expect(opened).rejects.toThrow(message)
    },
  )

  it('takes labels for numbers of classes that are fewer than 65,536, or than there are examples', async () => {
    const opened = (label: number) =>
      numpySet(
        new Map([
          ['x.npy', npy([12, 1], new Float32Array(12))],
          [
            'y.npy',
            npy(
              [12],
              Int32Array.from({ length: 12 }, () => label),
            ),
          ],
        ]),
      )
    expect((await opened(65_535)).train.classes).toHaveLength(65_536)
    await expect(opened(65_536)).rejects.toThrow(/which would make 65537 classes of 12 examples/)
  })

  it('refuses a test set that is not as its training set is: of another scale, another shape, or half of it', async () => {
    const opened = (test: Uint8Array | undefined, train = npy([6, 2, 4], new Float32Array(48).fill(0.5))) => {
      const labels = (count: number) =>
        npy(
          [count],
          Int32Array.from({ length: count }, (_, i) => i % 2),
        )
      return numpySet(
        new Map([
          ['x_train.npy', train],
          ['y_train.npy', labels(6)],
          ...(test === undefined ? [] : [['x_test.npy', test] as const]),
          ['y_test.npy', labels(2)],
        ]),
      )
    }
    const alike = /the test inputs are bytes, but the training inputs are not; expected one type for both/
    const bytes = npy([2, 2, 4], new Int32Array(16).fill(255))
    await expect(opened(bytes)).rejects.toThrow(alike)
    await expect(opened(bytes, npy([6, 2, 4], new Int32Array(48).fill(1)))).rejects.toThrow(alike)
    const [rows, testRows] = [npy([6, 64], new Float32Array(384)), npy([2, 64], new Int32Array(128).fill(255))]
    await expect(opened(testRows, rows)).rejects.toThrow(alike)
    // Below zero these are not bytes, whatever the test set happens to have.
    const { test } = await opened(testRows, npy([6, 64], new Int32Array(384).fill(-1)))
    expect(read(test, 0).inputs[0]).toBe(255)
    await expect(opened(npy([2, 4, 2], new Float32Array(16)))).rejects.toThrow(
      /training inputs are \[1, 2, 4\], test inputs \[1, 4, 2\]; they must be equal/,
    )
    await expect(opened(undefined)).rejects.toThrow(/has the array y_test, but no x_test; expected both, or neither/)
  })

  it('names the array that cannot be inflated, and survives any damage with an error of one line', async () => {
    const whole = bytesOf('deflated')
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (at, by, cut) => {
          const damaged = cut ? whole.slice(0, at) : whole.slice()
          if (!cut) damaged[at] ^= by
          try {
            await numpySet(damaged)
          } catch (error) {
            expect(error).toBeInstanceOf(GentleError)
            expect((error as Error).message).not.toContain('\n')
          }
        },
      ),
      { numRuns: randomCases(150) },
    )
    await expect(readNpz(whole.slice(0, 100))).rejects.toThrow(FormatError)
  })
})
