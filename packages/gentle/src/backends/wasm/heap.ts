/** Gives out memory of the backend: to variables, constants and programs. */

import { align } from '../../compile/arena.ts'
import { MemoryError } from '../../core/errors.ts'

const pageBytes = 65536
const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`

export class Heap {
  readonly memory: WebAssembly.Memory
  readonly #limit: number
  #top: number
  /** Freed stretches, by address. */
  #free: { address: number; bytes: number }[] = []

  /** `reserved` bytes at the start are not given out; at most `maximumPages` pages of 64 KiB are used. */
  constructor(memory: WebAssembly.Memory, reserved: number, maximumPages: number) {
    this.memory = memory
    this.#top = align(reserved)
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
    if (address + size > this.#limit)
      throw new MemoryError(
        `${what} needs ${mebibytes(size)}, but only ${mebibytes(this.#limit - address)} of WebAssembly's ${mebibytes(this.#limit)} are free; use a smaller batch, input or model`,
      )
    const missing = Math.ceil((address + size - this.memory.buffer.byteLength) / pageBytes)
    if (missing > 0) this.#grow(missing, what, size)
    this.#top = address + size
    return address
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
