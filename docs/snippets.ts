/** Runs the TypeScript blocks of all pages, and checks what their `// →` comments claim. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { format } from 'node:util'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { allSnippets } from '../tools/snippets.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
// Inside the repository, so that the blocks find the packages as a program of the workspace does.
const folder = mkdtempSync(join(root, 'node_modules', '.snippets-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Whether a block trains on MNIST, or goes around spirals. */
const isLong = (code: string): boolean => /\b(mnist|spirals)\(\)/.test(code) && /\bfit\(/.test(code)

/** Long trainings are cut short: what is claimed of their results is checked by other tests. */
const shortened = (code: string): string => code.replace('epochs: 5, seed: 1', 'epochs: 1, seed: 1')

/** Registers a test for every block that is or is not long. */
export function describeSnippets({ long }: { readonly long: boolean }): void {
  const blocks = allSnippets().filter(({ code }) => isLong(code) === long)
  const pages = [...Map.groupBy(blocks, ({ page }) => page)].map(([page, blocks]) => ({ page, blocks }))
  describe.each(pages)('$page', ({ page, blocks }) => {
    it.each(blocks)('runs the block at line $line', async ({ code, line }) => {
      const file = join(folder, `${page.replace(/\W/g, '-')}-${line}.mjs`)
      // Stripped here, because Node strips no types below node_modules.
      writeFileSync(file, stripTypeScriptTypes(shortened(code)))
      let stdout = ''
      const log = vi.spyOn(console, 'log').mockImplementation((...values) => {
        stdout += `${format(...values)}\n`
      })
      await import(/* @vite-ignore */ pathToFileURL(file).href).finally(() => log.mockRestore())
      const claims = [...code.matchAll(/\/\/ → (.*)$/gm)].map((match) => match[1].trim())
      expect(stdout.split('\n').filter((said) => said !== '')).toEqual(claims)
    })
  })
}
