import { join } from 'node:path'
import { defineConfig } from 'tsdown'

// Neither target may ask for helper functions: the text of a function is handed to the worker threads, alone.
export default defineConfig([
  {
    name: 'gentle-dl',
    cwd: join(import.meta.dirname, 'packages/gentle'),
    entry: {
      index: 'src/index.ts',
      'ops/index': 'src/ops/index.ts',
      'data/index': 'src/data/index.ts',
      'formats/onnx/index': 'src/formats/onnx/index.ts',
    },
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
