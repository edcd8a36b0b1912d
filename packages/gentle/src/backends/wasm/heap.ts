/** Gives out memory of the backend: to variables, constants and programs. */

import { align } from '../../compile/arena.ts'
import { MemoryError } from '../../core/errors.ts'

const pageBytes = 65536
const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`

export class Heap {
  readonly memory: WebAssembly.Memory
  readonly #limit: number
  #top: number
  #untouched: number
  /** Freed stretches, by address. */
  #free: { address: number; bytes: number }[] = []

  /** `reserved` bytes at the start are not given out; at most `maximumPages` pages of 64 KiB are used. */
  constructor(memory: WebAssembly.Memory, reserved: number, maximumPages: number) {
    this.memory = memory
    this.#top = align(reserved)
    this.#untouched = this.#top
    this.#limit = maximumPages * pageBytes
  }

  /**
   * Address of a free stretch of this many bytes.
   * @throws MemoryError saying what was asked for and what there is.
   */
  allocate(bytes: number, what: string): number {
    const size = align(Math.max(bytes, 1))
    const hole = this.#free.find((stretch) => stretch.bytes >= size)
    if (hole !== undefined) {
      const { address } = hole
      hole.address += size
      hole.bytes -= size
      this.#free = this.#free.filter((stretch) => stretch.bytes > 0)
      return address
    }
    const address = this.#top
    if (address + size > this.#limit) throw this.#refusal(size, this.#limit - address, what)
    const missing = Math.ceil((address + size - this.memory.buffer.byteLength) / pageBytes)
    if (missing > 0) this.#grow(missing, what, size)
    this.#top = address + size
    this.#untouched = Math.max(this.#untouched, this.#top)
    return address
  }

  /** Where memory begins that was never given out, and so holds zeros. */
  get untouched(): number {
    return this.#untouched
  }

  /**
   * Checks that stretches of these sizes fit in what is free, before any is taken.
   * @throws MemoryError saying what they need together and what there is.
   */
  require(sizes: readonly number[], what: string): void {
    const needed = sizes.reduce((total, bytes) => total + align(Math.max(bytes, 1)), 0)
    const free = this.#free.reduce((total, { bytes }) => total + bytes, this.#limit - this.#top)
    if (needed > free) throw this.#refusal(needed, free, what)
  }

  /** What is free, as text: where the same is asked for in the same order, the same addresses are given out. */
  get layout(): string {
    return JSON.stringify([this.#top, this.#free])
  }

  free(address: number, bytes: number): void {
    this.#free.push({ address, bytes: align(Math.max(bytes, 1)) })
    this.#free.sort((a, b) => a.address - b.address)
    this.#free = this.#free.reduce<{ address: number; bytes: number }[]>((merged, stretch) => {
      const last = merged.at(-1)
      if (last !== undefined && last.address + last.bytes === stretch.address) last.bytes += stretch.bytes
      else merged.push(stretch)
      return merged
    }, [])
    const last = this.#free.at(-1)
    if (last !== undefined && last.address + last.bytes === this.#top) {
      this.#top = last.address
      this.#free.pop()
    }
  }

  #refusal(needed: number, free: number, what: string): MemoryError {
    return new MemoryError(
      `${what} needs ${mebibytes(needed)}, but only ${mebibytes(free)} of WebAssembly's ${mebibytes(this.#limit)} are free; use a smaller batch, input or model`,
    )
  }

  #grow(pages: number, what: string, size: number): void {
    try {
      this.memory.grow(pages)
    } catch (cause) {
      throw new MemoryError(
        `${what} needs ${mebibytes(size)}, which this machine does not give; use a smaller batch, input or model`,
        { cause },
      )
    }
  }
}
