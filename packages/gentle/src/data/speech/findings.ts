/** What of a set of recordings was left out. */

/** Why a recording was left out: nobody speaks, its file is missing or cannot be read, ... */
export type SkippedKind =
  | 'no speech'
  | 'no transcript'
  | 'missing'
  | 'broken'
  | 'too short'
  | 'too long'
  | 'unknown symbols'
  | 'listed twice'

/** A recording that was left out. */
export interface SkippedRecording {
  /** The sound file, or the line of the transcripts. */
  readonly file: string
  readonly kind: SkippedKind
  /** What is wrong, where, and what was expected. */
  readonly reason: string
}
