/** Bytes of a WebAssembly module: a growing buffer and the numbers' variable-length form, LEB128 (spec, 5.2.2). */
import { InternalError } from '../../../core/errors.ts'

/** An unsigned integer up to 2^32 - 1. */
export function unsignedLeb128(value: number): number[] {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
    throw new InternalError(`assembler: ${value} is not an unsigned 32-bit integer`)
  const bytes = []
  let rest = value >>> 0
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  bytes.push(rest)
  return bytes
}

/** A signed 32-bit integer. */
export function signedLeb128(value: number): number[] {
  const bytes = []
  let rest = value | 0
  while (rest < -0x40 || rest > 0x3f) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>= 7
  }
  bytes.push(rest & 0x7f)
  return bytes
}

/** A signed 64-bit integer. */
export function signedLeb128Of64(value: bigint): number[] {
  const bytes = []
  let rest = BigInt.asIntN(64, value)
  while (rest < -0x40n || rest > 0x3fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest & 0x7fn))
  return bytes
}

/** UTF-8 with its length in front. */
export function nameBytes(name: string): number[] {
  const bytes = new TextEncoder().encode(name)
  return [...unsignedLeb128(bytes.length), ...bytes]
}

/** A buffer that grows by doubling. */
export class ByteWriter {
  #bytes = new Uint8Array(1024)
  #length = 0

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1)
    this.#bytes[this.#length++] = value
  }

  append(values: ArrayLike<number>): void {
    if (this.#length + values.length > this.#bytes.length) this.#grow(values.length)
    this.#bytes.set(values, this.#length)
    this.#length += values.length
  }

  unsigned(value: number): void {
    if (value >= 0 && value < 0x80) this.byte(value)
    else this.append(unsignedLeb128(value))
  }

  /** What was written so far; a view, valid until the next write. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length)
  }

  #grow(extra: number): void {
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + extra))
    larger.set(this.written)
    this.#bytes = larger
  }
}
