/**
 * Adds an elementwise op and a structured one to a copy of the library, in the places that docs/architecture.md lists, and leaves each of them out once:
 * so the page lists all that there are, and none too many.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

/** What is put before an anchor in a file. */
interface Addition {
  readonly before: string
  readonly text: string
}

const added = (before: string, text: string): Addition => ({ before, text })

/** y = x^3. */
const cube: Readonly<Record<string, readonly Addition[]>> = {
  'src/ops/elementwise.ts': [
    added(
      'export const reluOp =',
      `export const cubeOp = defineElementwise({
  name: 'cube',
  of: (x) => x * x * x,
  gradient: ({ inputs: [x] }, dy) => [mul(dy, mul(mul(x, x), 3))],
})
export const cube = (x: Value): Tensor => apply(cubeOp, toTensors([x], 'cube'), {})
`,
    ),
  ],
  'src/ops/table.ts': [added('  relu: elementwise.reluOp,', '  cube: elementwise.cubeOp,\n')],
  'src/ops/index.ts': [added("  type Value,\n  where,\n} from './elementwise.ts'", '  cube,\n')],
  'src/backends/wasm/kernels/expression.ts': [
    added('  relu: ([x]) =>', '  cube: ([x]) => bind(x, (v) => f32x4.mul(f32x4.mul(v, v), v)),\n'),
  ],
  'src/formats/onnx/lowerings.ts': [added("  relu: as('Relu'),", '  cube: none,\n')],
  'test/backends/op-cases.ts': [
    added("  relu: unary(elementwiseOps.relu, 'exact'),", '  cube: unary(elementwiseOps.cube, approximated),\n'),
  ],
  'test/ops/gradient-cases.ts': [added('  relu: () =>', '  cube: () => ops.cube(signed([2, 3])),\n')],
}

/** Turns the last axis round. */
const mirror: Readonly<Record<string, readonly Addition[]>> = {
  'src/ops/structure.ts': [
    added(
      'export const padOp =',
      `export const mirrorOp = defineOp({
  name: 'mirror',
  infer: ([x], _: object) => ({ shape: x.shape, dtype: x.dtype }),
  gradient: (_, dy) => [mirror(dy)],
})
export const mirrorReference: Reference<typeof mirrorOp> = ([x], _, y) => {
  const n = x.shape[x.shape.length - 1]
  for (let i = 0; i < x.data.length; i++) y.data[i] = x.data[i - (i % n) + n - 1 - (i % n)]
}
export const mirror = (x: Tensor): Tensor => apply(mirrorOp, [x], {})
`,
    ),
  ],
  'src/ops/table.ts': [added('  pad: structure.padOp,', '  mirror: structure.mirrorOp,\n')],
  'src/ops/references.ts': [added('  pad: structure.padReference,', '  mirror: structure.mirrorReference,\n')],
  'src/ops/index.ts': [added("pad, reshape, slice, transpose } from './structure.ts'", 'mirror, ')],
  'src/backends/wasm/lowering/structure.ts': [
    added("'pad'> = {", "'mirror' | "),
    added(
      '  pad(context, node, output) {',
      `  mirror(context, node, output) {
    const n = node.shape[node.shape.length - 1]
    const turned = (strides: readonly number[]): number[] => strides.map((s, i) => (i === strides.length - 1 ? -s : s))
    copyFrom(context, 'mirror', node.inputs[0], output, turned, (strides) => (n - 1) * strides[strides.length - 1])
  },

`,
    ),
  ],
  'src/backends/wasm/lowering/lowerings.ts': [added('  pad: structure,', '  mirror: structure,\n')],
  'src/backends/wasm/layout/op-layouts.ts': [
    added('  pad: { tied:', '  mirror: { tied: where(({ shape }) => shape.length > 1, withFirst) },\n'),
  ],
  'src/formats/onnx/lowerings.ts': [added('  pad(exporter, node) {', '  mirror: none,\n')],
  'test/backends/op-cases.ts': [
    added(
      '  uniform: {\n',
      `  mirror: {
    tolerance: 'exact',
    build: (scene) => apply(structuredOps.mirror, [anyTensor(scene, scene.shape(1))], {}),
  },
`,
    ),
  ],
  'test/ops/gradient-cases.ts': [added('  pad: () =>', '  mirror: () => ops.mirror(signed([2, 3])),\n')],
}

