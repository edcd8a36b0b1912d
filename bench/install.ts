import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const modified = (file: string): number =>
  statSync(new URL(file, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? 0

/** Installs the rivals by their lock file, install scripts off, unless they are there. */
export function installRivals(say: (message: string) => void): void {
  if (modified('node_modules/.package-lock.json') >= modified('package-lock.json')) return
  say('installs the rivals in bench/node_modules (npm ci --ignore-scripts)')
  const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) say(`the rivals could not be installed (npm: ${error?.message ?? `exit ${status}`})`)
}
