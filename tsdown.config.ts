import { join } from 'node:path'
import { defineConfig } from 'tsdown'
import library from './packages/gentle/package.json' with { type: 'json' }
import plot from './packages/plot/package.json' with { type: 'json' }

/** What a package exports: './src/ops/index.ts' is built as 'ops/index'. */
const entriesOf = (exported: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.values(exported).map((source) => [source.replace(/^\.\/src\/|\.ts$/g, ''), source]))

// Neither target may ask for helper functions: the text of a function is handed to the worker threads, alone.
export default defineConfig([
  {
    name: 'gentle-dl',
    cwd: join(import.meta.dirname, 'packages/gentle'),
    entry: entriesOf(library.exports),
    platform: 'neutral',
    target: 'es2023',
    deps: { neverBundle: [/^node:/] },
    dts: true,
  },
  {
    name: 'gentle-dl-plot',
    cwd: join(import.meta.dirname, 'packages/plot'),
    entry: entriesOf(plot.exports),
    platform: 'neutral',
    target: 'es2023',
    dts: true,
  },
  {
    name: 'gentle-dl-cli',
    cwd: join(import.meta.dirname, 'packages/cli'),
    // What says which Node is needed stands apart, so that an old Node reads nothing else.
    entry: { gentle: 'src/gentle.js', main: 'src/main.ts' },
    target: 'node22.18',
    fixedExtension: false,
    dts: false,
  },
])
