/**
 * `npm run bench:first-try -- [set...] [--seeds 1,2,3] [--grid] [--network NAME] [--out FOLDER]`: how well `gentle train --data FOLDER` learns pictures at the first
 * try, and, with --grid, how well the best of eight settings does. What was measured is kept, and a run that was stopped goes on where it was. See README.md.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatTable, machine } from '../report.ts'
import { folderOf, sets } from './sets.ts'

const command = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url))

/** Settings beside which the defaults have to hold: optimizers and rates, with and without augmentation. */
const grid: readonly (readonly string[])[] = ['none', 'modest'].flatMap((augment) =>
  [
    ['sgd', '0.01'],
    ['sgd', '0.1'],
    ['adam', '0.001'],
    ['adam', '0.005'],
  ].map(([optimizer, rate]) => ['--optimizer', optimizer, '--learning-rate', rate, '--augment', augment]),
)

/** Chance, for scores of classes of the same number. */
interface Result {
  readonly accuracy: number
  readonly seconds: number
  readonly model: string
}

/** One training, or what is known of it. The score is that of the pictures below test/, which are looked at once, at the end. */
function trained(set: string, folder: string, flags: readonly string[], seed: number, out: string): Result {
  const name = [set, ...flags, `seed ${seed}`].join(' ').replace(/[^\w.]+/g, '-')
  const file = join(out, 'results', `${name}.json`)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  const run = join(out, 'runs', name)
  rmSync(run, { recursive: true, force: true })
  const [network, ...settings] = flags[0]?.startsWith('--') === false ? flags : [undefined, ...flags]
  const began = performance.now()
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      command,
      'train',
      ...(network === undefined ? [] : [network]),
      ...['--data', folder, '--seed', String(seed), '--run-dir', run, ...settings],
    ],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`)
  const seconds = (performance.now() - began) / 1000
  const { test, model } = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
  const result: Result = { accuracy: test.accuracy, seconds, model }
  writeFileSync(file, `${JSON.stringify(result)}\n`)
  console.error(`first-try: ${name}: ${percent(result.accuracy)}, ${model}, ${seconds.toFixed(0)} s`)
  return result
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length

const { values, positionals } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    grid: { type: 'boolean', default: false },
    network: { type: 'string' },
    out: { type: 'string', default: 'runs/first-try' },
  },
  allowPositionals: true,
})
const names = positionals.length > 0 ? positionals : Object.keys(sets)
const unknown = names.find((name) => !Object.hasOwn(sets, name))
if (unknown !== undefined) throw new RangeError(`no set ${unknown}; expected some of ${Object.keys(sets).join(', ')}`)
const seeds = values.seeds.split(',').map(Number)
const network = values.network === undefined ? [] : [values.network]
for (const folder of ['results', 'runs', 'sets']) mkdirSync(join(values.out, folder), { recursive: true })

const rows: string[][] = []
for (const name of names) {
  const folder = await folderOf(name, join(values.out, 'sets'))
  const results = seeds.map((seed) => trained(name, folder, network, seed, values.out))
  const best = !values.grid
    ? undefined
    : grid
        .map((settings) => {
          const flags = [results[0].model, ...settings]
          return {
            settings,
            accuracy: mean(seeds.map((seed) => trained(name, folder, flags, seed, values.out).accuracy)),
          }
        })
        .reduce((a, b) => (b.accuracy > a.accuracy ? b : a))
  rows.push([
    name,
    sets[name].about,
    results[0].model,
    percent(mean(results.map(({ accuracy }) => accuracy))),
    percent(Math.min(...results.map(({ accuracy }) => accuracy))),
    Math.max(...results.map(({ seconds }) => seconds)).toFixed(0),
    best === undefined
      ? 'not run'
      : `${percent(best.accuracy)} ${best.settings.filter((each) => !each.startsWith('--')).join(' ')}`,
  ])
}
const { processor, cores, node } = machine()
console.log(`${processor}, ${cores} cores, Node ${node}; seeds ${values.seeds}\n`)
console.log(formatTable(['set', 'pictures', 'network', 'test', 'lowest', 'seconds, at most', 'best of the grid'], rows))
