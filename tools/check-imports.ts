/**
 * Holds the order of the house: in the library a folder imports only itself and folders that stand before it in the list, and Node's
 * modules only where they are asked for at run time; the command line imports the library's public entries alone.
 */
import { globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'vite'

/** Folders of packages/gentle/src, lowest first. */
const order = [
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

const library = 'packages/gentle/src/'
const commandLine = 'packages/cli/'
const publicEntries = [
  'gentle-dl',
  'gentle-dl/ops',
  'gentle-dl/kernels',
  'gentle-dl/vision',
  'gentle-dl/data',
  'gentle-dl/onnx',
]

/** Packages that an entry of its own is bundled with, and the one file that may ask for each. */
const bundled: Readonly<Record<string, string>> = { pbf: `${library}formats/onnx/messages.ts` }

interface Import {
  readonly target: string
  readonly line: number
  /** Whether it happens at run time, by `import(...)`. */
  readonly dynamic: boolean
}

/** All imports and re-exports of a source file, those of types among them. */
function importsOf(path: string, source: string): Import[] {
  const { staticImports, staticExports, dynamicImports } = parseSync(path, source).module
  const requests = [...staticImports, ...staticExports.flatMap(({ entries }) => entries)].flatMap(
    ({ moduleRequest }) => moduleRequest ?? [],
  )
  const lineOf = (position: number): number => source.slice(0, position).split('\n').length
  const written = new Map(requests.map(({ start, value }) => [start, value]))
  return [
    ...[...written].map(([start, target]) => ({ target, line: lineOf(start), dynamic: false })),
    ...dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      target: source.slice(start + 1, end - 1),
      line: lineOf(start),
      dynamic: true,
    })),
  ]
}

/** What is wrong with an import in the library, or undefined. */
function libraryProblem(path: string, { target, dynamic }: Import): string | undefined {
  if (target.startsWith('node:'))
    return dynamic ? undefined : 'browsers have no such module; ask for it at run time, await import(...)'
  if (bundled[target] === path) return undefined
  if (!target.startsWith('.')) return 'the library depends on no package'
  const imported = posix.join(posix.dirname(path), target)
  if (!imported.startsWith(library)) return `it is outside ${library}`
  const [from, to] = [path, imported].map((file) => file.slice(library.length).split('/'))
  if (from.length === 1) return undefined
  if (to.length === 1) return `only programs import the public entry; ${from[0]}/ imports folders`
  const unknown = [from[0], to[0]].find((folder) => !order.includes(folder))
  if (unknown !== undefined) return `the folder ${unknown}/ has no place in the order of tools/check-imports.ts`
  return order.indexOf(to[0]) > order.indexOf(from[0])
    ? `${from[0]}/ may import ${order.slice(0, order.indexOf(from[0]) + 1).join(', ')}; ${to[0]}/ stands after it`
    : undefined
}

/** What is wrong with an import in the command line, or undefined. */
function commandLineProblem(path: string, { target }: Import): string | undefined {
  if (target.startsWith('.'))
    return posix.join(posix.dirname(path), target).startsWith(commandLine) ? undefined : `it is outside ${commandLine}`
  return /^gentle-dl(\/|$)/.test(target) && !publicEntries.includes(target)
    ? `the library's public entries are ${publicEntries.join(', ')}`
    : undefined
}

/** What is wrong with the imports of a file, a line each; `path` is relative to the repository. */
export function importProblems(path: string, source: string): string[] {
  const problemOf = path.startsWith(library) ? libraryProblem : commandLineProblem
  return importsOf(path, source).flatMap((each) => {
    const problem = problemOf(path, each)
    return problem === undefined ? [] : [`${path}:${each.line} imports '${each.target}': ${problem}`]
  })
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const files = globSync(['packages/gentle/src/**/*.ts', 'packages/cli/src/**/*.ts'], { cwd: root }).sort()
  const problems = files.flatMap((path) => importProblems(path, readFileSync(root + path, 'utf8')))
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length > 0 ? 1 : 0
}
