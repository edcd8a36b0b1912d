/** Which build of the library this is. */
import { version } from '../../core/version.ts'

/**
 * What tells this build from all others, by the address of a module that the bundler has made: its name has a hash of what is in it and in what it imports. Undefined
 * for sources, which may change while their version stays, and for what is no file.
 */
export function buildOf(url: string | undefined): string | undefined {
  if (!url?.startsWith('file:') || url.endsWith('.ts')) return undefined
  const { size, mtimeMs } = process.getBuiltinModule('node:fs').statSync(new URL(url), { throwIfNoEntry: false }) ?? {}
  return size === undefined ? undefined : JSON.stringify([version, url, size, mtimeMs])
}
