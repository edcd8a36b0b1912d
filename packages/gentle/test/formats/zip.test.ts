import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../../src/core/errors.ts'
import { failing } from '../../src/formats/failure.ts'
import { isZip, readZip, unzipped } from '../../src/formats/zip.ts'
import { randomCases } from '../random-cases.ts'
import { damaged } from './fuzz.ts'
import { type ZipEnd, type ZipFile, zipBytes } from './pytorch/zip-bytes.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const file = (name: string, text: string, rest: Partial<ZipFile> = {}): ZipFile => ({
  name,
  data: bytesOf(text),
  ...rest,
})
const read = (bytes: Uint8Array) => readZip(bytes, failing('f'))

function contents(bytes: Uint8Array): [string, string][] {
  return [...read(bytes)].map(([name, { data }]) => [name, new TextDecoder().decode(data)])
}

function refusal(bytes: Uint8Array): string {
  try {
    read(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError)
    return (error as Error).message
  }
  throw new Error('the archive was read')
}

const two = [file('a/one', 'first'), file('a/zwölf', '')]

describe('a zip archive', () => {
  it('gives its files, without a copy', () => {
    const bytes = zipBytes(two)
    expect(isZip(bytes)).toBe(true)
    expect(contents(bytes)).toEqual([
      ['a/one', 'first'],
      ['a/zwölf', ''],
    ])
    expect(read(bytes).get('a/one')!.data.buffer).toBe(bytes.buffer)
  })

  it('may begin anywhere in its buffer, and end with a comment', () => {
    const bytes = zipBytes(two, { comment: bytesOf('PK made by hand') })
    const within = new Uint8Array(bytes.length + 3).subarray(3)
    within.set(bytes)
    expect(contents(within)).toEqual(contents(zipBytes(two)))
  })

  it('may have its places in 64 bits, as those above 4 GiB have', () => {
    const wide = zipBytes(
      [file('a', 'first', { wide: { size: 5n, from: 0n } }), file('b', 'second', { wide: { size: 6n, from: 36n } })],
      {
        wide: {},
        directorySize: 0xffffffff,
        directoryFrom: 0xffffffff,
      },
    )
    expect(contents(wide)).toEqual([
      ['a', 'first'],
      ['b', 'second'],
    ])
  })

  it('tells which of its files are compressed', () => {
    const [a, b] = read(zipBytes([file('a', 'x', { says: { method: 8, whole: 2 ** 31 } }), file('b', 'y')])).values()
    expect([a.isCompressed, b.isCompressed]).toEqual([true, false])
  })
})

describe('a file that is compressed', () => {
  const content = new Uint8Array(2 ** 20)
  const inflated = (whole: number) => {
    const archive = zipBytes([{ name: 'a', data: deflateRawSync(content), says: { method: 8, whole } }])
    return unzipped(read(archive).get('a')!, 'a', failing('f'))
  }

  it('becomes what it was', async () => {
    expect(Buffer.compare(await inflated(content.length), content)).toBe(0)
  })

  it.each([
    [1000, 'f: "a" in its archive becomes more than the 1000 bytes that the archive says; the file is broken'],
    [
      2 ** 31,
      'f: "a" in its archive becomes 1048576 instead of the 2147483648 bytes that the archive says; the file is broken',
    ],
  ])('is inflated no further than the archive says, %i bytes', async (whole, message) => {
    await expect(inflated(whole)).rejects.toThrow(new FormatError(message))
  })
})

describe('a broken archive', () => {
  const one = (rest: Partial<ZipFile>, end?: ZipEnd): Uint8Array => zipBytes([file('a', 'text', rest)], end)

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /the end of its zip archive is missing/],
    ['an end that is cut off', one({}).subarray(0, -1), /the end of its zip archive is missing/],
    [
      'a file of 2^60 bytes',
      one({ wide: { size: 2n ** 60n, from: 0n } }),
      /"a" of 1152921504606847000 bytes would end beyond byte 35/,
    ],
    ['a file that reaches into the directory', one({ says: { size: 5 } }), /"a" of 5 bytes would end beyond byte 35/],
    ['a file of two sizes', one({ says: { size: 4, whole: 3 } }), /"a" has two sizes, 3 and 4/],
    ['a file that is not there', one({ says: { from: 1 } }), /there is no file "a" at byte 1/],
    ['a file beyond the archive', one({ says: { from: 2 ** 31 } }), /there is no file "a" at byte 2147483648/],
    [
      'a file 2^63 bytes away',
      one({ wide: { size: 4n, from: 2n ** 63n } }),
      /there is no file "a" at byte 9223372036854776000/,
    ],
    ['an encrypted file', one({ says: { flags: 1 } }), /"a" in its archive is encrypted/],
    [
      'a directory beyond the archive',
      one({}, { directoryFrom: 2 ** 31 }),
      /a directory of 47 bytes from byte 2147483648/,
    ],
    ['a directory in the wrong place', one({}, { directoryFrom: 34 }), /its directory has no entry at byte 34/],
    ['a directory that ends within an entry', one({}, { directorySize: 46 }), /its directory has no entry at byte 35/],
    ['a 64-bit end in the wrong place', one({}, { wide: { end: 1n } }), /its 64-bit end is not at byte 1$/],
    [
      'a 64-bit end 2^64 bytes away',
      one({}, { wide: { end: 2n ** 64n - 1n } }),
      /its 64-bit end is not at byte 18446744073709552000/,
    ],
    [
      'a directory of 2^64 bytes',
      one({}, { wide: { size: 2n ** 64n - 1n } }),
      /a directory of 18446744073709552000 bytes/,
    ],
    ['two files of one name', zipBytes([file('a', 'x'), file('a', 'y')]), /has "a" twice/],
    [
      'the same bytes under two names',
      zipBytes([file('a', 'x'), file('b', 'y', { says: { from: 0 } })]),
      /"b" lies within the file before it/,
    ],
    [
      'an archive in an archive that is listed too',
      zipBytes([{ name: 'a', data: zipBytes([file('b', 'x')]) }, file('b', 'x', { says: { from: 31 } })]),
      /"b" lies within the file before it/,
    ],
  ])('is refused for %s', (_, bytes, message) => {
    expect(refusal(bytes)).toMatch(message)
  })

  it('is read with files that have no byte in common, or refused by a FormatError of one line, whatever bytes are changed', () => {
    const good = [
      zipBytes(two),
      zipBytes([file('a', 'first', { wide: { size: 5n, from: 0n } }), file('b', 'second')], { wide: {} }),
    ]
    fc.assert(
      fc.property(damaged(good), (bytes) => {
        try {
          const sizes = [...read(bytes).values()].map(({ data }) => data.length)
          expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(bytes.length)
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError)
          expect((error as Error).message).toMatch(/^f: .+$/)
        }
      }),
      { seed: 20265, numRuns: randomCases(2000) },
    )
  })
})
