/** Tells a page of runs, and of what changes in them, as server-sent events: only who has the token, which is another at each start. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { RunsFolder } from '../runs/runs-folder.ts'
import { reasonOf } from '../terminal/reason.ts'
import type { Api } from './serve.ts'

/** Milliseconds from one look at the folder to the next, and without a word after which a page is told that the server is there. */
const [pause, silence] = [700, 15_000]

export const newToken = (): string => randomBytes(24).toString('base64url')

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Whether a request has the token, in a time that tells nothing of it. */
function knows(authorization: string | undefined, token: string): boolean {
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`))
}

/** Tells of all runs, then of each that is new, has changed or is gone, until nobody listens. */
async function tell(folder: RunsFolder, response: ServerResponse): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const say = (event: string, data: unknown): void => {
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    spoken = performance.now()
  }
  let spoken = performance.now()
  let counted = ''
  const known = new Map<string, string>()
  while (!gone.signal.aborted) {
    // Who does not listen as fast as is told, is told of the newest state later.
    if (!response.writableNeedDrain) {
      const { runs, more } = await folder.list()
      for (const path of known.keys())
        if (!runs.some((run) => run.path === path)) {
          known.delete(path)
          say('gone', { path })
        }
      for (const { path, stamp, changed, pictures } of runs) {
        if (known.get(path) === stamp || gone.signal.aborted) continue
        known.set(path, stamp)
        say('run', { path, changed, pictures, ...(await folder.read(path)) })
      }
      const count = `${runs.length} ${more}`
      if (count !== counted) say('listed', { folder: folder.name, runs: runs.length, more })
      counted = count
      if (performance.now() - spoken > silence) {
        response.write(': still here\n\n')
        spoken = performance.now()
      }
    }
    await wait(pause, undefined, { signal: gone.signal }).catch(() => {})
  }
}

/** What answers at `api/runs/`: `events`, and `picture?run=PATH&name=FILE`. */
export const runsApi =
  (folder: RunsFolder, token: string): Api =>
  (request, response, { headers, refuse }) => {
    if (!knows(request.headers.authorization, token))
      return refuse(401, 'expected the token of the address that gentle studio printed')
    if (request.method !== 'GET') return refuse(405, 'expected GET')
    const { pathname, searchParams } = new URL(request.url!, 'http://studio')
    if (pathname === '/api/runs/events') {
      response.writeHead(200, { ...headers, 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
      response.flushHeaders()
      tell(folder, response).catch((error) => {
        response.end(`event: problem\ndata: ${JSON.stringify({ message: reasonOf(error) })}\n\n`)
      })
    } else if (pathname === '/api/runs/picture') {
      const name = searchParams.get('name') ?? ''
      folder.picture(searchParams.get('run') ?? '', name).then(
        (bytes) => {
          if (bytes === undefined) return refuse(404, 'no such picture')
          const type = name.endsWith('.svg') ? 'image/svg+xml' : 'image/png'
          response.writeHead(200, { ...headers, 'Content-Type': type, 'Cache-Control': 'no-store' }).end(bytes)
        },
        (error) => refuse(403, reasonOf(error)),
      )
    } else refuse(404, 'no such answer')
  }
