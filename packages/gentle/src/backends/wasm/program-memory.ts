/** Memory in which programs compute: each has its own as long as there is room; then those that come share what others have, for they run one after the other. */
import { MemoryError } from '../../core/errors.ts'
import type { Heap } from './heap.ts'

/** A stretch of memory in which one program computes, or several by turns. */
export interface ProgramMemory {
  readonly address: number
  readonly bytes: number
  /** Programs that have it. */
  users: number
  /** Which of them computed last: what the others prepared there is gone. */
  last: object | undefined
}

export class ProgramMemories {
  readonly #heap: Heap
  readonly #memories = new Set<ProgramMemory>()

  constructor(heap: Heap) {
    this.#heap = heap
  }

  /**
   * Checks that there is memory for a program that needs this many bytes, of its own or another's, beside others of these sizes, before any is taken.
   * @throws MemoryError saying what all needs together.
   */
  require(bytes: number, others: readonly number[], what: string): void {
    try {
      this.#heap.require([bytes, ...others], what)
    } catch (error) {
      if (this.#smallest(bytes) === undefined) throw error
      this.#heap.require(others, what)
    }
  }

  /**
   * Memory for a program that needs this many bytes: of its own where there is room, else the smallest that is large enough of what other programs have.
   * @throws MemoryError where neither is there.
   */
  take(bytes: number, what: string): ProgramMemory {
    try {
      const made: ProgramMemory = { address: this.#heap.allocate(bytes, what), bytes, users: 1, last: undefined }
      this.#memories.add(made)
      return made
    } catch (error) {
      const shared = this.#smallest(bytes)
      if (!(error instanceof MemoryError) || shared === undefined) throw error
      shared.users++
      return shared
    }
  }

  #smallest(bytes: number): ProgramMemory | undefined {
    const [smallest] = [...this.#memories].filter((each) => each.bytes >= bytes).sort((a, b) => a.bytes - b.bytes)
    return smallest
  }

  /** Says that a program does not need it any more. */
  giveBack(memory: ProgramMemory): void {
    memory.users--
    if (memory.users > 0) return
    this.#memories.delete(memory)
    this.#heap.free(memory.address, memory.bytes)
  }
}
