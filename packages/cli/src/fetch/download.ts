/** Downloads a file: goes on where it stopped, also in an earlier run, checks it, and puts it in its place whole or not at all. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { withLock } from 'gentle-dl'
import { makeFolders } from 'gentle-dl/cache'
import { bytes as bytesText } from '../terminal/terminal.ts'
import { fileNameOf, type PublishedFile } from './catalogue.ts'
import { DownloadError, Interruption, storageError } from './download-error.ts'
import { type Arrived, type TransferOptions, transfer } from './transfer.ts'

export interface DownloadOptions extends TransferOptions {
  /** Base address below which the file is looked for by its name, instead of where it is published: a mirror in a lab without internet. */
  readonly mirror?: string
  /** Milliseconds before the first attempt to go on, twice as long before each next; 1000 unless given. */
  readonly patience?: number
}

/** Attempts to go on in turn without a byte that arrives. */
const attempts = 5

/** Where a file is fetched from. */
export const addressOf = (file: PublishedFile, mirror: string | undefined): string =>
  mirror === undefined ? file.address : `${mirror.replace(/\/+$/, '')}/${fileNameOf(file)}`

async function hashOf(path: string): Promise<Hash> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk)
  return hash
}

/** The SHA-256 of a file, in hexadecimal. */
export const sha256Of = async (path: string): Promise<string> => (await hashOf(path)).digest('hex')

/** How a file was checked, in words. */
export const checkText = ({ sha256 }: PublishedFile): string =>
  sha256.length === 64
    ? 'SHA-256 verified'
    : `the first ${sha256.length} digits of SHA-256, all that are published, verified`

/**
 * Downloads a file to a path; what has arrived is in `${path}.part` until all has, and its digest is right. Cut connections are taken up where they
 * were cut, by Range requests, where the server knows these.
 * @throws DownloadError that says why it failed; what has arrived then is kept for the next time, unless it is known to be wrong.
 */
export async function download(file: PublishedFile, path: string, options: DownloadOptions = {}): Promise<void> {
  const folder = dirname(path)
  const part = `${path}.part`
  try {
    makeFolders(folder)
    await withLock(path, isDownloading, async () => {
      const begun = (await stat(part).catch(() => undefined))?.size ?? 0
      // What an earlier run has begun may be of another file.
      const isRight = (await fetched(part, file, options)) || (begun > 0 && (await fetched(part, file, options)))
      if (!isRight) throw new DownloadError(`the download is not the published file: its SHA-256 is not ${file.sha256}`)
      await rename(part, path)
    })
  } catch (error) {
    throw storageError(error, folder)
  }
}

const isDownloading = (holder: number, lock: string): DownloadError =>
  new DownloadError(`process ${holder} is downloading it; wait for it, or delete ${lock} if there is no such process`)

/** Fetches what is missing of a file. Gives whether its digest is right then; where it is not, nothing is left of it. */
async function fetched(part: string, file: PublishedFile, options: DownloadOptions): Promise<boolean> {
  const handle = await open(part, 'a')
  try {
    const { size } = await handle.stat()
    const arrived: Arrived = { handle, hash: size > 0 ? await hashOf(part) : createHash('sha256'), bytes: size }
    if (arrived.bytes !== file.bytes) await persist(part, arrived, file, options)
    if (arrived.hash.digest('hex').startsWith(file.sha256)) return true
  } finally {
    await handle.close()
  }
  await rm(part)
  return false
}

/** Fetches until all is there, however often the connection is cut, as long as something arrives. */
async function persist(part: string, arrived: Arrived, file: PublishedFile, options: DownloadOptions): Promise<void> {
  const { mirror, patience = 1000, signal } = options
  const url = addressOf(file, mirror)
  const restart = async (): Promise<void> => {
    await arrived.handle.truncate(0)
    Object.assign(arrived, { hash: createHash('sha256'), bytes: 0 })
  }
  const check = async (total: number | undefined): Promise<void> => {
    if (total !== undefined && file.bytes !== undefined && total !== file.bytes)
      throw new DownloadError(
        `the file on the server is not the published file: it has ${total} bytes, not ${file.bytes}`,
      )
    const needed = (total ?? 0) - arrived.bytes
    const { bavail, bsize } = await statfs(dirname(part))
    if (needed > bavail * bsize)
      throw new DownloadError(
        `${bytesText(needed)} are needed in ${dirname(part)}, and ${bytesText(bavail * bsize)} are free; free some, or name another folder as GENTLE_CACHE`,
      )
  }
  let received = false
  for (let failed = 0; ; ) {
    const before = arrived.bytes
    try {
      return await transfer(url, arrived, restart, check, options)
    } catch (error) {
      if (!(error instanceof Interruption)) throw error
      const more = arrived.bytes > before
      received ||= more
      failed = more ? 1 : failed + 1
      if (failed >= attempts || (error.isOffline && !received)) throw error
      await new Promise((resolve) => setTimeout(resolve, patience * 2 ** (failed - 1)))
      if (signal?.aborted) throw new DownloadError('interrupted')
    }
  }
}
