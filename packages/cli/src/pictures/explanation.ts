/** What `gentle explain` finds. */
import type { Image } from 'gentle-dl/vision'

/** Kernels of the first convolution, or rows of a first dense layer that are as large as the picture. */
export interface FirstFilters {
  readonly name: string
  /** Each a picture of 1 or 3 channels, of numbers of both signs. */
  readonly filters: readonly Image[]
}

/** Everything that the picture shows. */
export interface Explanation {
  readonly title: string
  /** As the network sees it, before it is standardised. */
  readonly picture: Image
  readonly predictions: readonly { readonly label: string; readonly probability: number }[]
  /** The class that is explained. */
  readonly label: string
  readonly cam?: Image
  readonly occluded: Image
  readonly first?: FirstFilters
  readonly layers: readonly { readonly layer: string; readonly type: string; readonly maps: Image }[]
}