/** The families of the page's files to which these two ops belong. */
const families: Readonly<Record<string, string>> = {
  'elementwise src/ops/<family>.ts': 'src/ops/elementwise.ts',
  'structured src/ops/<family>.ts': 'src/ops/structure.ts',
  'structured src/backends/wasm/lowering/<family>.ts': 'src/backends/wasm/lowering/structure.ts',
}

/** The files that docs/architecture.md lists for a kind of op. */
function listed(kind: 'elementwise' | 'structured'): string[] {
  const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `((?:src|test)\/[^`]+)` \| (yes|) ?\| (yes|) ?\|/gm)]
  return rows
    .filter(([, , elementwise, structured]) => (kind === 'elementwise' ? elementwise : structured) === 'yes')
    .map(([, file]) => families[`${kind} ${file}`] ?? file)
}

/** The copy. Outside of node_modules, below which Node runs no TypeScript. */
const copy = mkdtempSync(join(tmpdir(), 'gentle-adding-an-op-'))
const original = (file: string): string => readFileSync(join(root, 'packages/gentle', file), 'utf8')

beforeAll(() => {
  for (const folder of ['src', 'test'])
    cpSync(join(root, 'packages/gentle', folder), join(copy, folder), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction')
  writeFileSync(join(copy, 'package.json'), '{ "type": "module" }')
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
  const files = [
    'src/entries/index.ts',
    'src/entries/onnx.ts',
    'test/backends/op-cases.ts',
    'test/ops/gradient-cases.ts',
  ]
  writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
})
afterAll(() => rmSync(copy, { recursive: true, force: true }))

/** Makes the additions to the copy, all but those to one file. */
function addAllBut(left: string, additions: Readonly<Record<string, readonly Addition[]>>): void {
  for (const [file, ofFile] of Object.entries(additions)) {
    const source = ofFile.reduce((text, { before, text: more }) => {
      expect(text.split(before), `${before} in ${file}`).toHaveLength(2)
      return text.replace(before, () => more + before)
    }, original(file))
    writeFileSync(join(copy, file), file === left ? original(file) : source)
  }
}

/** What a program of node_modules says in the copy, and whether it is content. */
const run = (program: string, ...options: string[]): Promise<{ readonly passes: boolean; readonly said: string }> =>
  new Promise((resolve) => {
    const own = Object.entries(process.env).filter(([name]) => !/^(VITEST|FORCE_COLOR)/.test(name))
    const env = { ...Object.fromEntries(own), NO_COLOR: '1' }
    const command = [join(root, 'node_modules', program), ...options]
    execFile(process.execPath, command, { cwd: copy, env }, (error, stdout, stderr) =>
      resolve({ passes: error === null, said: stdout + stderr }),
    )
  })
const typeCheck = () => run('typescript/bin/tsc', '--noEmit')
const test = (names: string) =>
  run('vitest/vitest.mjs', 'run', 'test/ops/gradients.test.ts', 'test/backends/wasm.test.ts', '-t', names)

const coverage = 'every op that has a gradient'

describe.each([
  { kind: 'elementwise', name: 'cube', additions: cube },
  { kind: 'structured', name: 'mirror', additions: mirror },
] as const)('the files that the architecture lists for an op that is $kind', ({ kind, name, additions }) => {
  afterEach(() => {
    for (const changed of Object.keys(additions)) writeFileSync(join(copy, changed), original(changed))
  })

  it('are those in which the test adds one', () => {
    expect(listed(kind).sort()).toEqual(Object.keys(additions).sort())
  })

  it('are all that it takes: it compiles, and passes the tests', async () => {
    addAllBut('', additions)
    expect((await typeCheck()).said).toBe('')
    const { passes, said } = await test(`${coverage}|computes ${name} as|1e-6: ${name}$`)
    expect(passes, said).toBe(true)
    expect(Number(said.match(/Tests +(\d+) passed/)?.[1]), said).toBeGreaterThanOrEqual(3)
  })

  it.each(Object.keys(additions))('are not complete without %s', async (file) => {
    addAllBut(file, additions)
    const { passes, said } = file === 'test/ops/gradient-cases.ts' ? await test(coverage) : await typeCheck()
    expect(passes).toBe(false)
    expect(said).toMatch(new RegExp(`${name}(Op|Reference)?'|"${name}"`))
  })
})
