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

/** Bytes as they travel. */
export const gzippedBytes = (text: string): number => gzipSync(text, { level: 9 }).length
