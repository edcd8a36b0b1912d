import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type StudioServer, serveStudio } from '../src/studio/serve.ts'
import { gentle } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'gentle-studio-'))
writeFileSync(join(folder, 'index.html'), '<title>here</title>')
let server: StudioServer
beforeAll(async () => {
  server = await serveStudio(folder, { port: 0, headers: { 'X-Said': 'beside each file' } })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

interface Answer {
  readonly status: number
  readonly said: string | string[] | undefined
  readonly body: string
}

/** Asks as no browser would: with any method, host and path. */
const ask = (path: string, { method = 'GET', host }: { method?: string; host?: string } = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { port, host: own } = new URL(server.address)
    request({ host: '127.0.0.1', port, path, method, headers: { host: host ?? own } }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (part) => {
        body += part
      })
      response.on('end', () => resolve({ status: response.statusCode!, said: response.headers['x-said'], body }))
    })
      .on('error', reject)
      .end()
  })

describe("the studio's server", () => {
  it('serves files with their headers, whole or their head alone', async () => {
    const said = 'beside each file'
    expect(await ask('/')).toEqual({ status: 200, said, body: '<title>here</title>' })
    expect(await ask('/', { method: 'HEAD' })).toEqual({ status: 200, said, body: '' })
    expect(await ask('/', { host: `localhost:${new URL(server.address).port}` })).toMatchObject({ status: 200 })
  })

  it('refuses what is not there, what is outside, other methods and other names of this machine', async () => {
    const said = 'beside each file'
    expect(await ask('/no-such-file')).toMatchObject({ status: 404, said })
    expect(await ask('/../../etc/passwd')).toMatchObject({ status: 404 })
    expect(await ask('/%2e%2e/%2e%2e/etc/passwd')).toMatchObject({ status: 404 })
    expect(await ask('/', { method: 'POST' })).toEqual({ status: 405, said, body: 'expected GET or HEAD\n' })
    expect(await ask('/', { host: 'somebody.example' })).toMatchObject({ status: 403, said })
  })

  it('says that a port is in use', async () => {
    const port = Number(new URL(server.address).port)
    await expect(serveStudio(folder, { port, headers: {} })).rejects.toThrow(
      `--port: ${port} is in use; choose another one, or 0 for any that is free`,
    )
  })
})

it('gentle studio refuses what is not a port', async () => {
  const { code, stderr } = await gentle(['studio', '--port', '70000'])
  expect([code, stderr]).toEqual([2, 'gentle: --port is 70000; expected a whole number from 0 to 65535\n'])
})
