/** Whether readers of files stand what anybody may hand them: each file is read, or refused in a line. */
import fc from 'fast-check'
import { expect } from 'vitest'
import { FormatError } from '../../src/core/errors.ts'
import { sizeOf } from '../../src/core/shape.ts'
import type { StoredTensor } from '../../src/formats/elements.ts'

export type Reader = (bytes: Uint8Array, name: string) => Iterable<StoredTensor>

/** A tensor's memory beyond the file: uint8 becomes int32, and a PyTorch file may use its storages four times. */
const growth = 16

/** Time beyond which a reader hangs, in ms: a thousand times what any of these files takes. */
const patience = 5000

/** Characters of a message: those of its words, and the most that are shown of a text in the file, 80, each of which may be escaped by six. */
const longest = 200 + 80 * 6

export function expectReadOrRefused(read: Reader, bytes: Uint8Array): void {
  const began = performance.now()
  try {
    const buffers = new Set<ArrayBufferLike>()
    for (const { shape, dtype, data } of read(bytes, 'f')) {
      expect(data).toHaveLength(sizeOf(shape))
      expect(data).toBeInstanceOf(dtype === 'int32' ? Int32Array : Float32Array)
      if (data.buffer !== bytes.buffer) buffers.add(data.buffer)
    }
    const copied = [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0)
    expect(copied).toBeLessThanOrEqual(growth * bytes.length)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    expect(error.message).toMatch(/^f: .+$/)
    expect(error.message.length).toBeLessThan(longest)
  }
  expect(performance.now() - began).toBeLessThan(patience)
}

/** The message with which a file is refused. */
export function refusal(read: Reader, bytes: Uint8Array): string {
  try {
    read(bytes, 'f')
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError)
    expect((error as Error).message).toMatch(/^f: .+$/)
    return (error as Error).message
  }
  throw new Error('the file was read')
}

/** Any bytes, good files with up to eight bytes changed or bits flipped, and their beginnings and ends. */
export function damaged(good: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const one = fc.constantFrom(...good)
  const changes = fc.array(fc.record({ place: fc.nat(), value: fc.nat(255), flips: fc.boolean() }), {
    minLength: 1,
    maxLength: 8,
  })
  const changed = fc.tuple(one, changes).map(([bytes, list]) => {
    const copy = bytes.slice()
    for (const { place, value, flips } of list) {
      const at = place % copy.length
      copy[at] = flips ? copy[at] ^ (1 << (value & 7)) : value
    }
    return copy
  })
  const part = fc.tuple(one, fc.nat(), fc.nat()).map(([bytes, a, b]) => {
    const [from, to] = [a % bytes.length, b % bytes.length]
    return from < to ? bytes.slice(from, to) : bytes.slice(0, to)
  })
  const anyBytes = fc.uint8Array({ maxLength: 200 })
  const begun = fc.tuple(one, fc.nat(100), anyBytes).map(([bytes, length, rest]) => {
    return Uint8Array.of(...bytes.subarray(0, length), ...rest)
  })
  return fc.oneof({ weight: 4, arbitrary: changed }, part, begun, anyBytes)
}
