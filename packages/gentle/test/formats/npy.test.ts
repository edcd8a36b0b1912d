import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../src/core/errors.ts'
import { sizeOf } from '../../src/core/shape.ts'
import type { StoredTensor } from '../../src/formats/elements.ts'
import { readNpy, writeNpy } from '../../src/formats/npy.ts'
import { randomCases } from '../random-cases.ts'
import { damaged, expectReadOrRefused, type Reader, refusal } from './fuzz.ts'

interface Golden {
  readonly read: Readonly<Record<string, { file: string; shape: number[]; integer: boolean; values: number[] }>>
  readonly refused: Readonly<Record<string, string>>
}

const golden: Golden = JSON.parse(readFileSync(new URL('../goldens/npy.json', import.meta.url), 'utf8'))
const decoded = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
const read: Reader = (bytes, name) => [readNpy(bytes, name)]

/** A file of this header and as many bytes of elements. */
function file(header: string, elementBytes = 0): Uint8Array {
  const bytes = new Uint8Array(10 + header.length + elementBytes)
  bytes.set(Buffer.from(`\x93NUMPY\x01\x00  ${header}`, 'latin1'))
  new DataView(bytes.buffer).setUint16(8, header.length, true)
  return bytes
}

const header = (shape: string, type = '<f4', fortran = 'False') =>
  `{'descr': '${type}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`

describe('a file that NumPy wrote', () => {
  it.each(Object.entries(golden.read))('of %s gives its values', (_, { file, shape, integer, values }) => {
    const array = readNpy(decoded(file))
    expect(array).toMatchObject({ shape, dtype: integer ? 'int32' : 'float32' })
    expect([...array.data]).toEqual(values.map((value) => (integer ? value : Math.fround(value))))
  })

  it.each([
    ['complex numbers', /type "<c8"/],
    ['unsigned integers that int32 cannot hold', /the number 2147483648, which int32 cannot/],
    ['large unsigned integers', /64-bit number 9223372036854775808/],
    ['floats beyond float32', /64-bit number 1e\+39, which float32 cannot/],
    ['extended precision', /type "<f16"; expected one of f2, f4, .*array\.astype\('f4'\)/],
    ['texts', /type "<U1"/],
    ['dates', /type "<M8\[D\]"/],
    ['records', /expected 'descr' of plain numbers/],
    ['objects', /type "\|O"/],
    ['large integers', /64-bit number 2147483648/],
  ])('of %s is refused', (name, message) => {
    expect(refusal(read, decoded(golden.refused[name]))).toMatch(message)
  })
})

it('sizes that Python 2 wrote as long integers are sizes', () => {
  expect(readNpy(file(header('(2L, 3L)', '|u1'), 6)).shape).toEqual([2, 3])
})

describe('an array that is written', () => {
  const anyArray: fc.Arbitrary<StoredTensor> = fc
    .record({ shape: fc.array(fc.nat(4), { maxLength: 4 }), integers: fc.boolean() })
    .chain(({ shape, integers }) => {
      const length = { minLength: sizeOf(shape), maxLength: sizeOf(shape) }
      return integers
        ? fc.int32Array(length).map((data): StoredTensor => ({ shape, dtype: 'int32', data }))
        : fc.float32Array(length).map((data): StoredTensor => ({ shape, dtype: 'float32', data }))
    })

  it('is read again as it was, wherever in memory the bytes begin', () => {
    fc.assert(
      fc.property(anyArray, fc.nat(7), (array, remainder) => {
        const bytes = writeNpy(array)
        const within = new Uint8Array(bytes.length + 8).subarray(remainder, remainder + bytes.length)
        within.set(bytes)
        expect(readNpy(within)).toEqual(array)
      }),
      { seed: 20261 },
    )
  })

  it('is the bytes that NumPy writes', () => {
    const data = Float32Array.of(0, 1, -2.5, 1 / 3, 100, -0.125)
    expect(writeNpy({ shape: [2, 3], dtype: 'float32', data })).toEqual(decoded(golden.read['float32'].file))
    const labels = Int32Array.of(2 ** 31 - 1, -(2 ** 31))
    expect(writeNpy({ shape: [2], dtype: 'int32', data: labels })).toEqual(decoded(golden.read['int32'].file))
    const number = Float32Array.of(1.5)
    expect(writeNpy({ shape: [], dtype: 'float32', data: number })).toEqual(decoded(golden.read['a scalar'].file))
  })

  it('is read without a copy', () => {
    const bytes = writeNpy({ shape: [2], dtype: 'float32', data: Float32Array.of(1, 2) })
    expect(readNpy(bytes).data.buffer).toBe(bytes.buffer)
  })

  it('must be as many values of the type as is said', () => {
    const write = () => writeNpy({ shape: [3], dtype: 'float32', data: new Float32Array(2) })
    expect(write).toThrow(ArgumentError)
    expect(write).toThrow(/the array is float32 \[3\], but its values are 2 in a Float32Array; expected 3/)
  })
})

