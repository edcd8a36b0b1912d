import type { TypedArray } from '../core/dtype.ts'
import type { NDArray } from '../core/ndarray.ts'
import type { Graph } from '../graph/graph.ts'
import type { Variable } from '../graph/tensor.ts'
import type { Profile, ProfileOptions } from './profile.ts'

/** Values for a program's inputs, by name: row-major, one number for a scalar. */
export type Feed<Inputs extends string = string> = Readonly<Record<Inputs, TypedArray | readonly number[] | number>>

/** What `run` takes: values for all inputs, or nothing for a program without any. Where names are only known at run time, so is what is missing. */
export type FeedArguments<Inputs extends string> = string extends Inputs
  ? [feed?: Feed]
  : [Inputs] extends [never]
    ? [feed?: Readonly<Record<string, never>>]
    : [feed: Feed<Inputs>]

/**
 * A graph made ready to run any number of times. The names of its inputs and outputs are part of its type, so that a wrong one is an error of
 * the compiler.
 */
export interface Program<Inputs extends string = string, Outputs extends string = string> {
  /** Bytes of memory that it takes while it runs, known before the first run; the variables', which programs share, are not among them. */
  readonly bytes: number
  /**
   * Computes the outputs and then updates the variables. Runs of one backend follow each other, never overlap.
   * The results are copies that stay as they are.
   * @throws ArgumentError for inputs that are missing, unknown or of a wrong size; BackendError when the backend was closed or one of its threads fails.
   */
  run(...feed: FeedArguments<Inputs>): Promise<Record<Outputs, NDArray>>
  /** As `run`, with each output copied into memory that is given instead of new memory. @throws ArgumentError also for memory of another size or type than an output's. */
  runInto(feed: Feed<Inputs>, into: Readonly<Record<Outputs, TypedArray>>): Promise<void>
  /**
   * As `run`, to the same bits, and tells where the time goes. It computes the run several times over, with the variables set back in between, by
   * code of its own that looks at the clock at each call of a kernel: some 40 to 100 ns each. `run` itself is no slower for it.
   * @throws ArgumentError as `run`, and for repeats that are not a whole number of at least 1; MemoryError when there is no room for the times.
   */
  profile(
    feed?: Feed<Inputs>,
    options?: ProfileOptions,
  ): Promise<{ readonly outputs: Record<Outputs, NDArray>; readonly profile: Profile }>
  /** Gives back the program's memory. Variables stay with the backend. */
  dispose(): void
  /** Where the backend's memory can be seen by other threads (`Backend.expose`). */
  readonly progress?: Progress | undefined
}

/** How far the present run of a program is, for another thread that takes up variables while the program still computes others. */
export interface Progress {
  /** A number in memory that threads share: it grows while the program runs, and has to be set to 0 before. */
  readonly word: Int32Array
  /** How large it is when a variable has its next value. */
  finalAt(variable: Variable): number
}

/** Variables as other threads see them. */
export interface Exposed {
  /** Their values where the backend keeps them. */
  readonly values: Float32Array
  /** Says that another thread has changed them. */
  changed(): void
}

/** What runs graphs, and keeps the variables that its programs share. */
export interface Backend {
  readonly name: string
  /** What the last bits of results depend on, such as `vectors of 128 bits, fused multiply-add`; never on the threads. */
  readonly arithmetic: string
  /** How many threads compute. */
  readonly threads: number
  /**
   * @throws MemoryError when the program would not fit, before anything runs; BackendError when the backend is closed meanwhile, or one of its threads has failed.
   */
  compile<Inputs extends string, Outputs extends string>(
    graph: Graph<Inputs, Outputs>,
  ): Promise<Program<Inputs, Outputs>>
  /** A variable's present values, row-major, as a copy: in memory that is given, as many numbers as the variable has, or in new memory. */
  read(variable: Variable, into?: Float32Array): Promise<Float32Array>
  /** Sets a variable's values, row-major. */
  write(variable: Variable, values: ArrayLike<number>): Promise<void>
  /** Gives back the memory of variables that no program uses any more. */
  release(variables: Iterable<Variable>): void
  /**
   * Makes room for new variables in one piece of memory that other threads see.
   * @param places where each begins: multiples of 16, in ascending order, with 16 numbers or more that are nobody's behind each
   * @param length numbers of the piece
   * Undefined where the backend has no such memory.
   * @throws MemoryError where there is no room.
   */
  readonly expose?: ((places: ReadonlyMap<Variable, number>, length: number) => Exposed) | undefined
  /** Ends its threads. What is under way is rejected by a BackendError. */
  close(): Promise<void>
}
