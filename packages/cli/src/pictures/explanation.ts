/** What `gentle explain` finds. */
import type { Image } from 'gentle-dl/vision'
import type { FirstFilters } from './first-filters.ts'

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
