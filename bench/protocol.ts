/**
 * How the runner and a contender, a child process, talk: one line each, over standard input and output.
 *
 *     contender   {"ready": {...}}             once, when it could begin
 *     runner      round 1000                   compute for about that many milliseconds, one step at least
 *     contender   {"steps": 3, ...}            and rest until the next line: another contender computes now
 *     runner      end of input                 the contender exits
 *
 * Lines that do not begin with `{` are a library's chatter and ignored. A contender that cannot take part exits with
 * an error; its message is the reason that the runner prints.
 */

/** What a contender is started with, as `--threads=2 --batch=64 --network=lenet5`. */
export interface Settings {
  /** How many threads may compute. */
  readonly threads: number
  /** Images a step, or rows of a matrix; 0 where the work has neither. */
  readonly batch: number
  /** Name of the network; '' where the work has none. */
  readonly network: string
  /** Side of the images, in pixels, where the network is any of torchvision's. */
  readonly size?: number
}

/** What a contender says about itself. */
export interface Ready {
  /** Version of the library, as it gives it. */
  readonly version: string
  /** Threads that it really uses. */
  readonly threads: number
  /** How many numbers it trains: the runner refuses those that train another network. */
  readonly parameters?: number
  /** Its first step's loss, where all begin with the same weights: the runner refuses those that compute another. */
  readonly loss?: number
  /** How long it took to make a program out of the network. */
  readonly compileMilliseconds?: number
  /** How long it took from the network to the first step's result. */
  readonly firstStepMilliseconds?: number
  /** What a reader must know about how it differs from the others. */
  readonly note?: string
}

/** What a contender did in one round. */
export interface Round {
  readonly steps: number
  readonly seconds: number
  /** Of one step: the median. Contenders in Python do not tell it. */
  readonly stepSeconds?: number
  /** The work of all steps: images, or floating-point operations, or bytes. */
  readonly work: number
  /** The most memory that the process has had resident since it began. */
  readonly peakBytes: number
  /** Parts of the work that are told apart. */
  readonly parts?: readonly Part[]
}

/** One op of a round, timed alone, beside the most that the core could have done just then. */
export interface Part {
  /** What it works on, as `conv 3 x 3, 16 to 32, 16 x 16`. */
  readonly layer: string
  readonly direction: 'forward' | 'input gradient' | 'weight gradient'
  readonly seconds: number
  readonly gigaflops: number
  readonly peakGigaflops: number
}
