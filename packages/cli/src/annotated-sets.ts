/** The sets of pictures with truth that can be named on the command line. */
import type { AnnotatedSplits, SkippedImage } from 'gentle-dl/data'
import { areScenes, openScenes } from './scenes.ts'
import { unknownChoice } from './usage.ts'

export interface AnnotatedOptions {
  readonly seed: number
  readonly validation?: number
  /** Sides of the pictures of files; scenes have sides of their own. */
  readonly size: number | readonly [height: number, width: number]
  /** Channels of the pictures of files: as they have them unless given. */
  readonly channels?: 1 | 3
  /** Refuses a set with a broken file. */
  readonly strict?: boolean
}

export const annotatedNames = ['scenes']

/** Whether a name is one of a set of pictures with truth. */
export const areAnnotated = (name: string): boolean => areScenes(name)

/** @throws UsageError for a name that no such set has. */
export async function openAnnotated(
  name: string,
  { seed }: AnnotatedOptions,
): Promise<AnnotatedSplits & { readonly skipped?: readonly SkippedImage[] }> {
  if (areScenes(name)) return openScenes(name, seed)
  throw unknownChoice('set of pictures with truth', name, annotatedNames)
}
