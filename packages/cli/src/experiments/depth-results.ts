/** What `gentle experiment depth` finds. */

/** One training. */
export interface DepthRun {
  readonly seed: number
  /** Mean training loss of each epoch. */
  readonly trainLoss: readonly number[]
  readonly test: { readonly loss: number; readonly accuracy: number }
  readonly seconds: number
}

export interface DepthResult {
  readonly network: string
  readonly layers: number
  readonly residual: boolean
  readonly parameters: number
  readonly runs: readonly DepthRun[]
}
