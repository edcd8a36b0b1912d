/** Looking at many files, which several processes may do together. */
import { atOnce } from './at-once.ts'

/**
 * Divides work on a list among the processes that train together: each does its share, and all get what all came to, in the list's order. `dividedAmong` of `gentle-dl/distributed` makes one.
 * @param list the same in all processes, which is seen to
 * @param work on the elements at some places of the list; gives what JSON has, NaN and infinities too, one for each
 */
export type DividedWork = <T>(
  list: readonly string[],
  work: (places: readonly number[]) => Promise<readonly T[]>,
) => Promise<readonly T[]>

/** How much is known of a file without reading it. Processes that look at different files are to be told so. */
async function nameAndSize(file: string): Promise<string> {
  const { stat } = process.getBuiltinModule('node:fs/promises')
  const size = await stat(file).then(
    (found) => `${found.size} bytes`,
    () => 'cannot be read',
  )
  return `${file} (${size})`
}

/**
 * What looking at each file comes to, in order.
 * @param look at the file of this number; what it throws ends all
 * @param options `workers`: files that are looked at together; `divide`: how the work is divided among processes; one does it all unless given
 */
export async function ofEachFile<T>(
  files: readonly string[],
  look: (i: number) => Promise<T>,
  { workers, divide }: { readonly workers: number; readonly divide?: DividedWork | undefined },
): Promise<readonly T[]> {
  const lookAt = async (places: readonly number[]): Promise<readonly T[]> => {
    const found = new Array<T>(places.length)
    await atOnce(places.length, workers, async (k) => {
      found[k] = await look(places[k])
    })
    return found
  }
  if (divide === undefined) return lookAt(files.map((_, i) => i))
  const list = new Array<string>(files.length)
  await atOnce(files.length, workers, async (i) => {
    list[i] = await nameAndSize(files[i])
  })
  return divide(list, lookAt)
}
