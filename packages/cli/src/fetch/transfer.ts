/** One request for what is missing of a file, written as it arrives. */
import type { Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { DownloadError, Interruption, networkError } from './download-error.ts'

/** What has arrived so far: at the end of a file that is open to append, and in a digest. */
export interface Arrived {
  readonly handle: FileHandle
  hash: Hash
  bytes: number
}

export interface TransferOptions {
  readonly signal?: AbortSignal
  /** Told how many bytes have arrived, and of how many where that is known. */
  readonly onProgress?: (done: number, total: number | undefined) => void
  /** Milliseconds without a byte after which a connection counts as cut; 30,000 unless given. */
  readonly stalled?: number
}

/** An answer, where in the file it begins, and how long the file is, where the server tells. */
interface Answer {
  readonly response: Response
  readonly from: number
  readonly total: number | undefined
}

/**
 * Asks for a file from a byte on. A server that knows no ranges sends all of it. Undefined where nothing is left to send.
 * @throws DownloadError for an answer that is not a file, Interruption for one that may be another later.
 */
async function ask(url: string, from: number, signal: AbortSignal): Promise<Answer | undefined> {
  const { host } = new URL(url)
  // As it is stored: a server might pack, and fetch unpack, what is hashed here.
  const headers = { 'accept-encoding': 'identity', ...(from > 0 ? { range: `bytes=${from}-` } : {}) }
  const response = await fetch(url, { headers, signal })
  const { status, statusText, ok } = response
  const [, start, , size] = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/.exec(response.headers.get('content-range') ?? '') ?? []
  if (status === 416 && from > 0) {
    await response.body?.cancel()
    // What is there is longer than the file where it is not all of it.
    return size === String(from) ? undefined : ask(url, 0, signal)
  }
  const refused = ok
    ? response.headers.get('content-type')?.startsWith('text/html')
      ? new DownloadError(`${host} answers with a web page; does the network ask for a login?`)
      : undefined
    : status >= 500 || status === 429 || status === 408
      ? new Interruption(`${host} answers ${status} ${statusText}`)
      : new DownloadError(`${host} answers ${status} ${statusText}`)
  if (refused !== undefined) {
    await response.body?.cancel()
    throw refused
  }
  if (status === 206)
    return { response, from: Number(start ?? from), total: size === undefined ? undefined : Number(size) }
  const length = response.headers.get('content-length')
  return { response, from: 0, total: length === null ? undefined : Number(length) }
}

/**
 * Fetches what is missing. `check` is told the size of the whole file, where the server tells, before anything is written.
 * @throws Interruption where it may go on; DownloadError where not.
 */
export async function transfer(
  url: string,
  arrived: Arrived,
  restart: () => Promise<void>,
  check: (total: number | undefined) => Promise<void>,
  { signal, onProgress, stalled = 30_000 }: TransferOptions,
): Promise<void> {
  const { host } = new URL(url)
  const stall = new AbortController()
  let timer = setTimeout(() => stall.abort(), stalled)
  /** Why nothing comes any more. */
  const reason = (error: unknown): never => {
    if (error instanceof DownloadError) throw error
    if (signal?.aborted) throw new DownloadError('interrupted')
    throw stall.signal.aborted
      ? new Interruption(`${host} has sent nothing for ${stalled / 1000} seconds`)
      : networkError(error, host)
  }
  try {
    const stops = AbortSignal.any([stall.signal, ...(signal === undefined ? [] : [signal])])
    const answer = await ask(url, arrived.bytes, stops).catch(reason)
    if (answer === undefined) return
    const { response, from, total } = answer
    try {
      await check(total)
    } catch (error) {
      await response.body?.cancel()
      throw error
    }
    if (from !== arrived.bytes) await restart()
    onProgress?.(arrived.bytes, total)
    const reader = response.body!.getReader()
    for (;;) {
      const { done, value } = await reader.read().catch(reason)
      if (done) break
      await arrived.handle.appendFile(value)
      arrived.hash.update(value)
      arrived.bytes += value.length
      onProgress?.(arrived.bytes, total)
      clearTimeout(timer)
      timer = setTimeout(() => stall.abort(), stalled)
    }
    if (total !== undefined && arrived.bytes < total) throw new Interruption(`the connection to ${host} was cut`)
  } finally {
    clearTimeout(timer)
  }
}
