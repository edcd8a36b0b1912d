/** Whether outlines of objects are masks of pictures. */
import { ignoredPixel } from './annotated-set.ts'

/**
 * Whether a set has masks.
 * @param wanted as `AnnotatedFolderOptions` has it
 * @param outlined of each object that counts, whether it has an outline
 */
export function areMasks(
  wanted: boolean | undefined,
  outlined: readonly boolean[],
  classes: readonly string[],
): boolean {
  if (wanted === false || classes.length >= ignoredPixel || outlined.length === 0) return false
  return wanted === true ? outlined.includes(true) : !outlined.includes(false)
}

/** What is to be said where some objects have outlines, and so there are no masks. */
export function missingOutlines(
  wanted: boolean | undefined,
  without: readonly { readonly where: string }[],
  all: number,
): string[] {
  if (wanted !== undefined || without.length === 0 || without.length === all) return []
  return [
    `${without.length} of its ${all} objects have no outline, such as ${without[0].where}; it is read without masks`,
  ]
}
