export interface Thresholds {
  /** The least score of a box that counts. */
  readonly score: number
  /** Boxes of one class that overlap more are taken for the same object. */
  readonly suppression: number
  /** The least overlap with an object of a box that is right. */
  readonly iou: number
}

/** Scenes for judging, and the seeds of those like the ones that were learned from, and of crowded ones. */
export const [judgedScenes, judgedSeed, crowdedSeed] = [200, 2, 3]

/** The most shapes in a scene. */
export const maxObjects = 12

/** Sides of the squares that shapes are drawn in, in pixels. */
export const [smallest, largest] = [10, 40]
