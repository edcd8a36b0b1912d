import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArgumentError, FormatError } from '../../src/core/errors.ts'
import { sizeOf } from '../../src/core/shape.ts'
import {
  readSafetensors,
  type StoredTensor,
  safetensorsPieces,
  writeSafetensors,
} from '../../src/formats/safetensors.ts'
import { sealed, withSeal } from '../../src/formats/seal.ts'
import { randomCases } from '../random-cases.ts'
import { damaged, expectReadOrRefused, type Reader } from './fuzz.ts'

const runs = { seed: 20260 }

const read: Reader = (bytes, name) => readSafetensors(bytes, name).tensors.values()

/** A file of this header, as text or as an object, and this many bytes of data. */
function file(header: unknown, dataBytes = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

const entry = (shape: unknown, dataOffsets: unknown, dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: dataOffsets,
})

/** The message with which a file is refused. */
function refusal(bytes: Uint8Array): string {
  try {
    readSafetensors(bytes, 'x.safetensors')
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError)
    const { message } = error as FormatError
    expect(message).toMatch(/^x\.safetensors: .+$/)
    return message
  }
  throw new Error('the file was read')
}

/** The same bytes beginning at an address that leaves this remainder by 8. */
function at(remainder: number, bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.length + 8).subarray(remainder, remainder + bytes.length)
  copy.set(bytes)
  return copy
}

const anyTensor: fc.Arbitrary<StoredTensor> = fc
  .record({ shape: fc.array(fc.nat(4), { maxLength: 3 }), integers: fc.boolean() })
  .chain(({ shape, integers }) => {
    const length = { minLength: sizeOf(shape), maxLength: sizeOf(shape) }
    return integers
      ? fc.int32Array(length).map((data): StoredTensor => ({ shape, dtype: 'int32', data }))
      : fc.float32Array(length).map((data): StoredTensor => ({ shape, dtype: 'float32', data }))
  })

/**
 * None begins with a backslash: once V8's JSON.parse (seen in Node 26.10) has read an object whose first member is named by a single backslash, it
 * takes any escape, such as that of '\\ud800', for it.
 */
const anyName = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('__proto__', 'constructor', '0', '', 'a.b', '"', 'a\\b', '\ud800'),
  )
  .filter((name) => name !== '__metadata__' && !name.startsWith('\\'))

const anyTensors = fc.uniqueArray(fc.tuple(anyName, anyTensor), { maxLength: 6, selector: ([name]) => name })

const anyMetadata = fc.dictionary(anyName, fc.string({ unit: 'binary' }), { noNullPrototype: true })

describe('a file that Python wrote', () => {
  const { tensors, metadata } = readSafetensors(
    readFileSync(new URL('../goldens/safetensors.safetensors', import.meta.url)),
  )

  it('gives its metadata', () => {
    expect({ ...metadata }).toEqual({ format: 'pt', 'made by': 'struct ✓' })
    expect(metadata.constructor).toBeUndefined()
  })

  it.each([
    ['layer.weight', 'float32', [2, 3], [0, 1, -2, 0.5, 3.4028234663852886e38, Number.NEGATIVE_INFINITY]],
    ['labels', 'int32', [3], [7, -(2 ** 31), 2 ** 31 - 1]],
    ['steps', 'int32', [], [-3]],
    ['fine', 'float32', [2], [Math.fround(0.1), Math.fround(-1e30)]],
    ['half', 'float32', [7], [1, 65504, 2 ** -24, 1023 * 2 ** -24, -0, Number.NEGATIVE_INFINITY, 0.333251953125]],
    ['brain', 'float32', [2, 2], [1, 3.140625, -0, Number.POSITIVE_INFINITY]],
    ['empty', 'float32', [0, 4], []],
    ['short', 'int32', [2], [-(2 ** 15), 2 ** 15 - 1]],
    ['byte', 'int32', [2], [-128, 127]],
    ['pixels', 'int32', [3], [0, 128, 255]],
    ['mask', 'int32', [3, 1], [1, 0, 1]],
  ])('gives its tensor %s as %s', (name, dtype, shape, values) => {
    const tensor = tensors.get(name)!
    expect(tensor).toMatchObject({ dtype, shape })
    expect([...tensor.data]).toEqual(values)
  })
})

describe('numbers of half width', () => {
  it('are widened as the definition of binary16 says, all 65,536 of them', () => {
    const bytes = file({ h: entry([65536], [0, 131072], 'F16') }, 131072)
    const view = new DataView(bytes.buffer, bytes.length - 131072)
    for (let bits = 0; bits < 65536; bits++) view.setUint16(2 * bits, bits, true)
    const { data } = readSafetensors(bytes).tensors.get('h')!
    const defined = (bits: number): number => {
      const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, (bits & 1023) / 1024]
      if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
      return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15)
    }
    expect(data).toEqual(Float32Array.from({ length: 65536 }, (_, bits) => defined(bits)))
  })
})

