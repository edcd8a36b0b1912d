/** The processes that train together. Nothing here knows how their messages travel. */

/** What a rank gives to a sum of vectors over all micro-batches of a step. */
export interface Addends {
  /** How many micro-batches the step has: each rank computes its share of them (`shareOf`). */
  readonly leaves: number
  /** The sums of the rank's own subtrees (`subtreesOf` its share), in order, all of one length, in memory that threads share; they are used up. */
  readonly own: readonly Float32Array[]
  /** Whether the network may add in whatever order is fastest for it: then the last bits depend on the number of ranks. */
  readonly inAnyOrder: boolean
  /** Where the sum comes to stand, the same on all ranks, in memory that threads share. */
  readonly into: Float32Array
  /** What has to come first, where the rank is still computing them. */
  readonly after?: Computation
}

/** What another thread of a rank is computing, in memory that threads share. */
export interface Computation {
  /** Holds a number that grows while it goes on. */
  readonly progress: Int32Array
  /** How large it is when the vectors are there. */
  readonly until: number
  /** Holds 1 when all is computed, whatever the other number is; 0 before. */
  readonly done: Int32Array
  /** To be added then, in order: what makes the sums of subtrees complete. */
  readonly additions: readonly (readonly [to: Float32Array, added: Float32Array])[]
}

/** Seconds that a rank has spent in sums. */
export interface ExchangeSeconds {
  /** Until the others had come, when it had computed its own share. */
  readonly waiting: number
  /** Moving and adding numbers. */
  readonly moving: number
  /** Of these, while it was still computing. */
  readonly hidden: number
}

/**
 * One of the processes that train together, and what it says to the others. All of them call the same functions in the same order, and each waits for all. What is called while
 * an earlier call is under way comes after it.
 */
export interface Ranks {
  /** The number of this process, from 0. */
  readonly rank: number
  /** How many there are. */
  readonly size: number
  /**
   * Adds up vectors in the order of the tree, whatever the number of ranks, and tells messages on the way. Without a message, vectors of which the rank is still computing
   * some: then the next sum that has one says that it is done with computing.
   * @returns the messages of all, by rank; none where there is no message
   * @throws DistributedError where the ranks cannot hear each other any more.
   */
  sum(addends: Addends, message?: Uint8Array): Promise<readonly Uint8Array[]>
  /** Tells a message to all. @returns the messages of all, by rank @throws DistributedError as `sum`. */
  gather(message: Uint8Array): Promise<readonly Uint8Array[]>
  /** Seconds spent in `sum` so far. */
  readonly seconds: ExchangeSeconds
}

/** Ranks that stay joined until they are left. */
export interface JoinedRanks extends Ranks {
  /** Leaves the others, who do so too: none of them can be told anything after it. To be called by all before they end. */
  close(): Promise<void>
  /** Ends all ranks at once, and this process with an exit code: for one that cannot go on, which the others would wait for. */
  abort(code: number): Promise<never>
}
