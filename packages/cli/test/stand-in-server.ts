/** A server on loopback that stands in for those that publish files, and misbehaves as they may. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'

export interface Misbehaviour {
  /** Cuts the connection after so many bytes of an answer, for each of the first answers. */
  readonly cuts?: readonly number[]
  /** Sends all of a file, whatever range is asked for. */
  readonly withoutRanges?: boolean
  /** Answers before the file is sent: the status of each. */
  readonly statuses?: readonly number[]
  /** Sends no length. */
  readonly chunked?: boolean
  readonly type?: string
}

export interface StandIn {
  readonly address: string
  /** The Range headers of the requests so far; '' where there was none. */
  readonly ranges: string[]
  /** Ends the server before the tests do. */
  close(): void
}

/** Serves files by their names; the server ends with the tests of the file. */
export async function standIn(
  files: Readonly<Record<string, Uint8Array>>,
  {
    cuts = [],
    withoutRanges = false,
    statuses = [],
    chunked = false,
    type = 'application/octet-stream',
  }: Misbehaviour = {},
): Promise<StandIn> {
  const ranges: string[] = []
  let [answers, sent] = [0, 0]
  const answer = ({ url, headers }: IncomingMessage, response: ServerResponse): void => {
    ranges.push(headers.range ?? '')
    const status = statuses[answers++]
    const file = files[(url ?? '').slice(1)]
    if (status !== undefined || file === undefined) {
      response.writeHead(status ?? 404).end()
      return
    }
    const from = withoutRanges ? 0 : Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0)
    if (from >= file.length && from > 0) {
      response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end()
      return
    }
    const rest = file.subarray(from)
    const range = { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` }
    const length = chunked ? {} : { 'content-length': rest.length }
    response.writeHead(from > 0 ? 206 : 200, { 'content-type': type, ...length, ...(from > 0 ? range : {}) })
    const cut = cuts[sent++]
    if (cut === undefined) response.end(rest)
    // What was written is on its way before the connection is gone.
    else response.write(rest.subarray(0, cut), () => setTimeout(() => response.destroy(), 200))
  }
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = (): void => {
    server.closeAllConnections()
    server.close()
  }
  afterAll(close)
  return { address: `http://127.0.0.1:${port}/`, ranges, close }
}
