/**
 * Holds the order of the house: in the library a folder imports only itself and folders that stand before it in the list, and Node's
 * modules only where they are asked for at run time; the charts take types of the library alone; the command line imports public entries, and
 * so does the studio, whose pages know nothing of each other; no files of these import each other in a circle.
 */
import { globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'vite'
import manifest from '../packages/gentle/package.json' with { type: 'json' }

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
  'language',
  'speech',
  'data',
  'distributed',
  'train',
  'inspect',
  'entries',
]

const library = 'packages/gentle/src/'
const charts = 'packages/plot/src/'
const commandLine = 'packages/cli/'
const studio = 'packages/studio/src/'
const publicEntries = Object.keys(manifest.exports).map((path) => path.replace(/^\./, 'gentle-dl'))

/** Packages that an entry of its own is bundled with, and the one folder whose files may ask for each. */
const bundled: Readonly<Record<string, string>> = { pbf: `${library}formats/onnx/` }

interface Import {
  readonly target: string
  readonly line: number
  /** Whether it happens at run time, by `import(...)`. */
  readonly dynamic: boolean
  /** Whether it is of types alone. */
  readonly types: boolean
}

/** All imports and re-exports of a source file, those of types among them. */
function importsOf(path: string, source: string): Import[] {
  const { staticImports, staticExports, dynamicImports } = parseSync(path, source).module
  const lineOf = (position: number): number => source.slice(0, position).split('\n').length
  const imported = staticImports.map(({ moduleRequest, entries }) => ({
    ...moduleRequest,
    types: entries.length > 0 && entries.every(({ isType }) => isType),
  }))
  const exported = staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, isType }) => moduleRequest && { ...moduleRequest, types: isType }),
  )
  const written = new Map<number, Import>()
  for (const { start, value, types } of [...imported, ...exported.filter((each) => each !== null)])
    written.set(start, {
      target: value,
      line: lineOf(start),
      dynamic: false,
      types: types && (written.get(start)?.types ?? true),
    })
  return [
    ...written.values(),
    ...dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      target: source.slice(start + 1, end - 1),
      line: lineOf(start),
      dynamic: true,
      types: false,
    })),
  ]
}

/** What is wrong with an import in the library, or undefined. */
function libraryProblem(path: string, { target, dynamic }: Import): string | undefined {
  if (target.startsWith('node:'))
    return dynamic ? undefined : 'browsers have no such module; ask for it at run time, await import(...)'
  if (Object.hasOwn(bundled, target) && path.startsWith(bundled[target])) return undefined
  if (!target.startsWith('.')) return 'the library depends on no package'
  const imported = posix.join(posix.dirname(path), target)
  if (!imported.startsWith(library)) return `it is outside ${library}`
  const [from, to] = [path, imported].map((file) => file.slice(library.length).split('/'))
  const unknown = [from[0], to[0]].find((folder) => !order.includes(folder))
  if (unknown !== undefined) return `the folder ${unknown}/ has no place in the order of tools/check-imports.ts`
  return order.indexOf(to[0]) > order.indexOf(from[0])
    ? `${from[0]}/ may import ${order.slice(0, order.indexOf(from[0]) + 1).join(', ')}; ${to[0]}/ stands after it`
    : undefined
}

/** The packages that charts are drawn with. */
const drawing = ['@dagrejs/dagre', 'd3-scale']

/** What is wrong with an import in the charts, or undefined. */
function chartsProblem(path: string, { target, types }: Import): string | undefined {
  if (target.startsWith('.'))
    return posix.join(posix.dirname(path), target).startsWith(charts) ? undefined : `it is outside ${charts}`
  if (publicEntries.includes(target)) return types ? undefined : 'the charts take types of the library alone'
  return drawing.includes(target)
    ? undefined
    : `the charts depend on ${drawing.join(' and ')} alone, and work in browsers`
}

