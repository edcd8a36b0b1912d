/** One process at a time writes a file or a folder, in Node. */
import { DataError } from '../core/errors.ts'

const system = () => process.getBuiltinModule('node:fs')
const files = () => process.getBuiltinModule('node:fs/promises')

/** Locks that this process holds, by their whole paths. */
const ours = new Set<string>()

const wholePath = (lock: string): string => process.getBuiltinModule('node:path').resolve(lock)

/**
 * A process's state, and when it began, as Linux counts it: a number that was given to another process since is told by that. Elsewhere nothing, nor of a process that is
 * hidden.
 */
function lookUp(process_: number): { readonly state?: string; readonly begin: string } {
  try {
    const text = system().readFileSync(`/proc/${process_}/stat`, 'utf8')
    // The second field is a name, which may have blanks and brackets.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0], begin: fields[19] }
  } catch {
    return { begin: '' }
  }
}

function isAlive(process_: number, begin: string): boolean {
  try {
    process.kill(process_, 0)
  } catch (error) {
    // A process of another user may not be signalled, but is there.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const { state, begin: now } = lookUp(process_)
  // One that has ended keeps its number until its parent asks how, which in a container may be never.
  if (state === 'Z') return false
  return begin === '' || now === '' || begin === now
}

/** The process that a lock's text names, where it still is. */
function holderIn(text: string): number | undefined {
  const [holder, begin = ''] = text.split(' ')
  return Number(holder) > 0 && isAlive(Number(holder), begin) ? Number(holder) : undefined
}

/** Makes the lock with its text in it, at once where the disk has second names for files. @throws with EEXIST where it is there. */
async function make(lock: string, text: string): Promise<void> {
  const { link, rm, writeFile } = files()
  const aside = `${lock}.${process.pid}`
  await writeFile(aside, text)
  try {
    await link(aside, lock)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
    await writeFile(lock, text, { flag: 'wx' })
  } finally {
    await rm(aside, { force: true })
  }
}

/** Takes away a lock that nobody holds any more, and none that another process made in between. */
async function takeAway(lock: string, stale: string): Promise<void> {
  const { readFile, rename, rm, writeFile } = files()
  const aside = `${lock}.${process.pid}`
  try {
    await rename(lock, aside)
    const text = await readFile(aside, 'utf8')
    await rm(aside)
    // Whoever has made one since keeps it.
    if (text !== stale) await writeFile(lock, text, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/**
 * Takes `${path}.lock`, with the number of this process in it; one that a process has left which is gone is taken over. Gives what releases it.
 * @param held what is thrown while another process of this machine holds it
 */
export async function takeLock(
  path: string,
  held: (holder: number, lock: string) => Error,
): Promise<() => Promise<void>> {
  const { readFile, rm } = files()
  const lock = `${path}.lock`
  for (;;) {
    try {
      await make(lock, `${process.pid} ${lookUp(process.pid).begin}`)
      ours.add(wholePath(lock))
      return () => {
        ours.delete(wholePath(lock))
        return rm(lock, { force: true })
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const text = await readFile(lock, 'utf8').catch(() => '')
    const holder = holderIn(text)
    if (holder !== undefined) throw held(holder, lock)
    await takeAway(lock, text)
  }
}

/** The process that holds `${path}.lock`; undefined where none does that still is. */
export function lockHolder(path: string): number | undefined {
  let text: string
  try {
    text = system().readFileSync(`${path}.lock`, 'utf8')
  } catch {
    return undefined
  }
  return holderIn(text)
}

/** Holds `${path}.lock` while `work` goes on. @throws as `takeLock`. */
export async function withLock<T>(
  path: string,
  held: (holder: number, lock: string) => Error,
  work: () => Promise<T>,
): Promise<T> {
  const release = await takeLock(path, held)
  try {
    return await work()
  } finally {
    await release()
  }
}

/**
 * Keeps other processes from training in a run folder. Gives what releases it; in a process that does so already, that is left to whoever was first.
 * @throws DataError while another process trains there.
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const path = `${folder}/train`
  if (ours.has(wholePath(`${path}.lock`))) return async () => {}
  return takeLock(
    path,
    (holder, lock) =>
      new DataError(
        `process ${holder} is training in ${folder}; wait for it, stop it, or delete ${lock} if there is no such process`,
      ),
  )
}
