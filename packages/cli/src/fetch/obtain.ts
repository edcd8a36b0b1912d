/** A published file in the cache: found there, or downloaded, and in either case checked. */
import { existsSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { watchInterrupts } from '../terminal/interrupts.ts'
import { note } from '../terminal/terminal.ts'
import { exitCodes, UsageError } from '../terminal/usage.ts'
import { fileNameOf, type PublishedFile } from './catalogue.ts'
import { addressOf, checkText, download, sha256Of } from './download.ts'
import { DownloadError } from './download-error.ts'
import { transferView } from './progress.ts'
import { useProxies } from './proxy.ts'

export interface ObtainOptions {
  /** Where files are downloaded from instead of where they are published; GENTLE_MIRROR unless given. */
  readonly mirror?: string
  readonly quiet?: boolean
}

/** A file, and where in the cache it belongs. */
export interface Wanted {
  readonly file: PublishedFile
  readonly path: string
}

/** How a reader gets files that the program cannot, in words. */
function byHand(wanted: readonly Wanted[]): string {
  if (wanted.length === 1) return `download ${wanted[0].file.address} elsewhere and save it as ${wanted[0].path}`
  const { address } = wanted[0].file
  const names = wanted.map(({ file }) => fileNameOf(file)).join(', ')
  return `download ${names} from ${address.slice(0, address.lastIndexOf('/') + 1)} elsewhere and put them into ${dirname(wanted[0].path)}`
}

/** The base address of a mirror. @throws UsageError for one that is not an address. */
function mirrorOf(given: string | undefined): string | undefined {
  const mirror = given ?? (process.env['GENTLE_MIRROR'] || undefined)
  if (mirror !== undefined && !(URL.canParse(mirror) && /^https?:$/.test(new URL(mirror).protocol)))
    throw new UsageError(
      `${given === undefined ? 'GENTLE_MIRROR' : '--mirror'} is '${mirror}'; expected an address such as http://192.168.0.2:8000/`,
    )
  return mirror
}

/** @throws UsageError for a file in the cache that is not the published one. */
async function checkThere({ file, path }: Wanted): Promise<void> {
  const digest = await sha256Of(path)
  if (!digest.startsWith(file.sha256))
    throw new UsageError(
      `${path} is not the published file: its SHA-256 begins with ${digest.slice(0, 8)}, not with ${file.sha256.slice(0, 8)}; delete it, and it is downloaded again`,
    )
}

/**
 * Sees to it that files are in the cache; those that are there are checked. What is downloaded is told, with a bar; Ctrl-C keeps what has arrived.
 * @throws UsageError for files in the cache that are not the published ones; DownloadError for what cannot be downloaded: one line, also of
 * what to do by hand.
 */
export async function obtain(
  wanted: readonly Wanted[],
  { mirror: given, quiet = false }: ObtainOptions,
): Promise<void> {
  const mirror = mirrorOf(given)
  for (const each of wanted) if (existsSync(each.path)) await checkThere(each)
  const missing = wanted.filter(({ path }) => !existsSync(path))
  const proxyHint = useProxies()
  for (const [i, { file, path }] of missing.entries()) {
    const view = transferView(fileNameOf(file), quiet)
    const abort = new AbortController()
    const endWatch = watchInterrupts(
      () => abort.abort(),
      () => process.exit(exitCodes.interrupted),
    )
    if (!quiet) note(`downloading ${addressOf(file, mirror)}`)
    try {
      await download(file, path, { mirror, signal: abort.signal, onProgress: view.update })
    } catch (error) {
      view.end()
      if (abort.signal.aborted) {
        note('stopped; the same command resumes the download')
        process.exit(exitCodes.interrupted)
      }
      if (!(error instanceof DownloadError)) throw error
      const hint = proxyHint === undefined ? '' : ` (${proxyHint})`
      throw new DownloadError(
        `${fileNameOf(file)} was not downloaded: ${error.message}${hint}; ${byHand(missing.slice(i))}`,
      )
    } finally {
      view.end()
      endWatch()
    }
    if (!quiet) note(`${basename(path)}: ${checkText(file)}`)
  }
}
