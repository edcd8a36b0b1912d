/** What `gentle experiment features` finds. */

/** One training. */
export interface FeaturesRun {
  readonly examples: number
  readonly seed: number
  readonly test: { readonly loss: number; readonly accuracy: number }
  readonly seconds: number
}

export interface FeaturesResult {
  readonly features: string
  /** Numbers that are learned. */
  readonly parameters: number
  readonly runs: readonly FeaturesRun[]
}

/** The filters of one network, each [channels, filterSize, filterSize]. */
export type Filters = readonly (readonly number[])[]
