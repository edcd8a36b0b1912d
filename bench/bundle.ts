/** Bundles for a browser. */
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

/** A module of bench/ with all that it imports, minified, as one file. */
export async function bundled(entry: string): Promise<string> {
  const root = fileURLToPath(new URL('.', import.meta.url))
  const result = await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'esnext',
      minify: true,
      modulePreload: false,
      // Node's modules are asked for in Node alone; in one file, what is loaded later is there, too.
      rolldownOptions: {
        input: entry,
        external: /^node:/,
        preserveEntrySignatures: 'strict',
        output: { codeSplitting: false },
      },
    },
  })
  const [chunk] = (result as { output: { code: string }[] }).output
  return chunk.code
}

/**
 * What a page loads at first, as one file. By its defaults the bundler makes a file of each set of modules that some part which is loaded later shares with the page:
 * for LeNet-5's training 46 files, and a fifth more bytes, because each is compressed by itself.
 */
const oneFirstFile = { groups: [{ name: 'first', tags: ['$initial' as const] }] }

/** The files that a page has to load before it can begin to train, minified: the module and what it imports at once, not what it loads later. */
export async function loadedFirst(entry: string): Promise<string[]> {
  const chunks = await build({
    root: fileURLToPath(new URL('.', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'esnext',
      minify: true,
      modulePreload: false,
      rolldownOptions: {
        input: entry,
        external: /^node:/,
        preserveEntrySignatures: 'allow-extension',
        output: { codeSplitting: oneFirstFile },
      },
    },
  })
  const { output } = chunks as { output: { fileName: string; code: string; isEntry: boolean; imports: string[] }[] }
  const byName = new Map(output.map((chunk) => [chunk.fileName, chunk]))
  const needed = new Set(output.filter(({ isEntry }) => isEntry))
  for (const { imports } of needed)
    for (const name of imports) {
      const chunk = byName.get(name)
      if (chunk !== undefined) needed.add(chunk)
    }
  return [...needed].map(({ code }) => code)
}

/** Bytes as they travel. */
export const gzippedBytes = (text: string): number => gzipSync(text, { level: 9 }).length
