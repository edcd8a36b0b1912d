import { expect, test } from 'vitest'
import { importProblems } from './check-imports.ts'

const nn = 'packages/gentle/src/nn/layers/linear.ts'
const cli = 'packages/cli/src/main.ts'

test('a folder imports itself and folders before it', () => {
  const source = `import { a } from '../layer.ts'\nexport * from '../../backends/backend.ts'\nimport type { b } from '../../core/shape.ts'`
  expect(importProblems(nn, source)).toEqual([])
  expect(
    importProblems('packages/gentle/src/backends/wasm/wasm.ts', `import type { Backend } from '../backend.ts'`),
  ).toEqual([])
})

test('an import of a later folder is named with file and line, in every form', () => {
  const problem = `may import core, graph, ops, autodiff, compile, backends, nn; train/ stands after it`
  for (const source of [
    `\nimport { fit } from '../../train/fit.ts'`,
    `import {\n  fit } from '../../train/fit.ts'`,
    `\nimport '../../train/fit.ts'`,
    `\nimport type { Fit } from '../../train/fit.ts'`,
    `\nexport { fit } from '../../train/fit.ts'`,
    `\nexport * from '../../train/fit.ts'`,
    `\nconst { fit } = await import('../../train/fit.ts')`,
  ])
    expect(importProblems(nn, source)).toEqual([`${nn}:2 imports '../../train/fit.ts': nn/ ${problem}`])
})

test('the public entry imports every folder, and no folder imports it', () => {
  expect(importProblems('packages/gentle/src/index.ts', `export * from './train/index.ts'`)).toEqual([])
  expect(importProblems(nn, `import { wasm } from '../../index.ts'`)).toEqual([expect.stringContaining('public entry')])
})

test('a folder without a place in the order is refused', () => {
  expect(importProblems('packages/gentle/src/utils/a.ts', `import '../core/shape.ts'`)).toEqual([
    expect.stringContaining('the folder utils/ has no place in the order'),
  ])
})

test('the library asks for modules of Node at run time, for no package, and for nothing outside', () => {
  expect(importProblems(nn, `const fs = await import('node:fs')`)).toEqual([])
  expect(importProblems(nn, `import { readFileSync } from 'node:fs'`)).toEqual([expect.stringContaining(`${nn}:1 `)])
  expect(importProblems(nn, `import 'sharp'`)).toEqual([expect.stringContaining('depends on no package')])
  expect(importProblems(nn, `import '../../../test/ops/a.ts'`)).toEqual([expect.stringContaining('outside')])
})

test('the command line imports the public entries of the library alone', () => {
  const source = `import 'gentle-dl'\nimport 'gentle-dl/ops'\nimport 'gentle-dl/vision'\nimport 'gentle-dl/data'\nimport 'gentle-dl/onnx'\nimport 'sharp'\nimport 'node:fs'\nimport './a.ts'`
  expect(importProblems(cli, source)).toEqual([])
  expect(importProblems(cli, `import 'gentle-dl/src/core/shape.ts'`)).toEqual([
    `${cli}:1 imports 'gentle-dl/src/core/shape.ts': the library's public entries are gentle-dl, gentle-dl/ops, gentle-dl/kernels, gentle-dl/vision, gentle-dl/data, gentle-dl/onnx`,
  ])
  expect(importProblems(cli, `import '../../gentle/src/index.ts'`)).toEqual([
    expect.stringContaining('outside packages/cli/'),
  ])
})

test('a package that an entry is bundled with is asked for by one file alone', () => {
  const messages = 'packages/gentle/src/formats/onnx/messages.ts'
  expect(importProblems(messages, `import 'pbf'`)).toEqual([])
  expect(importProblems('packages/gentle/src/formats/safetensors.ts', `import 'pbf'`)).toEqual([
    expect.stringContaining('the library depends on no package'),
  ])
})
