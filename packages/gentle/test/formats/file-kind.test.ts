import { expect, it } from 'vitest'
import { fileKind } from '../../src/formats/file-kind.ts'

const bytesOf = (...parts: (readonly number[])[]): Uint8Array => Uint8Array.from(parts.flat())

it('takes a safetensors file for one, whatever the length of its header', () => {
  // 640 to 1,408 begin as pickles do, 35,615 as gzip does.
  for (let length = 8; length < 70_000; length++) {
    const head = new Uint8Array(1024).fill(0x20)
    new DataView(head.buffer).setBigUint64(0, BigInt(length), true)
    head[8] = 0x7b
    const kind = fileKind(head)
    if (kind !== 'safetensors') expect(`${length}: ${kind}`).toBe(`${length}: safetensors`)
  }
})

it('tells files that begin alike from it', () => {
  expect(fileKind(bytesOf([0x80, 2, 0x7d, 0x71, 0, 0x58, 3, 0, 0x7b]))).toBe('pickle')
  expect(fileKind(bytesOf([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3]))).toBe('gzip')
})
