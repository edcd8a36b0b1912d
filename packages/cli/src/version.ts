import { readFileSync } from 'node:fs'

/** Version of the command, which is the library's too. */
export const version: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
