/** What `gentle experiment shift` finds. */

/** How far digits move, in pixels. */
export const distances = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const

/** Test accuracy at each distance. */
export interface ShiftRun {
  readonly seed: number
  readonly left: readonly number[]
  /** Mean over the four directions. */
  readonly everywhere: readonly number[]
  readonly seconds: number
}

export interface ShiftResult {
  readonly network: string
  readonly parameters: number
  readonly runs: readonly ShiftRun[]
}
