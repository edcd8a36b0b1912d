import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../../src/core/errors.ts'
import { joined } from '../../src/core/joined.ts'
import { parseIdx, unpacked } from '../../src/data/idx.ts'
import { randomCases } from '../random-cases.ts'
import { gzip, idxBytes } from './idx-bytes.ts'

const images = idxBytes([2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
const labels = idxBytes([3], [7, 8, 9])

describe('an IDX file', () => {
  it('gives its axes and its bytes, without a copy', () => {
    const { shape, data } = parseIdx(images, 3, 'i')
    expect(shape).toEqual([2, 2, 3])
    expect([...data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    expect(data.buffer).toBe(images.buffer)
    expect([...parseIdx(labels, 1, 'l').data]).toEqual([7, 8, 9])
  })

  it('may begin anywhere in its buffer', () => {
    const within = new Uint8Array(labels.length + 5)
    within.set(labels, 3)
    expect([...parseIdx(within.subarray(3, 3 + labels.length), 1, 'l').data]).toEqual([7, 8, 9])
  })

  it.each<[string, Uint8Array, 1 | 3, string]>([
    [
      'labels in the place of images',
      labels,
      3,
      'f: the magic number is 0x00000801, expected 0x00000803 (images); it is a file of labels',
    ],
    [
      'images in the place of labels',
      images,
      1,
      'f: the magic number is 0x00000803, expected 0x00000801 (labels); it is a file of images',
    ],
    [
      'another number of axes',
      idxBytes([1, 1], [0]),
      1,
      'f: the magic number is 0x00000802, expected 0x00000801 (labels); it is an IDX file with 2 axes',
    ],
    [
      'something else',
      new TextEncoder().encode('<!doctype html>'),
      3,
      'f: the magic number is 0x3c21646f, expected 0x00000803 (images); it is not an IDX file of bytes',
    ],
    [
      'a header that is cut off',
      images.subarray(0, 9),
      3,
      'f: the file has 9 bytes, less than an IDX header of 16; it is cut off',
    ],
    ['nothing', new Uint8Array(0), 1, 'f: the file has 0 bytes, less than an IDX header of 8; it is cut off'],
    [
      'bytes that are cut off',
      images.subarray(0, 20),
      3,
      'f: its header of 2 x 2 x 3 means 28 bytes, but the file has 20; it is cut off',
    ],
    [
      'bytes too many',
      Uint8Array.of(...labels, 0),
      1,
      'f: its header of 3 means 11 bytes, but the file has more; it is too long',
    ],
    [
      'an absurd size',
      idxBytes([0xffffffff, 0xffffffff, 1], [1]),
      3,
      'f: its header of 4294967295 x 4294967295 x 1 means 18446744065119617000 bytes, but the file has 17; it is cut off',
    ],
  ])('is refused for %s', (_, bytes, rank, message) => {
    expect(() => parseIdx(bytes, rank, 'f')).toThrow(new FormatError(message))
  })

  it('is read, or refused by a FormatError, whatever its bytes are', () => {
    const change = fc.record({ place: fc.nat(images.length - 1), value: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 3 }), fc.nat(images.length), (changes, length) => {
        const bytes = images.slice(0, length)
        for (const { place, value } of changes) bytes[place] = value
        try {
          const { shape, data } = parseIdx(bytes, 3, 'f')
          expect(data.length).toBe(shape.reduce((a, b) => a * b))
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError)
        }
      }),
      { seed: 20260, numRuns: randomCases(300) },
    )
  })
})

describe('a gzip file', () => {
  it('is unpacked; one that is not gzip stays as it is', async () => {
    expect(await unpacked(gzip(images), 3, 'i.gz')).toEqual(images)
    expect(await unpacked(images, 3, 'i')).toBe(images)
  })

  it('is unpacked no further than its header means, or than a header where it is none', async () => {
    const zeros = new Uint8Array(2 ** 22)
    const [long, other] = [gzip(joined(Uint8Array, [images, zeros])), gzip(zeros)]
    for (const bytes of [long, other]) expect((await unpacked(bytes, 3, 'i.gz')).length).toBeLessThan(2 ** 20)
    expect(() => parseIdx(Uint8Array.of(...images, 0), 3, 'i.gz')).toThrow(/means 28 bytes, but the file has more/)
  })

  it('is refused when it is cut off anywhere, or changed within', async () => {
    const packed = gzip(images)
    const broken = packed.slice()
    broken[packed.length - 6] ^= 1
    const cut = [2, 5, 15, packed.length - 8, packed.length - 1].map((length) => packed.subarray(0, length))
    for (const bytes of [...cut, broken])
      await expect(unpacked(bytes, 3, 'i.gz')).rejects.toThrow(
        new FormatError('i.gz: the gzip data is broken or cut off; fetch the file again'),
      )
  })
})
