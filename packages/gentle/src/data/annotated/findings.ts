/** Findings about a set of files: what was left out, corrected, or ambiguous. */
import type { Box } from '../../vision/boxes.ts'
import type { SkippedImage } from '../image-folder.ts'

/** An object that was left out: its picture stays, or the set does not have it. */
export interface SkippedObject extends SkippedImage {
  readonly object: true
  /** As the annotations have it, where they have one. */
  readonly box?: Box
}

/** Something that was read differently from how it is written. */
export interface Correction {
  readonly file: string
  /** What was done, in the same words for all of a kind, such as 'boxes clipped to their pictures'. */
  readonly what: string
  /** What it was, where, and how it was read. */
  readonly reason: string
}

/** Findings about how a set was read. */
export interface Findings {
  /** What was left out: pictures and objects. */
  readonly skipped: readonly (SkippedImage | SkippedObject)[]
  /** What was read differently from how it is written. */
  readonly corrected: readonly Correction[]
  /** How ambiguous files were understood, one sentence each; nothing is wrong with them. */
  readonly remarks: readonly string[]
}
