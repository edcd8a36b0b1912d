/** What of a set of files is not as it was meant: left out, corrected, or to be understood in more than one way. */
import type { Box } from '../../vision/boxes.ts'
import type { SkippedImage } from '../image-folder.ts'

/** An object that was left out: its picture stays, or the set does not have it. */
export interface SkippedObject extends SkippedImage {
  readonly object: true
  /** As the annotations have it, where they have one. */
  readonly box?: Box
}

/** Something that was taken otherwise than it stands. */
export interface Correction {
  readonly file: string
  /** What was done, in the same words for all of a kind, such as 'boxes clipped to their pictures'. */
  readonly what: string
  /** What it was, where, and what is taken for it. */
  readonly reason: string
}

/** All that there is to say of how a set was read. */
export interface Findings {
  /** What was left out: pictures and objects. */
  readonly skipped: readonly (SkippedImage | SkippedObject)[]
  /** What was taken otherwise than it stands. */
  readonly corrected: readonly Correction[]
  /** How the files were understood where they could have been meant otherwise, a sentence each; nothing is wrong with them. */
  readonly remarks: readonly string[]
}

export const isSkippedObject = (entry: SkippedImage | SkippedObject): entry is SkippedObject => 'object' in entry
