/** Serves the studio's files to this machine alone. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UsageError } from '../terminal/usage.ts'

const host = '127.0.0.1'

/** What a request may say that it asks, so that no name of somebody else's leads here (DNS rebinding). */
const isOwnHost = (asked: string | undefined, port: number): boolean =>
  asked === `${host}:${port}` || asked === `localhost:${port}`

/** Answers requests below `api/` of this machine's own pages; `refuse` says why one is not answered. */
export type Api = (
  request: IncomingMessage,
  response: ServerResponse,
  say: { readonly headers: Readonly<Record<string, string>>; refuse(status: number, text: string): void },
) => void

export interface StudioServer {
  /** `http://127.0.0.1:PORT/` */
  readonly address: string
  close(): Promise<void>
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })

/**
 * Serves a folder of files.
 * @param port 0 for one that is free
 * @param headers said beside each file
 * @param api what answers below `api/`; nothing unless given
 * @throws UsageError for a port that is taken or not allowed.
 */
export async function serveStudio(
  folder: string,
  {
    port,
    headers,
    api,
  }: { readonly port: number; readonly headers: Readonly<Record<string, string>>; readonly api?: Api },
): Promise<StudioServer> {
  const { default: sirv } = await import('sirv')
  const files = sirv(folder, {
    // Looks at the disk at each request, so that a build beside a running server is seen.
    dev: true,
    etag: true,
    setHeaders: (response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    },
  })
  const server = createServer((request, response) => {
    const { port: own } = server.address() as AddressInfo
    const refuse = (status: number, text: string): void => {
      response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
    }
    if (!isOwnHost(request.headers.host, own)) refuse(403, `expected the host ${host}:${own}`)
    else if (api !== undefined && request.url?.startsWith('/api/')) api(request, response, { headers, refuse })
    else if (request.method !== 'GET' && request.method !== 'HEAD') refuse(405, 'expected GET or HEAD')
    else files(request, response, () => refuse(404, 'no such file'))
  })
  try {
    await listen(server, port)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new UsageError(`--port: ${port} is in use; choose another one, or 0 for any that is free`)
    if (code === 'EACCES') throw new UsageError(`--port: this user may not listen on ${port}; choose one above 1023`)
    throw error
  }
  const { port: chosen } = server.address() as AddressInfo
  return {
    address: `http://${host}:${chosen}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
