import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RunsFolder } from '../src/runs/runs-folder.ts'
import { newToken, runsApi } from '../src/studio/runs-api.ts'
import { type StudioServer, serveStudio } from '../src/studio/serve.ts'
import { gentle } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'gentle-studio-runs-'))
const [runs, outside] = [join(folder, 'runs'), join(folder, 'outside')]
const token = newToken()
const header = 'epoch,train_loss,validation_loss,learning_rate,examples_per_second,seconds\n'
const table = (epochs: number): string =>
  header + Array.from({ length: epochs }, (_, i) => `${i + 1},0.5,0.25,0.1,100,1.000\n`).join('')
let server: StudioServer

const writeRun = (path: string, epochs = 1): void => {
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'run.json'), '{"settings":{"seed":1}}')
  writeFileSync(join(path, 'metrics.csv'), table(epochs))
}

beforeAll(async () => {
  writeRun(join(runs, 'classify', 'first'))
  writeFileSync(join(runs, 'classify', 'first', 'confusion.svg'), '<svg/>')
  writeFileSync(join(runs, 'classify', 'first', 'notes.txt'), 'of nobody')
  mkdirSync(join(runs, 'no-run'))
  writeRun(outside)
  writeFileSync(join(outside, 'secret.png'), 'secret')
  symlinkSync(outside, join(runs, 'linked'))
  writeRun(join(runs, 'classify', 'with-links'))
  symlinkSync(join(outside, 'secret.png'), join(runs, 'classify', 'with-links', 'secret.png'))
  rmSync(join(runs, 'classify', 'with-links', 'run.json'))
  symlinkSync(join(outside, 'run.json'), join(runs, 'classify', 'with-links', 'run.json'))
  server = await serveStudio(folder, { port: 0, headers: {}, api: runsApi(await RunsFolder.open(runs), token) })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const open = (path: string, headers: Readonly<Record<string, string>>, method = 'GET'): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request(new URL(path, server.address), { method, headers, path }, resolve).on('error', reject).end()
  })

const ask = async (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') => {
  const response = await open(path, headers, method)
  let body = ''
  for await (const part of response) body += part
  return { status: response.statusCode, body: body.trim(), type: response.headers['content-type'] }
}

const mine = { authorization: `Bearer ${token}` }

interface Told {
  readonly event: string
  readonly data: {
    readonly path: string
    readonly files: Readonly<Record<string, string>>
    readonly pictures: readonly string[]
    readonly problems: readonly string[]
  }
}

/** Listens, and gives one event after another. */
async function* events(): AsyncGenerator<Told> {
  const response = await open('/api/runs/events', mine)
  expect(response.headers['content-type']).toBe('text/event-stream')
  let text = ''
  for await (const part of response.setEncoding('utf8')) {
    text += part
    const blocks = text.split('\n\n')
    text = blocks.pop()!
    for (const block of blocks) {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(block)!
      yield { event, data: JSON.parse(data) }
    }
  }
}

describe('who is told of runs', () => {
  it('has the token, and asks this machine by its own name', async () => {
    const refused = { status: 401, body: 'expected the token of the address that gentle studio printed' }
    for (const path of [
      '/api/runs/events',
      '/api/runs/picture?run=classify/first&name=confusion.svg',
      '/api/nothing',
    ]) {
      expect(await ask(path)).toMatchObject(refused)
      expect(await ask(path, { authorization: `Bearer ${newToken()}` })).toMatchObject(refused)
      expect(await ask(path, { authorization: `Bearer ${token.slice(1)}` })).toMatchObject(refused)
      expect(await ask(path, { ...mine, host: 'somebody.example' })).toMatchObject({ status: 403 })
    }
    expect(await ask(`/api/runs/events?token=${token}`)).toMatchObject(refused)
    // What a browser asks before it sends the header of another origin's page.
    expect(await ask('/api/runs/events', { origin: 'http://somebody.example' }, 'OPTIONS')).toMatchObject(refused)
    expect(await ask('/api/runs/events', mine, 'POST')).toEqual({
      ...refused,
      status: 405,
      body: 'expected GET',
      type: 'text/plain; charset=utf-8',
    })
    expect(await ask('/api/nothing', mine)).toMatchObject({ status: 404, body: 'no such answer' })
    expect(newToken()).not.toBe(token)
  })

  it('gets pictures of runs, and nothing else', async () => {
    const picture = (run: string, name: string) => ask(`/api/runs/picture?${new URLSearchParams({ run, name })}`, mine)
    expect(await picture('classify/first', 'confusion.svg')).toEqual({
      status: 200,
      body: '<svg/>',
      type: 'image/svg+xml',
    })
    expect(await picture('classify/first', 'curves.svg')).toMatchObject({ status: 404 })
    for (const name of ['notes.txt', 'run.json', '../first/confusion.svg', '', 'x\0.png'])
      expect(await picture('classify/first', name)).toMatchObject({ status: 404, body: 'no such picture' })
    for (const run of ['../outside', 'classify/../../outside', '/etc', 'classify//first', '..\\outside', 'a\0b', '.'])
      expect(await picture(run, 'secret.png')).toMatchObject({
        status: 403,
        body: expect.stringContaining('is not a path below'),
      })
    expect(await picture('linked', 'secret.png')).toMatchObject({
      status: 403,
      body: expect.stringContaining('is behind a link'),
    })
    expect(await picture('classify/with-links', 'secret.png')).toMatchObject({
      status: 403,
      body: expect.not.stringContaining('secret\n'),
    })
  })
})

it('tells of runs, of a new epoch, of a new run and of one that is gone, and follows no link', async () => {
  const stream = events()
  const next = async (): Promise<Told> => (await stream.next()).value!
  const first = await next()
  expect(first).toMatchObject({
    event: 'run',
    data: {
      path: 'classify/first',
      pictures: ['confusion.svg'],
      problems: [],
      files: { 'run.json': '{"settings":{"seed":1}}', 'metrics.csv': table(1) },
    },
  })
  const linked = await next()
  expect(linked.data.path).toBe('classify/with-links')
  expect(Object.keys(linked.data.files)).toEqual(['metrics.csv'])
  expect(linked.data.pictures).toEqual([])
  expect(linked.data.problems).toEqual([expect.stringContaining('classify/with-links/run.json cannot be read')])
  expect(await next()).toEqual({ event: 'listed', data: { folder: 'runs', runs: 2, more: 0 } })

  // As a training writes: beside, then in place of the old one.
  const file = join(runs, 'classify', 'first', 'metrics.csv')
  writeFileSync(`${file}.part`, table(2))
  renameSync(`${file}.part`, file)
  expect((await next()).data).toMatchObject({ path: 'classify/first', files: { 'metrics.csv': table(2) } })

  rmSync(join(runs, 'classify', 'first'), { recursive: true })
  expect(await next()).toEqual({ event: 'gone', data: { path: 'classify/first' } })
  await stream.return(undefined)
})

it('takes a run folder itself, and refuses what is no folder', async () => {
  const one = await RunsFolder.open(outside)
  expect((await one.list()).runs).toMatchObject([{ path: '', pictures: ['secret.png'] }])
  expect((await one.read('')).files['metrics.csv']).toBe(table(1))
  await expect(RunsFolder.open(join(folder, 'nowhere'))).rejects.toThrow(
    'is not a folder that can be read: it is not there',
  )
  const { code, stderr } = await gentle(['studio', '--runs', join(outside, 'run.json'), '--port', '0'])
  expect(code).toBe(2)
  expect(stderr).toMatch(/--runs: .* is not a folder that can be read: it is a file|the studio is not built yet/)
})
