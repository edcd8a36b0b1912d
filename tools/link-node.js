/**
 * Runs after every installation, under whatever Node started npm. npm 10 removes node_modules/.bin/node at the end, together with the
 * pinned Node's packages for other platforms, which have a command of the same name: this puts it back.
 */
import { existsSync, linkSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const commands = join(root, 'node_modules', '.bin')
const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const file = process.platform === 'win32' ? 'node.exe' : 'node'
const pinned = Object.keys(optionalDependencies)
  .map((name) => join('..', name, 'bin', file))
  .find((path) => existsSync(join(commands, path)))

if (pinned && !existsSync(join(commands, 'node')) && !existsSync(join(commands, file))) {
  if (process.platform === 'win32') linkSync(join(commands, pinned), join(commands, file))
  else symlinkSync(pinned, join(commands, file))
}
