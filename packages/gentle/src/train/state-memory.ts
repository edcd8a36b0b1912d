import { sharedFloats } from '../core/shared-floats.ts'

/**
 * Memory into which a training's state is taken again and again, one tensor behind the other: the state before is overwritten. Other threads can read it
 * where it is, and a system gives new memory far more slowly than it copies into memory that is there.
 */
export class StateMemory {
  #memory: Float32Array = new Float32Array(0)

  /** Begins anew, with room for tensors of these lengths. Gives what takes the room of one after the other. */
  begin(lengths: readonly number[]): (length: number) => Float32Array {
    const total = lengths.reduce((sum, length) => sum + length, 0)
    if (this.#memory.length !== total) this.#memory = sharedFloats(total)
    let taken = 0
    return (length) => {
      taken += length
      return this.#memory.subarray(taken - length, taken)
    }
  }
}
