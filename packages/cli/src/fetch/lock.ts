/** One process at a time writes a file. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { DownloadError } from './download-error.ts'

function isAlive(process_: number): boolean {
  try {
    process.kill(process_, 0)
    return true
  } catch (error) {
    // A process of another user may not be signalled, but is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Holds `${path}.lock`, with the number of this process in it, while `work` goes on. One that a process has left which is gone is taken over.
 * @throws DownloadError while another process holds it.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const holder = Number(await readFile(lock, 'utf8').catch(() => 0))
      if (holder > 0 && isAlive(holder))
        throw new DownloadError(
          `process ${holder} is downloading it; wait for it, or delete ${lock} if there is no such process`,
        )
      await rm(lock, { force: true })
    }
  }
  try {
    return await work()
  } finally {
    await rm(lock, { force: true })
  }
}
