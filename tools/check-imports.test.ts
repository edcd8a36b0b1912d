import { expect, test } from 'vitest'
import manifest from '../packages/gentle/package.json' with { type: 'json' }
import { circleProblems, importProblems } from './check-imports.ts'

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

test('the public entries import every folder, and no folder imports them', () => {
  expect(importProblems('packages/gentle/src/entries/index.ts', `export * from '../train/index.ts'`)).toEqual([])
  expect(importProblems(nn, `import { wasm } from '../../entries/index.ts'`)).toEqual([
    expect.stringContaining('entries/ stands after it'),
  ])
})

test('no public entry has a name that another has, but for the types of options that both take', async () => {
  const seen = new Map<string, string>()
  for (const path of Object.values(manifest.exports)) {
    const entry = await import(new URL(`../packages/gentle/${path}`, import.meta.url).href)
    for (const name of Object.keys(entry)) {
      expect(seen.get(name), `${name} of ${path}`).toBeUndefined()
      seen.set(name, path)
    }
  }
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
    `${cli}:1 imports 'gentle-dl/src/core/shape.ts': the library's public entries are ${Object.keys(manifest.exports)
      .map((path) => path.replace('.', 'gentle-dl'))
      .join(', ')}`,
  ])
  expect(importProblems(cli, `import '../../gentle/src/index.ts'`)).toEqual([
    expect.stringContaining('outside packages/cli/'),
  ])
})

test('the charts take types of the library, and one package', () => {
  const plot = 'packages/plot/src/network.ts'
  const source = `import type { Shape } from 'gentle-dl'\nimport { type NetworkGraph } from 'gentle-dl/inspect'\nexport type { Shape } from 'gentle-dl'\nimport { layout } from '@dagrejs/dagre'\nimport './svg.ts'`
  expect(importProblems(plot, source)).toEqual([])
  for (const values of [
    `import { sizeOf } from 'gentle-dl'`,
    `import { sizeOf, type Shape } from 'gentle-dl'`,
    `import 'gentle-dl'`,
    `export { sizeOf, type Shape } from 'gentle-dl'`,
    `await import('gentle-dl')`,
  ])
    expect(importProblems(plot, values), values).toEqual([expect.stringContaining('types of the library alone')])
  expect(importProblems(plot, `import 'node:fs'`)).toEqual([
    expect.stringContaining('@dagrejs/dagre and d3-scale alone'),
  ])
  expect(importProblems(plot, `import '../../gentle/src/core/shape.ts'`)).toEqual([expect.stringContaining('outside')])
})

test('a package that an entry is bundled with is asked for by one folder alone', () => {
  const reader = 'packages/gentle/src/formats/onnx/read-graph.ts'
  expect(importProblems(reader, `import 'pbf'`)).toEqual([])
  expect(importProblems('packages/gentle/src/formats/safetensors.ts', `import 'pbf'`)).toEqual([
    expect.stringContaining('the library depends on no package'),
  ])
})

test('files that import each other in a circle are named, in every form of import', () => {
  const upper = 'packages/cli/src/train/upper.ts'
  const lower = 'packages/cli/src/train/lower.ts'
  const other = 'packages/cli/src/terminal/other.ts'
  const plain = new Map([
    [upper, `import { a } from './lower.ts'\nimport { b } from '../terminal/other.ts'`],
    [lower, `import { c } from 'gentle-dl'`],
    [other, ''],
  ])
  expect(circleProblems(plain)).toEqual([])
  for (const back of [
    `import { d } from '../train/upper.ts'`,
    `import type { D } from '../train/upper.ts'`,
    `export * from '../train/upper.ts'`,
    `const { d } = await import('../train/upper.ts')`,
  ])
    expect(circleProblems(new Map([...plain, [other, back]]))).toEqual([
      expect.stringContaining(`${upper} imports ${other} imports ${upper}: a circle`),
    ])
  const longer = new Map([
    [upper, `import './lower.ts'`],
    [lower, `import '../terminal/other.ts'`],
    [other, `import '../train/upper.ts'`],
  ])
  expect(circleProblems(longer)).toEqual([
    expect.stringContaining(`${upper} imports ${lower} imports ${other} imports ${upper}: a circle`),
  ])
  expect(circleProblems(new Map([[lower, `import './lower.ts'`]]))).toHaveLength(1)
})
