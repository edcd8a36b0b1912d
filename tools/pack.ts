/**
 * Packs the packages as they would be published, into dist-packages. In the repository `exports` and `bin` name TypeScript, which Node 26
 * runs as it is; a published package names what the build made of it.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { build } from 'tsdown'

const root = join(import.meta.dirname, '..')
const destination = join(root, 'dist-packages')

interface Manifest {
  readonly name: string
  readonly exports?: Readonly<Record<string, string>>
  readonly scripts?: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
  /** The manual page, which is made of the command's help. */
  readonly man?: string
  /** Files that do something when they are loaded, which a bundler must not leave out. */
  readonly sideEffects?: readonly string[]
  /** What is published beside the manifest: of a package that is files, not modules. */
  readonly files?: readonly string[]
}

const map = <From, To>(record: Readonly<Record<string, From>> | undefined, change: (value: From) => To) =>
  record && Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))

/** A package's manifest for publishing. */
export function publishedManifest({ scripts: _, ...manifest }: Manifest): object {
  // Made of no modules: it is published as it stands.
  if (manifest.files !== undefined) return manifest
  const built = (source: string, extension: string): string =>
    source.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, extension)
  return {
    ...manifest,
    exports: map(manifest.exports, (source) => ({ types: built(source, '.d.ts'), default: built(source, '.js') })),
    // What is not an entry of its own is built into one that is.
    ...(manifest.sideEffects && {
      sideEffects: manifest.sideEffects
        .filter((source) => Object.values(manifest.exports ?? {}).includes(source))
        .map((source) => built(source, '.js')),
    }),
    bin: map(manifest.bin, (source) => built(source, '.js')),
    files: ['dist', ...(manifest.man === undefined ? [] : [manifest.man])],
  }
}

/** Packs a folder of packages/ that has been built; gives the tarball's path. */
async function packOne(folder: string): Promise<string> {
  const stage = mkdtempSync(join(tmpdir(), 'gentle-pack-'))
  try {
    const manifest: Manifest = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))
    writeFileSync(join(stage, 'package.json'), `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`)
    for (const file of manifest.files ?? ['dist'])
      cpSync(join(root, 'packages', folder, file), join(stage, file), { recursive: true })
    cpSync(join(root, 'LICENSE'), join(stage, 'LICENSE'))
    cpSync(join(root, 'packages', folder, 'README.md'), join(stage, 'README.md'))
    if (manifest.man !== undefined) {
      const command = join(root, 'packages', folder, 'src/main.ts')
      writeFileSync(join(stage, manifest.man), execFileSync(process.execPath, [command, 'manual']))
    }
    const { messages, pkg } = await publint({ pkgDir: stage, pack: 'npm', strict: true })
    if (messages.length > 0)
      throw new Error(`${manifest.name}: ${messages.map((message) => formatMessage(message, pkg)).join('; ')}`)
    const printed = execFileSync('npm', ['pack', '--json', '--pack-destination', destination], {
      cwd: stage,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    // An array until npm 11, an object by names since npm 12.
    const [{ filename }] = Object.values<{ filename: string }>(JSON.parse(printed))
    return join(destination, filename)
  } finally {
    rmSync(stage, { recursive: true })
  }
}

/** Builds the studio's pages, in a process of its own: under a test runner they would be built as for a test. */
export function buildStudio(): void {
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  execFileSync(process.execPath, [vite, 'build', '--logLevel', 'error'], {
    cwd: join(root, 'packages/studio'),
    env: { ...process.env, NODE_ENV: 'production' },
  })
}

/** Builds and packs all packages; gives the tarballs' paths, the library's first. */
export async function pack(): Promise<string[]> {
  rmSync(destination, { recursive: true, force: true })
  mkdirSync(destination)
  await build({ config: join(root, 'tsdown.config.ts'), logLevel: 'warn' })
  buildStudio()
  return [await packOne('gentle'), await packOne('plot'), await packOne('studio'), await packOne('cli')]
}

if (import.meta.main) for (const tarball of await pack()) console.log(tarball)
