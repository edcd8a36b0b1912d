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

/** Learning rates: of the whole network, and of what decides by features. */
export const [rate, headRate] = [0.004, 0.01]

export const weightDecay = 0.01

/** How many pictures of a set are held out. */
export const heldOutCount = (pictures: number, percent: number): number =>
  percent === 0 ? 0 : Math.max(1, Math.round((pictures * percent) / 100))

/** The file of a trunk that was trained in the page. */
export const ownTrunk = 'trunk.safetensors'

/** How many of the example's pictures have the label of another class. */
export const wrongLabels = 4