describe('a broken .npy file', () => {
  const good = Object.values(golden.read).map(({ file }) => decoded(file))

  it('is read, or refused by a FormatError of one line, whatever bytes are changed or missing', () => {
    fc.assert(
      fc.property(damaged(good), (bytes) => expectReadOrRefused(read, bytes)),
      { seed: 20262, numRuns: randomCases(2000) },
    )
  })

  it('is refused wherever it is cut off, and when it has more', () => {
    for (let length = 0; length < good[0].length; length++)
      expect(refusal(read, good[0].slice(0, length))).toMatch(/cut off/)
    expect(refusal(read, Uint8Array.of(...good[0], 0))).toMatch(/needs 24 bytes, but it has 25/)
  })

  it('is read, or refused by a FormatError of one line, whatever its header says', () => {
    const size = fc.oneof(fc.nat(4), fc.constantFrom(2 ** 31, 2 ** 60, '9'.repeat(400), '-1', '0.5', 'x'))
    const shape = fc.array(size, { maxLength: 5 }).map((sizes) => `(${sizes.join(', ')})`)
    const type = fc.constantFrom('<f4', '<f8', '<f2', '<i8', '|u1', '|b1', '|O', '>f4', 'toString', '__proto__', '')
    fc.assert(
      fc.property(shape, type, fc.boolean(), fc.nat(64), (axes, descr, isFortran, bytes) =>
        expectReadOrRefused(read, file(header(axes, descr, isFortran ? 'True' : 'False'), bytes)),
      ),
      { seed: 20263, numRuns: randomCases(1000) },
    )
  })

  it.each<[string, Uint8Array, RegExp]>([
    ['another kind of file', new TextEncoder().encode('<!doctype html>'), /does not begin with NumPy's magic string/],
    ['an unknown version', file(header('()'), 4).with(6, 4), /is of version 4 .*expected 1, 2 or 3/],
    ['a header beyond all bounds', file('x'.repeat(20_000)), /header would have 20000 bytes; expected at most 10000/],
    ['a header that is not a dictionary', file('x'.repeat(200)), /its header is "x{80}\.\.\."; expected 'descr'/],
    ['sizes beyond the file', file(header(`(${2 ** 40}, ${2 ** 40}, 4)`), 4), /needs 1\.9.*e\+25 bytes, but it has 4/],
    ['sizes whose product is not a number', file(header(`(${`${2 ** 52}, `.repeat(40)} 0)`)), /needs NaN bytes/],
    ['a size beyond whole numbers', file(header('(9007199254740993, 0)')), /expected at most 64 sizes/],
    ['more axes than NumPy has', file(header(`(${'1, '.repeat(65)})`), 4), /expected at most 64 sizes/],
  ])('is refused for %s', (_, bytes, message) => {
    expect(refusal(read, bytes)).toMatch(message)
    expect(refusal(read, bytes).length).toBeLessThan(300)
  })
})
