/** Which files are meant among those that somebody gives. */
import { GentleError } from 'gentle-dl'

/** A file that the page does not read. */
export class GivenFileError extends GentleError {}

/** Behind the run's folder, which may be all that was given. */
const weightsName = /((?:^|.*\/))weights\/(best|last)\.safetensors$/

/**
 * The file that is meant, or the two: files beside each other, and of run folders the best weights, the last where there are no best.
 * @throws GivenFileError for several files that are no run folder, and for more than two.
 */
export function meantFiles<Found extends { readonly path: string }>(files: readonly Found[]): readonly Found[] {
  const folderOf = ({ path }: Found): string => path.replace(weightsName, '$1')
  const runs = new Map<string, Found>()
  for (const file of files.filter(({ path }) => weightsName.test(path)).sort((a, b) => (a.path < b.path ? 1 : -1)))
    runs.set(folderOf(file), file)
  // What lies in a folder belongs to it.
  const alone = runs.has('') ? [] : files.filter(({ path }) => files.length === 1 || !path.includes('/'))
  const meant = files.filter((file) => alone.includes(file) || [...runs.values()].includes(file))
  if (meant.length >= 1 && meant.length <= 2) return meant
  throw new GivenFileError(
    runs.size === 0
      ? `${files.length} files without weights/best.safetensors; expected one or two files of weights or of models, or folders of runs`
      : `${runs.size} run folders${alone.length === 0 ? '' : ` and ${alone.length} files`}; expected one or two`,
  )
}
