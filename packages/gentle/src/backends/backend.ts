import type { TypedArray } from '../core/dtype.ts'
import type { NDArray } from '../core/ndarray.ts'
import type { Graph } from '../graph/graph.ts'
import type { Variable } from '../graph/tensor.ts'

/** Values for a program's inputs: row-major, one number for a scalar. */
export type Feed = Readonly<Record<string, TypedArray | readonly number[] | number>>

/** A graph made ready to run any number of times. */
export interface Program {
  /**
   * Computes the outputs and then updates the variables. Runs of one backend follow each other, never overlap.
   * The results are copies that stay as they are.
   * @throws ArgumentError for inputs that are missing, unknown or of a wrong size.
   */
  run(feed?: Feed): Promise<Record<string, NDArray>>
  /** Gives back the program's memory. Variables stay with the backend. */
  dispose(): void
}

/** What runs graphs, and keeps the variables that its programs share. */
export interface Backend {
  readonly name: string
  /** How many threads compute. */
  readonly threads: number
  /**
   * @throws MemoryError when the program would not fit, before anything runs.
   */
  compile(graph: Graph): Promise<Program>
  /** A variable's present values, row-major, as a copy. */
  read(variable: Variable): Promise<Float32Array>
  /** Sets a variable's values, row-major. */
  write(variable: Variable, values: ArrayLike<number>): Promise<void>
  /** Gives back the memory of variables that no program uses any more. */
  release(variables: Iterable<Variable>): void
  /** Ends its threads. */
  close(): Promise<void>
}
