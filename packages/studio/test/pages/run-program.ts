/** Runs the program that a page shows, as a user would who copied it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { format } from 'node:util'
import { vi } from 'vitest'

const modules = fileURLToPath(new URL('../../../../node_modules', import.meta.url))

/** What a program prints. */
export async function printed(program: string): Promise<string> {
  // Inside the repository, so that it finds the packages.
  const folder = mkdtempSync(join(modules, '.programs-'))
  const file = join(folder, 'program.mjs')
  // Stripped here, because Node strips no types below node_modules.
  writeFileSync(file, stripTypeScriptTypes(program))
  let text = ''
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => {
    text += `${format(...values)}\n`
  })
  try {
    await import(/* @vite-ignore */ pathToFileURL(file).href)
  } finally {
    log.mockRestore()
    rmSync(folder, { recursive: true })
  }
  return text
}