describe('what is written', () => {
  it('is read again as it was, wherever in memory the bytes begin', () => {
    fc.assert(
      fc.property(anyTensors, anyMetadata, fc.nat(7), (tensors, metadata, remainder) => {
        const read = readSafetensors(at(remainder, writeSafetensors(new Map(tensors), metadata)))
        expect(read.tensors).toEqual(new Map(tensors))
        expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(metadata).sort())
      }),
      runs,
    )
  })

  it('is read from a Buffer, whose slices share their memory', () => {
    const tensors = new Map([['a', { shape: [3], dtype: 'float32', data: Float32Array.of(1, 2, 3) } as const]])
    const bytes = writeSafetensors(tensors)
    for (const remainder of [0, 1]) {
      const within = Buffer.alloc(bytes.length + 80).subarray(remainder, remainder + bytes.length)
      within.set(bytes)
      expect(readSafetensors(within).tensors).toEqual(tensors)
    }
  })

  it('has its data at a multiple of 8 bytes, so that reading copies nothing', () => {
    const bytes = writeSafetensors(new Map([['ab', { shape: [1], dtype: 'float32', data: Float32Array.of(1) }]]))
    expect(new DataView(bytes.buffer).getUint32(0, true) % 8).toBe(0)
    expect(readSafetensors(bytes).tensors.get('ab')!.data.buffer).toBe(bytes.buffer)
  })

  it('and read with a checksum can be written again with the same metadata, of which the checksum is no part', () => {
    const { tensors, metadata } = readSafetensors(sealed(safetensorsPieces(new Map(), withSeal({ by: 'hand' }))))
    expect({ ...metadata }).toEqual({ by: 'hand' })
    const more = new Map([...tensors, ['x', { shape: [1], dtype: 'float32', data: Float32Array.of(1) } as const]])
    expect(readSafetensors(writeSafetensors(more, metadata)).tensors.get('x')!.data).toEqual(Float32Array.of(1))
  })

  it('must be as many values of the type as is said, under a name that is free', () => {
    const write = (name: string, tensor: StoredTensor) => () => writeSafetensors(new Map([[name, tensor]]))
    const data = new Float32Array(3)
    expect(write('a', { shape: [2], dtype: 'float32', data })).toThrow(ArgumentError)
    expect(write('a', { shape: [2], dtype: 'float32', data })).toThrow(/"a" .*\[2\].* 3 in a Float32Array; expected 2/)
    expect(write('a', { shape: [3], dtype: 'int32', data })).toThrow(ArgumentError)
    expect(write('__metadata__', { shape: [3], dtype: 'float32', data })).toThrow(ArgumentError)
  })
})

