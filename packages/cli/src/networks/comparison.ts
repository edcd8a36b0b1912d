/** What `gentle compare` finds. */

import type { Growth } from 'gentle-dl/models'
import type { Published } from '../models/networks.ts'

/** What is known of a network, each figure as its source gives it or as it is counted or measured here. */
export interface Compared extends Published {
  readonly name: string
  readonly inputShape: readonly number[]
  readonly classes: number
  readonly parameters: number
  readonly macs: number
  readonly flops: number
  /** Bytes of the parameters, and the most of activations at once in inference of one example. */
  readonly parameterBytes: number
  readonly inferenceBytes: number
  /** Seconds of inference for one example; undefined where it was not measured. */
  readonly seconds?: number
}

export interface Comparison {
  readonly networks: readonly Compared[]
  readonly growth: readonly Growth[]
  /** Where counted and measured figures come from. */
  readonly sources: { readonly counted: string; readonly measured?: string }
}
