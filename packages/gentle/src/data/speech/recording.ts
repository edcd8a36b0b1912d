/** What somebody said, and where it is. */
export interface Recording {
  /** Path of the sound file. */
  readonly file: string
  /** As it is written. */
  readonly transcript: string
  /** A part of the file, in seconds; all of it unless given. */
  readonly offset?: number
  readonly duration?: number
  /** Where this is said, for messages: a file and a line. */
  readonly where: string
}
