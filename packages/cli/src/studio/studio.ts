/** `gentle studio`: the lecture in a browser. */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RunsFolder } from '../runs/runs-folder.ts'
import { watchInterrupts } from '../terminal/interrupts.ts'
import { UsageError } from '../terminal/usage.ts'
import { newToken, runsApi } from './runs-api.ts'
import { serveStudio } from './serve.ts'

export interface StudioFlags {
  readonly port?: number
  readonly open?: boolean
  /** A folder whose run folders are shown, and watched. */
  readonly runs?: string
}

/** The port unless one is given: always the same, so that a browser knows the installed app and its settings again. */
const usualPort = 7117

/**
 * Serves the studio until it is interrupted, and prints its address.
 * @throws UsageError for a port that cannot be had, for runs that are no folder, and in a clone where the studio was not built yet.
 */
export async function studio({ port = usualPort, open = false, runs }: StudioFlags): Promise<void> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError(`--port is ${port}; expected a whole number from 0 to 65535`)
  const page = fileURLToPath(import.meta.resolve('gentle-dl-studio/index.html'))
  if (!existsSync(page))
    throw new UsageError('the studio is not built yet; in the clone, `npm run studio` builds and serves it')
  const { default: headers } = await import('gentle-dl-studio/headers.json', { with: { type: 'json' } })
  const token = newToken()
  const api = runs === undefined ? undefined : runsApi(await RunsFolder.open(runs, '--runs: '), token)
  const server = await serveStudio(dirname(page), { port, headers, api })
  // What follows # is sent to nobody; the page keeps the token and takes it out of its address.
  const address = runs === undefined ? server.address : `${server.address}#/runs?token=${token}`
  console.log(address)
  if (open) {
    const { default: openInBrowser } = await import('open')
    await openInBrowser(address)
  }
  await new Promise<void>((resolve) => {
    const stop = watchInterrupts(
      () => resolve(stop()),
      () => {},
    )
  })
  await server.close()
}
