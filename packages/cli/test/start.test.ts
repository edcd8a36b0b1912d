/** What a command does not need is not loaded when it starts. */
import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { main } from './command.ts'

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
