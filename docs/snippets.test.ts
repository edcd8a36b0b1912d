/** Runs every TypeScript block of the README and of the lecture's chapters, and checks what their `// →` comments claim. */
import { execFile } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
// Inside the repository, so that the blocks find the packages as a program of the workspace does.
const folder = mkdtempSync(join(root, 'node_modules', '.snippets-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Long trainings are cut short: what is claimed of their results is checked by other tests. */
const shortened = (code: string): string => code.replace('epochs: 5, seed: 1', 'epochs: 1, seed: 1')

const pages = ['README.md', ...globSync('docs/lecture/*.md', { cwd: root }).sort()].filter((page) =>
  readFileSync(join(root, page), 'utf8').includes('```ts'),
)

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8')
  const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => ({
    code: match[1],
    line: text.slice(0, match.index).split('\n').length + 1,
  }))

  it.each(blocks)('runs the block at line $line', async ({ code, line }) => {
    const file = join(folder, `${page.replace(/\W/g, '-')}-${line}.mjs`)
    // Stripped here, because Node strips no types below node_modules.
    writeFileSync(file, stripTypeScriptTypes(shortened(code)))
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: root })
    const claims = [...code.matchAll(/\/\/ → (.*)$/gm)].map((match) => match[1].trim())
    expect(stdout.split('\n').filter((said) => said !== '')).toEqual(claims)
  })
})
