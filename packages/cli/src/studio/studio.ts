/** `gentle studio`: the lecture in a browser. */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { watchInterrupts } from '../terminal/interrupts.ts'
import { UsageError } from '../terminal/usage.ts'
import { serveStudio } from './serve.ts'

export interface StudioFlags {
  readonly port?: number
  readonly open?: boolean
}

/** The port unless one is given: always the same, so that a browser knows the installed app and its settings again. */
const usualPort = 7117

/**
 * Serves the studio until it is interrupted, and prints its address.
 * @throws UsageError for a port that cannot be had, and in a clone where the studio was not built yet.
 */
export async function studio({ port = usualPort, open = false }: StudioFlags): Promise<void> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError(`--port is ${port}; expected a whole number from 0 to 65535`)
  const page = fileURLToPath(import.meta.resolve('gentle-dl-studio/index.html'))
  if (!existsSync(page))
    throw new UsageError('the studio is not built yet; in the clone, `npm run studio` builds and serves it')
  const { default: headers } = await import('gentle-dl-studio/headers.json', { with: { type: 'json' } })
  const server = await serveStudio(dirname(page), { port, headers })
  console.log(server.address)
  if (open) {
    const { default: openInBrowser } = await import('open')
    await openInBrowser(server.address)
  }
  await new Promise<void>((resolve) => {
    const stop = watchInterrupts(
      () => resolve(stop()),
      () => {},
    )
  })
  await server.close()
}
