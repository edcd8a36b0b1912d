/**
 * Runs the ONNX project's own test cases of its backends (Debian's package libonnx-testdata): `npm run onnx-suite [-- --data FOLDER] [--json FILE]`.
 * The JSON is a list of `{ group, name, verdict, reason }`: `right`, `wrong`, `refused` (by a typed error that says why) or `error` (any other).
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Backend, wasm } from 'gentle-dl'
import { runCase, type Verdict } from './onnx-case.ts'

interface Result extends Verdict {
  readonly group: string
  readonly name: string
}

const { values: flags } = parseArgs({
  options: { data: { type: 'string', default: '/usr/share/libonnx-testdata/data' }, json: { type: 'string' } },
})

const foldersIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .sort()
    : []

async function runAll(backend: Backend): Promise<Result[]> {
  const results: Result[] = []
  for (const group of foldersIn(flags.data))
    for (const name of foldersIn(join(flags.data, group))) {
      const folder = join(flags.data, group, name)
      if (!existsSync(join(folder, 'model.onnx'))) continue
      const sets = foldersIn(folder).filter((entry) => entry.startsWith('test_data_set_'))
      const files = (set: string, kind: string): Uint8Array[] =>
        readdirSync(join(folder, set))
          .filter((file) => file.startsWith(`${kind}_`))
          .sort((a, b) => Number(a.match(/\d+/)) - Number(b.match(/\d+/)))
          .map((file) => new Uint8Array(readFileSync(join(folder, set, file))))
      const model = new Uint8Array(readFileSync(join(folder, 'model.onnx')))
      const cases = sets.map((set) => ({ inputs: files(set, 'input'), outputs: files(set, 'output') }))
      results.push({ group, name, ...(await runCase(model, cases, backend)) })
    }
  return results
}

/** Cases that are refused, by why they are, names of their own left out; the commonest first. */
function byReason(results: readonly Result[]): [reason: string, names: string[]][] {
  const found = new Map<string, string[]>()
  for (const { name, verdict, reason } of results) {
    if (verdict !== 'refused') continue
    const general = reason.replace(/^[A-Za-z]+Error: (ONNX )?(model: )?/, '').replace(/ '[^']*'/, '')
    found.set(general, [...(found.get(general) ?? []), name])
  }
  return [...found].sort(([, a], [, b]) => b.length - a.length)
}

if (foldersIn(flags.data).length === 0) {
  console.error(`onnx-suite: there are no cases in ${flags.data}; install Debian's libonnx-testdata, or give --data`)
  process.exitCode = 2
} else {
  const backend = await wasm()
  try {
    const results = await runAll(backend)
    const count = (verdict: Verdict['verdict']): number => results.filter((each) => each.verdict === verdict).length
    if (flags.json !== undefined) writeFileSync(flags.json, JSON.stringify(results, undefined, 1))
    console.log(
      `${results.length} cases: ${count('right')} right, ${count('wrong')} wrong, ${count('refused')} refused, ${count('error')} errors`,
    )
    for (const { group, name, verdict, reason } of results)
      if (verdict === 'wrong' || verdict === 'error') console.log(`${verdict} ${group}/${name}: ${reason}`)
    console.log('\nrefused, by reason')
    for (const [reason, names] of byReason(results))
      console.log(`${`${names.length}`.padStart(4)}  ${reason}, as ${names[0]}`)
  } finally {
    await backend.close()
  }
}
