/** What of a training the page shows. */
export interface Progress {
  /** Whole epochs. */
  readonly epochs: number
  /** Share of the features that are computed, on a trunk, before the first epoch; 1 after that. */
  readonly features: number
  /** Of each epoch: mean loss while it learned, and on what was held out. */
  readonly losses: readonly number[]
  readonly heldOutLosses: readonly number[]
  /** Shares that are right. */
  readonly accuracies: readonly number[]
  readonly heldOutAccuracies: readonly number[]
  /** Of features, steps and validation. */
  readonly seconds: number
}

export const noProgress: Progress = {
  epochs: 0,
  features: 0,
  losses: [],
  heldOutLosses: [],
  accuracies: [],
  heldOutAccuracies: [],
  seconds: 0,
}
