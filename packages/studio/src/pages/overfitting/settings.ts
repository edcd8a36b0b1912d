/** What is set on the page, and the remedies. */

export const remedyNames = ['none', 'dropout', 'decay', 'data', 'augmentation'] as const

export type RemedyName = (typeof remedyNames)[number]

export const remedyTitles: Readonly<Record<RemedyName, string>> = {
  none: 'No remedy',
  dropout: 'Dropout',
  decay: 'Weight decay',
  data: 'More data',
  augmentation: 'Augmentation',
}

export interface Settings {
  /** Digits that all learn from, but the one with more data. */
  readonly examples: number
  readonly seed: number
  /** Rate of dropout before the last two layers. */
  readonly dropout: number
  /** λ of AdamW. */
  readonly decay: number
  /** How often as much data "more data" is. */
  readonly times: number
  /** Of the augmentation: 1 is that of the policy 'digits'. */
  readonly strength: number
}

/** What one training depends on. */
export interface RunSettings {
  readonly examples: number
  readonly seed: number
  readonly dropout: number
  readonly decay: number
  /** 0: none. */
  readonly strength: number
}

export function runSettings(remedy: RemedyName, settings: Settings): RunSettings {
  const { examples, seed, dropout, decay, times, strength } = settings
  return {
    examples: remedy === 'data' ? times * examples : examples,
    seed,
    dropout: remedy === 'dropout' ? dropout : 0,
    decay: remedy === 'decay' ? decay : 0,
    strength: remedy === 'augmentation' ? strength : 0,
  }
}

export const batchSize = 50

/** Falls to 0 along half a cosine by the last step. */
export const learningRate = 0.002

/** After each round of steps a training is measured. */
export const [stepsPerRound, maxRounds] = [20, 50]

/** Validation digits, and training digits at most, that a measurement takes. */
export const measured = 1000

/** A training as it stands after a round. */
export interface Moment {
  /** On the digits that it learns from, as they are, and without dropout. */
  readonly train: number
  readonly validation: number
  /** Share of the validation digits that are right. */
  readonly accuracy: number
}

/** Before the first round and after each. */
export type Moments = Readonly<Record<RemedyName, readonly Moment[]>>

export const noMoments: Moments = { none: [], dropout: [], decay: [], data: [], augmentation: [] }
