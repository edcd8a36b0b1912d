import { describe, expect, it } from 'vitest'
import {
  ByteWriter,
  nameBytes,
  signedLeb128,
  signedLeb128Of64,
  unsignedLeb128,
} from '../../../../src/backends/wasm/assembler/bytes.ts'
import { InternalError } from '../../../../src/core/errors.ts'

describe('LEB128', () => {
  it.each([
    [0, [0]],
    [127, [0x7f]],
    [128, [0x80, 0x01]],
    [624485, [0xe5, 0x8e, 0x26]],
    [2 ** 31, [0x80, 0x80, 0x80, 0x80, 0x08]],
    [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('writes %i unsigned', (value, bytes) => {
    expect(unsignedLeb128(value)).toEqual(bytes)
  })

  it.each([
    [0, [0]],
    [63, [0x3f]],
    [64, [0xc0, 0x00]],
    [-1, [0x7f]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [-123456, [0xc0, 0xbb, 0x78]],
    [2 ** 31 - 1, [0xff, 0xff, 0xff, 0xff, 0x07]],
    [-(2 ** 31), [0x80, 0x80, 0x80, 0x80, 0x78]],
  ])('writes %i signed, in 32 bits and in 64', (value, bytes) => {
    expect(signedLeb128(value)).toEqual(bytes)
    expect(signedLeb128Of64(BigInt(value))).toEqual(bytes)
  })

  it('writes the ends of 64 bits', () => {
    expect(signedLeb128Of64(2n ** 63n - 1n)).toEqual([...Array(9).fill(0xff), 0x00])
    expect(signedLeb128Of64(-(2n ** 63n))).toEqual([...Array(9).fill(0x80), 0x7f])
  })

  it.each([-1, 2 ** 32, 1.5, Number.NaN])('refuses %d as an unsigned integer', (value) => {
    expect(() => unsignedLeb128(value)).toThrow(InternalError)
  })
})

it('a name is its UTF-8 with the length in front', () => {
  expect(nameBytes('é')).toEqual([2, 0xc3, 0xa9])
})

it('a writer keeps its bytes while it grows', () => {
  const writer = new ByteWriter()
  const bytes = Array.from({ length: 5000 }, (_, i) => i % 251)
  for (const byte of bytes.slice(0, 3000)) writer.byte(byte)
  writer.append(bytes.slice(3000))
  expect([...writer.written]).toEqual(bytes)
})