describe('a broken file', () => {
  const good = writeSafetensors(
    new Map<string, StoredTensor>([
      ['first', { shape: [2, 2], dtype: 'float32', data: Float32Array.of(1, 2, 3, 4) }],
      ['second', { shape: [3], dtype: 'int32', data: Int32Array.of(1, 2, 3) }],
    ]),
    { made: 'here' },
  )

  it('is read, or refused by a FormatError of one line, whatever bytes are changed or missing', () => {
    const python = new Uint8Array(readFileSync(new URL('../goldens/safetensors.safetensors', import.meta.url)))
    fc.assert(
      fc.property(damaged([good, python]), (bytes) => expectReadOrRefused(read, bytes)),
      { ...runs, numRuns: randomCases(2000) },
    )
  })

  it('is read, or refused by a FormatError of one line, whatever its header says', () => {
    const count = fc.oneof(fc.constantFrom(0, 1, 2, 4, 8), fc.constantFrom(-1, 0.5, 2 ** 53, 1e308, null, '4', []))
    const counts = fc.oneof(fc.array(count, { maxLength: 4 }), fc.constantFrom(null, 4, {}, 'x'))
    const dtype = fc.constantFrom(
      'F32',
      'F16',
      'F64',
      'I32',
      'I64',
      'U8',
      'BOOL',
      'toString',
      '__proto__',
      'C64',
      4,
      null,
    )
    const value = fc.oneof(
      fc.record({ dtype, shape: counts, data_offsets: counts }, { requiredKeys: [] }),
      fc.jsonValue({ maxDepth: 3 }),
    )
    fc.assert(
      fc.property(fc.dictionary(anyName, value, { maxKeys: 3 }), fc.nat(16), (header, dataBytes) => {
        expectReadOrRefused(read, file(header, dataBytes))
      }),
      { ...runs, numRuns: randomCases(500) },
    )
  })

  it('is refused wherever it is cut off, and when it has more', () => {
    for (let length = 0; length < good.length; length++)
      expect(refusal(good.slice(0, length))).toMatch(/cut off|is not JSON/)
    expect(refusal(Uint8Array.of(...good, 0))).toMatch(/end at byte 28 of the data, which has 29/)
  })

  it('is refused rather than read wrongly where the engine takes a name for another', () => {
    JSON.parse('{"a":{},"\\\\":{}}')
    const bytes = file({ a: entry([1], [0, 4]), '\n': entry([1], [4, 8]) }, 8)
    let names: string[]
    try {
      names = [...readSafetensors(bytes).tensors.keys()]
    } catch (error) {
      expect((error as Error).message).toMatch(/names "\\n", which this engine takes for another name/)
      return
    }
    expect(names).toEqual(['a', '\n'])
  })

  it.each<[string, Uint8Array, RegExp]>([
    ['a header beyond the format’s bound', new Uint8Array(16).fill(255, 0, 8), /more than the format's 100,000,000/],
    ['a header longer than the file', file('{}').subarray(0, 9), /its header ends at byte 10, but it has 9/],
    ['a header that is not JSON', file('{"a":'), /its header is not JSON/],
    ['a header that is not an object', file('[]'), /its header is not a JSON object/],
    ['a header that is not UTF-8', file('{"a":{}}').with(10, 0xff), /its header is not JSON/],
    ['metadata that is not an object', file({ __metadata__: 'x' }), /__metadata__ is not a JSON object/],
    ['metadata that is not text', file({ __metadata__: { n: 1 } }), /metadata "n" is not text/],
    ['an entry that is not an object', file({ a: null }), /the entry of tensor "a" is not a JSON object/],
    ['an unknown type', file({ a: entry([], [0, 16], 'C128') }, 16), /type "C128"; expected one of F32, .*I64/],
    ['a type that objects inherit', file({ a: entry([], [0, 4], 'constructor') }, 4), /type "constructor"/],
    ['a negative size', file({ a: entry([-1], [0, 4]) }, 4), /shape \[-1\]; expected whole numbers/],
    ['a size with a fraction', file({ a: entry([0.5], [0, 2]) }, 2), /shape \[0\.5\]/],
    [
      'sizes whose product overflows',
      file({ a: entry([2 ** 32, 2 ** 32], [0, 0]) }),
      /needs 73786976294838210000 bytes/,
    ],
    ['a place that is too small', file({ a: entry([2], [0, 4]) }, 4), /F32 \[2\] needs 8 bytes, but its place has 4/],
    ['a place that ends before it begins', file({ a: entry([1], [4, 0]) }, 4), /data_offsets \[4,0\]/],
    ['a place of three numbers', file({ a: entry([1], [0, 4, 4]) }, 4), /data_offsets \[0,4,4\]/],
    ['a place beyond the file', file({ a: entry([2], [0, 8]) }, 4), /end at byte 8 of the data, which has 4/],
    [
      'tensors that overlap',
      file({ a: entry([2], [0, 8]), b: entry([1], [4, 8]) }, 8),
      /"b" begins at byte 4.*overlap/,
    ],
    ['a hole', file({ a: entry([1], [0, 4]), b: entry([1], [8, 12]) }, 12), /"b" begins at byte 8 .*expected 4/],
    [
      'a name that is there twice',
      file(
        '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}, "\\u0061" :{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
      ),
      /names "a" twice/,
    ],
    [
      'lists nested very deep',
      file(`{"a":${JSON.stringify(entry('?', [0, 0])).replace('"?"', '['.repeat(5e4) + ']'.repeat(5e4))}}`),
      /shape \[\?\]/,
    ],
    ['a name of several lines', file({ 'a\nb': 1 }), /tensor "a\\nb"/],
    ['a name that a terminal obeys', file({ '\u009b31m\u2028': 1 }), /tensor "\\u009b31m\\u2028"/],
    ['a very long name', file({ ['a'.repeat(1e4)]: 1 }), /tensor "a{80}\.\.\."/],
  ])('is refused for %s', (_, bytes, message) => {
    expect(refusal(bytes)).toMatch(message)
    expect(refusal(bytes).length).toBeLessThan(250)
  })

  it('is refused for a 64-bit number that int32 cannot hold', () => {
    const bytes = file({ n: entry([2], [0, 16], 'I64') }, 16)
    new DataView(bytes.buffer).setBigInt64(bytes.length - 8, -(2n ** 31n) - 1n, true)
    expect(refusal(bytes)).toMatch(/"n" holds the 64-bit number -2147483649/)
  })
})
