/**
 * Holds the order of the house: in the library a folder imports only itself and folders that stand before it in the list, and Node's
 * modules only where they are asked for at run time; the command line imports the library's public entries alone.
 */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Rooms of packages/gentle/src, lowest first. */
export const rooms = [
  'core',
  'graph',
  'ops',
  'autodiff',
  'compile',
  'backends',
  'nn',
  'models',
  'optim',
  'formats',
  'vision',
  'data',
  'train',
]

const publicEntries = ['gentle-dl', 'gentle-dl/ops', 'gentle-dl/data']

/** Static imports and re-exports of a source file with their lines. */
function importsOf(source: string): { target: string; line: number }[] {
  const pattern = /^(?:import|export)\b[^'"`;]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'/gm
  return [...source.matchAll(pattern)].map((match) => ({
    target: match[1] ?? match[2],
    line: source.slice(0, (match.index ?? 0) + match[0].length).split('\n').length,
  }))
}

const roomOf = (path: string): string => path.split('/')[0]

/** What is wrong with the imports of a library file; `path` is relative to packages/gentle/src. */
export function libraryProblems(path: string, source: string): string[] {
  const own = rooms.indexOf(roomOf(path))
  return importsOf(source).flatMap(({ target, line }) => {
    const where = `packages/gentle/src/${path}:${line}`
    if (!target.startsWith('.'))
      return [`${where} imports '${target}': the library has no dependencies, and asks for Node's modules at run time`]
    const imported = normalize(join(dirname(path), target))
    if (imported.startsWith('..')) return [`${where} imports '${target}', which is outside the library`]
    if (!path.includes('/') || !imported.includes('/'))
      return path.includes('/') ? [`${where} imports '${target}', the public entry`] : []
    const room = rooms.indexOf(roomOf(imported))
    if (own < 0 || room < 0) return [`${where}: a folder is not in the list of rooms in tools/check-imports.ts`]
    return room > own ? [`${where}: ${rooms[own]}/ imports ${rooms[room]}/, which stands after it`] : []
  })
}

/** What is wrong with the imports of a file of the command line. */
export const commandLineProblems = (path: string, source: string): string[] =>
  importsOf(source)
    .filter(({ target }) => target.startsWith('gentle-dl') && !publicEntries.includes(target))
    .map(
      ({ target, line }) =>
        `${path}:${line} imports '${target}'; the library's public entries are ${publicEntries.join(', ')}`,
    )

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const files = (pattern: string): string[] => globSync(pattern, { cwd: root }).sort()
  const read = (path: string): string => readFileSync(join(root, path), 'utf8')
  const problems = [
    ...files('packages/gentle/src/**/*.ts').flatMap((path) =>
      libraryProblems(relative('packages/gentle/src', path), read(path)),
    ),
    ...files('packages/cli/src/**/*.ts').flatMap((path) => commandLineProblems(path, read(path))),
  ]
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length > 0 ? 1 : 0
}