/** What is wrong with an import in the command line, or undefined. */
function commandLineProblem(path: string, { target }: Import): string | undefined {
  if (target.startsWith('.'))
    return posix.join(posix.dirname(path), target).startsWith(commandLine) ? undefined : `it is outside ${commandLine}`
  return /^gentle-dl(\/|$)/.test(target) && !publicEntries.includes(target)
    ? `the library's public entries are ${publicEntries.join(', ')}`
    : undefined
}

/** Folders of the studio, lowest first; `app` knows all pages, and pages take from it what their state is made of. */
const studioRooms = ['engine', 'parts', 'app', 'pages']

/** What is wrong with an import in the studio, or undefined. */
function studioProblem(path: string, { target, dynamic }: Import): string | undefined {
  if (!target.startsWith('.'))
    return /^gentle-dl(\/|$)/.test(target) && !publicEntries.includes(target)
      ? `the library's public entries are ${publicEntries.join(', ')}`
      : undefined
  const imported = posix.join(posix.dirname(path), target)
  if (!imported.startsWith(studio)) return `it is outside ${studio}`
  if (path === `${studio}main.tsx`) return undefined
  const [from, to] = [path, imported].map((file) => file.slice(studio.length).split('/'))
  if (from[0] === 'pages' && to[0] === 'pages' && from[1] !== to[1])
    return 'pages know nothing of each other; what they share belongs into parts/'
  if (from[0] === 'app' && to[0] === 'pages')
    return dynamic ? undefined : 'a page is loaded when it is shown, by import(...)'
  return studioRooms.indexOf(to[0]) > studioRooms.indexOf(from[0])
    ? `${from[0]}/ may import ${studioRooms.slice(0, studioRooms.indexOf(from[0]) + 1).join(', ')}; ${to[0]}/ stands after it`
    : undefined
}

/** What is wrong with the imports of a file, a line each; `path` is relative to the repository. */
export function importProblems(path: string, source: string): string[] {
  const problemOf = path.startsWith(library)
    ? libraryProblem
    : path.startsWith(charts)
      ? chartsProblem
      : path.startsWith(studio)
        ? studioProblem
        : commandLineProblem
  return importsOf(path, source).flatMap((each) => {
    const problem = problemOf(path, each)
    return problem === undefined ? [] : [`${path}:${each.line} imports '${each.target}': ${problem}`]
  })
}

/** The shortest way along imports from a file back to itself, or undefined. */
function circleOf(start: string, targets: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const cameFrom = new Map<string, string>()
  const waiting = [start]
  for (const path of waiting)
    for (const target of targets.get(path) ?? []) {
      if (target === start) {
        const circle = [start]
        for (let at = path; at !== start; at = cameFrom.get(at)!) circle.unshift(at)
        return [start, ...circle]
      }
      if (cameFrom.has(target)) continue
      cameFrom.set(target, path)
      waiting.push(target)
    }
  return undefined
}

/**
 * Files that import each other in a circle, of types or at run time too, a line each circle.
 * @param sources what is in each file, by its path relative to the repository
 */
export function circleProblems(sources: ReadonlyMap<string, string>): string[] {
  const targets = new Map(
    [...sources].map(([path, source]): [string, string[]] => [
      path,
      importsOf(path, source)
        .filter(({ target }) => target.startsWith('.'))
        .map(({ target }) => posix.join(posix.dirname(path), target)),
    ]),
  )
  const reported = new Set<string>()
  return [...sources.keys()].flatMap((path) => {
    if (reported.has(path)) return []
    const circle = circleOf(path, targets)
    if (circle === undefined) return []
    for (const each of circle) reported.add(each)
    return [`${circle.join(' imports ')}: a circle; what they share belongs into the lower file, or one of its own`]
  })
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const files = globSync('packages/*/src/**/*.{ts,tsx}', { cwd: root }).sort()
  const sources = new Map(files.map((path) => [path, readFileSync(root + path, 'utf8')]))
  const problems = [
    ...files.flatMap((path) => importProblems(path, sources.get(path)!)),
    ...circleProblems(new Map([...sources].filter(([path]) => !path.startsWith(library)))),
  ]
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length > 0 ? 1 : 0
}
