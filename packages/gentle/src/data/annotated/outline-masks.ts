/** Whether outlines of objects are masks of pictures. */
import { ignoredPixel } from './annotated-set.ts'

export interface OutlinedObject {
  /** Where it stands, as messages call it. */
  readonly where: string
  readonly outlined: boolean
}

/**
 * Whether a set has masks, and what is to be said of it where it could seem to have some.
 * @param wanted as `AnnotatedFolderOptions` has it
 * @param objects those that count
 * @param classes how many
 */
export function outlineMasks(
  wanted: boolean | undefined,
  objects: readonly OutlinedObject[],
  classes: number,
): { readonly hasMasks: boolean; readonly remarks: readonly string[] } {
  const without = objects.filter(({ outlined }) => !outlined)
  const none = (...remarks: string[]) => ({ hasMasks: false, remarks })
  if (wanted === false) return none()
  if (without.length === objects.length)
    return wanted ? none(`none of its ${objects.length} objects that count has an outline`) : none()
  if (classes >= ignoredPixel)
    return none(`it has ${classes} classes, but masks can hold only ${ignoredPixel - 1}; it is read without masks`)
  if (wanted || without.length === 0) return { hasMasks: true, remarks: [] }
  return none(
    `${without.length} of its ${objects.length} objects have no outline, such as ${without[0].where}; it is read without masks`,
  )
}
