/** How a command starts: what it does not need is not loaded, and what it cannot keep does not stop it. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { version } from '../src/version.ts'
import { main, temporaryFolder } from './command.ts'

/** Tells the modules that were loaded, by the names that they were asked for, as a line of standard error. */
const hooks = `
import { registerHooks } from 'node:module'
const asked = new Set()
registerHooks({ resolve: (name, context, next) => { asked.add(name); return next(name, context) } })
process.on('exit', () => console.error(JSON.stringify([...asked])))
`

function modulesOf(...args: string[]): string[] {
  const loader = `data:text/javascript,${encodeURIComponent(hooks)}`
  const { stderr, stdout, status } = spawnSync(process.execPath, ['--import', loader, main, ...args], {
    encoding: 'utf8',
  })
  expect(status).toBe(0)
  expect(stdout).not.toBe('')
  return JSON.parse(stderr.trim().split('\n').at(-1)!)
}

it('version and help are told without the library', () => {
  for (const option of ['--version', '--help']) {
    const modules = modulesOf(option)
    expect(modules).toContain('commander')
    expect(modules.filter((name) => name.startsWith('gentle-dl') || name.startsWith('./commands/'))).toEqual([])
  }
})

it('a cache folder where nothing can be kept does not stop it', () => {
  const start = fileURLToPath(new URL('../src/gentle.js', import.meta.url))
  const file = join(temporaryFolder(), 'a-file')
  writeFileSync(file, '')
  // Linux answers that there is no folder /proc, where one is to be made in it.
  for (const place of [file, ...(process.platform === 'linux' ? ['/proc/gentle'] : [])]) {
    const { NODE_COMPILE_CACHE: _, ...variables } = process.env
    const { stdout, stderr } = spawnSync(process.execPath, [start, '--version'], {
      encoding: 'utf8',
      env: { ...variables, GENTLE_CACHE: place },
      timeout: 10_000,
    })
    expect([stdout, stderr]).toEqual([`${version}\n`, ''])
  }
})
