/** The names of all pages; the list itself imports what only a browser has. */
import { readFileSync } from 'node:fs'

const list = readFileSync(new URL('../../src/app/pages.ts', import.meta.url), 'utf8')

export const pageNames: readonly string[] = [...list.matchAll(/^ {4}name: '([\w-]+)',$/gm)].map(([, name]) => name)
