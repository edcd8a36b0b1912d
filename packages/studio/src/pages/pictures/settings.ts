/** What a classifier of one's own pictures is set to, and how many pictures the page takes. */

/** Pixels of a side at which pictures are kept. */
export const keptSide = 96

export const sides = ['32', '64', '96'] as const

/** The most pictures, and the most classes. */
export const [maxPictures, maxClasses] = [2000, 20]

export const maxEpochs = 200

export interface Settings {
  /** Whether all is learned, or only what decides on features that a trained network finds. */
  readonly start: 'nothing' | 'trunk'
  /** Pixels of a side as the network sees pictures; a trunk has its own. */
  readonly side: number
  readonly epochs: number
  /** Share of each class that is not learned from, in percent. */
  readonly heldOut: number
  /** Whether pictures are moved, scaled and turned a little each time they are seen. */
  readonly augment: boolean
  readonly seed: number
}
