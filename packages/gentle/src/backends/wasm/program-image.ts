/** What is needed to run a program again without compiling its graph: its code, and where in memory it finds what. */
import type { DType } from '../../core/dtype.ts'
import type { Shape } from '../../core/shape.ts'
import type { Constant, Variable } from '../../graph/tensor.ts'

/** What a program needs memory for. */
export interface Needs {
  readonly variables: readonly Variable[]
  readonly constants: readonly Constant[]
  readonly arenaBytes: number
  /** Of one thread. */
  readonly scratchBytes: number
}

/** Where values go in or come out, row-major. */
export interface Port {
  readonly name: string
  readonly shape: Shape
  readonly dtype: DType
  readonly elements: number
  readonly address: number
}

export interface ProgramImage extends Needs {
  readonly code: Uint8Array<ArrayBuffer>
  /** Of the program's memory, its variables and its constants: the code has them written in it. */
  readonly addresses: readonly number[]
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** In memory that other threads see, after how many phases each of the variables has its next value; 0 for those that the program leaves as they are. */
  readonly finalAfter?: readonly number[] | undefined
}
