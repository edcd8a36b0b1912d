/** Writes docs/onnx-operators.md, the table of ONNX's operators: what is read, written and tested. `node tools/onnx-operators.ts`. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { newestOpset } from '../packages/gentle/src/formats/onnx/interpret.ts'
import type { OnnxGraph } from '../packages/gentle/src/formats/onnx/messages.ts'
import { operators } from '../packages/gentle/src/formats/onnx/operators/index.ts'
import { type Operator, versionIn } from '../packages/gentle/src/formats/onnx/operators/operator.ts'
import { readOnnx } from '../packages/gentle/src/formats/onnx/read-onnx.ts'

const here = (path: string): URL => new URL(`../${path}`, import.meta.url)
const goldens = 'packages/gentle/test/goldens'
const source = 'packages/gentle/src/formats/onnx'

export const tableFile = here('docs/onnx-operators.md')

/** Of each operator the versions that the ONNX project lists. */
const schemas: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  readFileSync(here(`${goldens}/onnx-schemas.json`), 'utf8'),
)

/** Names of operators that the exporter's sources write. */
function writtenOperators(): Set<string> {
  const files = readdirSync(here(source)).filter((file) => file.endsWith('.ts'))
  const texts = files.map((file) => readFileSync(here(`${source}/${file}`), 'utf8'))
  const exporting = texts.filter((text) => text.includes('exporter.step') || text.includes('class Exporter'))
  return new Set(exporting.flatMap((text) => Array.from(text.matchAll(/'([A-Z]\w+)'/g), ([, name]) => name)))
}

/** Of each operator, the versions that models among the goldens have. */
function testedVersions(): Map<string, Set<number>> {
  const tested = new Map<string, Set<number>>()
  const look = ({ nodes }: OnnxGraph, opset: number): void => {
    for (const { operator, attributes } of nodes) {
      const since = versionIn(operators[operator as keyof typeof operators] ?? [], opset)?.since
      if (since !== undefined) tested.set(operator, (tested.get(operator) ?? new Set()).add(since))
      for (const value of Object.values(attributes))
        if (typeof value === 'object' && 'nodes' in value) look(value, opset)
    }
  }
  for (const model of goldenModels()) {
    const { graph, opsets } = readOnnx(new Uint8Array(Buffer.from(model, 'base64')), 'a golden')
    look(graph, opsets[''] ?? 1)
  }
  return tested
}

/** Models in base64, of the files of cases and of those that PyTorch wrote. */
function goldenModels(): string[] {
  const zipped = (file: string): { model: string }[] =>
    JSON.parse(gunzipSync(readFileSync(here(`${goldens}/${file}`))).toString())
  const written: { file: string }[] = JSON.parse(readFileSync(here(`${goldens}/onnx.json`), 'utf8'))
  return [
    ...zipped('onnx-operators.json.gz').map(({ model }) => model),
    ...zipped('onnx-versions.json.gz').map(({ model }) => model),
    ...written.map(({ file }) => file),
  ]
}

export function operatorTable(): string {
  const [written, tested] = [writtenOperators(), testedVersions()]
  const rows = Object.entries(schemas).map(([name, versions]) => {
    const own: Operator = operators[name as keyof typeof operators] ?? []
    const listed = Object.keys(versions).map(Number)
    const read = listed.filter((opset) => versionIn(own, opset)?.compute !== undefined)
    const found = listed.filter((opset) => tested.get(name)?.has(opset))
    const cells = [name, listed.join(', '), reading(read, listed), written.has(name) ? 'yes' : '', found.join(', ')]
    return `| ${cells.join(' | ')} |`
  })
  const count = Object.keys(schemas).filter((name) => Object.hasOwn(operators, name)).length
  return `# Operators of ONNX

Made by \`node tools/onnx-operators.ts\`; a test tells when it is stale. Of ONNX's ${rows.length} operators up to operator set ${newestOpset}, ${count} are read.
*Versions* are the operator sets that changed an operator. *Read* tells those that \`loadOnnx\` computes; a node of another, or with an attribute that its
version does not have, is refused by its name. *Written* are those that \`exportOnnx\` uses. *Tested* are the versions of which models among the tests' goldens
hold other programs' numbers; \`npm run onnx-suite\` runs the ONNX project's own cases beside them.

| operator | versions | read | written | tested |
|---|---|---|---|---|
${rows.join('\n')}
`
}

const reading = (read: readonly number[], listed: readonly number[]): string =>
  read.length === 0 ? 'refused' : read.length === listed.length ? 'all' : `from ${read[0]}`

if (import.meta.main) writeFileSync(tableFile, operatorTable())
