import { join } from 'node:path'
import { defineConfig } from 'tsdown'
import library from './packages/gentle/package.json' with { type: 'json' }

// Neither target may ask for helper functions: the text of a function is handed to the worker threads, alone.
export default defineConfig([
  {
    name: 'gentle-dl',
    cwd: join(import.meta.dirname, 'packages/gentle'),
    // What the package exports: './src/ops/index.ts' is built as 'ops/index'.
    entry: Object.fromEntries(
      Object.values<string>(library.exports).map((source) => [source.replace(/^\.\/src\/|\.ts$/g, ''), source]),
    ),
    platform: 'neutral',
    target: 'es2023',
    deps: { neverBundle: [/^node:/] },
    dts: true,
  },
  {
    name: 'gentle-dl-cli',
    cwd: join(import.meta.dirname, 'packages/cli'),
    entry: 'src/main.ts',
    target: 'node22.18',
    fixedExtension: false,
    dts: false,
  },
])
