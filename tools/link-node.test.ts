import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const file = process.platform === 'win32' ? 'node.exe' : 'node'

/** An installation with the package of one platform, after which `node` was or was not linked. */
function installation({ linked }: { readonly linked: boolean }): string {
  const root = mkdtempSync(join(tmpdir(), 'gentle-link-'))
  const write = (path: string, text: string): void => {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  write('package.json', '{ "type": "module", "optionalDependencies": { "other": "1.0.0", "pinned": "1.0.0" } }')
  write(`node_modules/pinned/bin/${file}`, 'the pinned Node')
  write('node_modules/.bin/tsc', '')
  if (linked) write(`node_modules/.bin/${file}`, 'as npm linked it')
  cpSync(join(import.meta.dirname, 'link-node.js'), join(root, 'tools/link-node.js'))
  return root
}

test.each([
  { linked: false, found: 'the pinned Node' },
  { linked: true, found: 'as npm linked it' },
])('the pinned Node is the command of every script, linked by npm: $linked', ({ linked, found }) => {
  const root = installation({ linked })
  execFileSync(process.execPath, [join(root, 'tools/link-node.js')])
  expect(readFileSync(join(root, 'node_modules/.bin', file), 'utf8')).toBe(found)
  rmSync(root, { recursive: true })
})
