import type { TypedArray } from '../core/dtype.ts'
import type { NDArray } from '../core/ndarray.ts'
import type { Graph } from '../graph/graph.ts'
import type { Variable } from '../graph/tensor.ts'
import type { Profile, ProfileOptions } from './profile.ts'

/** Values for a program's inputs: row-major, one number for a scalar. */
export type Feed = Readonly<Record<string, TypedArray | readonly number[] | number>>

/** A graph made ready to run any number of times. */
export interface Program {
  /** Bytes of memory that it takes while it runs, known before the first run; the variables', which programs share, are not among them. */
  readonly bytes: number
  /**
   * Computes the outputs and then updates the variables. Runs of one backend follow each other, never overlap.
   * The results are copies that stay as they are.
   * @throws ArgumentError for inputs that are missing, unknown or of a wrong size.
   */
  run(feed?: Feed): Promise<Record<string, NDArray>>
  /**
   * As `run`, to the same bits, and tells where the time goes. It computes the run several times over, with the variables set back in between, by
   * code of its own that looks at the clock at each call of a kernel: some 40 to 100 ns each. `run` itself is no slower for it.
   * @throws ArgumentError as `run`, and for repeats that are no whole number from 1; MemoryError when there is no room for the times.
   */
  profile(
    feed?: Feed,
    options?: ProfileOptions,
  ): Promise<{ readonly outputs: Record<string, NDArray>; readonly profile: Profile }>
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
